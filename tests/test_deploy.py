"""What stands in deploy/ starts what the supervisor starts, is understood by those it is for, and makes a set-up that
Django's own check finds nothing wrong with."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from configparser import RawConfigParser
from pathlib import Path

import pytest
import yaml
from django.core.management import get_commands

from contactcenter.run.one import names

ROOT = Path(__file__).parents[1]
DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").iterdir())
PYTHON = "/srv/contactcenter/.venv/bin/python"
KEY = "0123456789abcdefghijABCDEFGHIJ-0123456789abcdefghij"


AS_SYSTEMD_DOES = """
import os, sys
os.dup2(int(sys.argv[1]), 3)
os.environ.update(LISTEN_FDS="1", LISTEN_PID=str(os.getpid()))
os.execv(sys.executable, [sys.executable, "-m", "contactcenter.run", "process", "web"])
"""


class Unit(RawConfigParser):
    """systemd's own kind of file: a name may stand twice."""

    def __init__(self, path: Path) -> None:
        super().__init__(strict=False, interpolation=None, delimiters=("=",), comment_prefixes=("#",))
        self.optionxform = str  # type: ignore[assignment,method-assign]
        self.read_string(path.read_text())


def variables() -> dict[str, str]:
    lines = (DEPLOY / "env.example").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def environment(**more: str) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], **variables(), "SECRET_KEY": KEY, **more}


def commands_of(path: Path) -> Iterator[list[str]]:
    unit = Unit(path)
    if unit.has_option("Service", "ExecStart"):
        yield shlex.split(unit.get("Service", "ExecStart"))


def test_every_process_of_the_supervisor_has_its_unit() -> None:
    target = (DEPLOY / "systemd" / "contactcenter.target").read_text()
    wanted = set(re.findall(r"contactcenter@([a-z]+)\.service", target))
    assert wanted | {"web"} == set(names())
    assert "contactcenter-web@1.service" in target


def test_every_process_of_the_supervisor_has_its_container() -> None:
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]
    ours = {name: service["command"] for name, service in services.items() if service["image"] == "contactcenter"}
    assert ours.pop("migrate") == []
    assert ours == {name: [name] for name in names()}
    docker = (DEPLOY / "Dockerfile").read_text()
    assert 'ENTRYPOINT ["python", "-m", "contactcenter.run", "process"]' in docker
    entry = services["migrate"]["entrypoint"]
    assert entry[:2] == ["python", "manage.py"] and entry[2] in get_commands()


def test_units_start_what_there_is() -> None:
    started = [command for path in UNITS for command in commands_of(path)]
    assert len(started) == 4
    for command in started:
        assert command[0] == PYTHON
        if command[1] == "manage.py":
            assert command[2] in get_commands()
        else:
            assert command[1:4] == ["-m", "contactcenter.run", "process"]
            assert command[4] in ("%i", *names())


def test_every_service_is_hardened_alike() -> None:
    """What differs between units is what they do, not what they may."""
    services = [path.read_text() for path in UNITS if path.suffix == ".service"]
    hardening = {text[text.index("User=contactcenter") :] for text in services}
    assert len(hardening) == 1
    assert {"NoNewPrivileges=yes", "ProtectSystem=strict", "CapabilityBoundingSet="} <= set(
        hardening.pop().splitlines()
    )


def test_systemd_understands_the_units(tmp_path: Path) -> None:
    if not shutil.which("systemd-analyze"):
        pytest.skip("no systemd-analyze on this machine: apt-get install systemd")
    for path in UNITS:
        (tmp_path / path.name).write_text(path.read_text().replace(PYTHON, sys.executable))
    templates = {
        "contactcenter@.service": "contactcenter@relay.service",
        "contactcenter-web@.service": "contactcenter-web@1.service",
    }
    for template, instance in templates.items():
        (tmp_path / template).rename(tmp_path / instance)
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *sorted(map(str, tmp_path.iterdir()))],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    own = [line for line in done.stderr.splitlines() if "contactcenter" in line and "contactcenter@" not in line]
    assert own == []


def test_the_check_for_deployments_finds_nothing() -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=ROOT,
        env=environment(DATA_DIR="/tmp"),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout


@pytest.mark.parametrize("trusted", ["", "0.0.0.0/0"])
def test_the_check_for_deployments_sees_proxies_that_cannot_be(trusted: str) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--tag", "security"],
        cwd=ROOT,
        env=environment(DATA_DIR="/tmp", TRUSTED_PROXIES=trusted),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 1
    assert "contactcenter.E001" in done.stderr


def test_every_variable_is_explained() -> None:
    explained = (ROOT / "docs" / "settings.md").read_text()
    assert [name for name in variables() if f"`{name}`" not in explained] == []


def test_an_image_collects_its_files(tmp_path: Path) -> None:
    given = dict(
        re.findall(r"(SECRET_KEY|DATABASE_URL|REDIS_URL|BROKER_URL)=(\S+)", (DEPLOY / "Dockerfile").read_text())
    )
    subprocess.run(
        [sys.executable, "manage.py", "collectstatic", "--noinput", "-v", "0"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **given, "STATIC_ROOT": str(tmp_path)},
        check=True,
        timeout=120,
    )
    for name in ("css/app.css", "webchat/loader.js"):
        assert (tmp_path / name).read_bytes() == (ROOT / "static" / name).read_bytes()
        assert (tmp_path / f"{name}.gz").exists()


@pytest.mark.slow
def test_a_web_process_takes_the_door_that_systemd_holds_and_says_when_it_is_ready(
    committed: str, tmp_path: Path
) -> None:
    told = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    told.bind(str(tmp_path / "notify"))
    told.settimeout(60)
    with socket.create_server(("127.0.0.1", 0)) as door:
        port = door.getsockname()[1]
        process = subprocess.Popen(
            [sys.executable, "-c", AS_SYSTEMD_DOES, str(door.fileno())],
            cwd=ROOT,
            env={**os.environ, "DATABASE_URL": committed, "PORT": str(port), "NOTIFY_SOCKET": str(tmp_path / "notify")},
            pass_fds=(door.fileno(),),
        )
        try:
            assert told.recv(100) == b"READY=1"
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=10) as answer:
                assert answer.status == 200
            process.send_signal(signal.SIGTERM)
            assert told.recv(100) == b"STOPPING=1"
            assert process.wait(20) == 0
        finally:
            process.kill()


def test_no_other_process_is_known() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "contactcenter.run", "process", "nobody"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert all(name in done.stderr for name in names())
