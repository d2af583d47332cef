"""The environment is made once, made anew when it cannot be trusted, and says in one line why it could not be."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from contactcenter.run import install, place
from contactcenter.run.refusal import Refusal

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("install")]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with empty pins: nothing of it needs the network."""
    for name in install.TEST_PINS:
        (tmp_path / name).write_text("")
    venv = tmp_path / ".venv"
    monkeypatch.setattr(install, "ROOT", tmp_path)
    monkeypatch.setattr(install, "VENV", venv)
    monkeypatch.setattr(install, "VENV_PYTHON", venv / "bin" / "python")
    monkeypatch.setattr(install, "UNFINISHED", venv / "unfinished")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    return tmp_path


def titles(capsys: pytest.CaptureFixture[str]) -> list[str]:
    """Of the steps since last asked, without their seconds."""
    return [line.strip().split("  ")[0] for line in capsys.readouterr().out.splitlines() if "…" not in line]


def test_once_is_enough_until_the_pins_change(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    install.install(with_tests=False)
    assert titles(capsys) == [
        "✓ Making the Python environment",
        "✓ Installing packages",
    ]
    install.install(with_tests=False)
    assert titles(capsys) == []
    (project / "requirements-test.txt").write_text("# a new pin\n")
    install.install(with_tests=False)
    assert titles(capsys) == []
    install.install(with_tests=True)
    assert titles(capsys) == ["✓ Installing packages"]
    (project / "requirements.txt").write_text("# a new pin\n")
    install.install(with_tests=False)
    assert titles(capsys) == ["✓ Installing packages"]


def test_one_that_was_killed_half_way_is_made_anew(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    install.install(with_tests=False)
    (project / ".venv" / "unfinished").touch()
    (project / ".venv" / "half-a-package").touch()
    titles(capsys)
    install.install(with_tests=False)
    assert titles(capsys)[0] == "The installation here is unfinished or was moved: making it anew."
    assert not (project / ".venv" / "half-a-package").exists()
    assert not (project / ".venv" / "unfinished").exists()


def test_an_environment_without_a_python_is_made_anew(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / ".venv" / "bin").mkdir(parents=True)
    install.install(with_tests=False)
    assert "making it anew" in capsys.readouterr().out
    subprocess.run([project / ".venv" / "bin" / "python", "-m", "pip", "--version"], check=True, capture_output=True)


def test_one_made_elsewhere_is_made_anew(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    install.install(with_tests=False)
    script = project / ".venv" / "bin" / "pip"
    script.write_text(script.read_text().replace(str(project), "/where/it/was"))
    (project / ".venv" / "installed-run").unlink()
    titles(capsys)
    install.install(with_tests=False)
    assert "making it anew" in titles(capsys)[0]
    assert str(project) in script.read_text()


def test_packages_that_cannot_be_had_are_one_line(project: Path) -> None:
    (project / "requirements.txt").write_text("no-such-package==1.0\n")
    with pytest.raises(Refusal) as refused:
        install.install(with_tests=False)
    assert "The packages could not be installed: ERROR: " in str(refused.value)
    assert "check the network" in str(refused.value)
    assert "\n" not in str(refused.value)
    with pytest.raises(Refusal):
        install.install(with_tests=False)


def test_a_disk_that_fills_up_is_named(project: Path) -> None:
    line = f"ERROR: Could not install packages due to an OSError: [Errno 28] {os.strerror(errno.ENOSPC)}"
    said = install._why("The packages could not be installed", ["Collecting Django", line])
    assert said == f"The packages could not be installed: the disk of {project} is full. Free 1500 MB and start again."


def test_a_full_disk_is_noticed_before_anything_is_made(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(place, "free_bytes", lambda folder: 900_000_000)
    with pytest.raises(Refusal, match="has 900 MB free, the installation needs 1500 MB"):
        install.install(with_tests=False)
    assert not (project / ".venv").exists()


def test_a_python_without_venv_names_the_package(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    with pytest.raises(Refusal, match=f"apt-get install python{version}-venv"):
        install.install(with_tests=False)
