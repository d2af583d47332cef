"""Commands of the launcher as processes of their own, in a data folder of their own."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
OUTER = ("DATABASE_URL", "REDIS_URL", "BROKER_URL", "SECRET_KEY", "PORT", "DATA_DIR")


def clean_environment(**changes: str) -> dict[str, str]:
    return {**{name: value for name, value in os.environ.items() if name not in OUTER}, **changes}


def command(*arguments: str, stdin: str = "", **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "contactcenter.run", *arguments],
        cwd=ROOT,
        env=clean_environment(**environ),
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def until(condition: Callable[[], object], seconds: float = 30.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"still not so after {seconds} s"
        time.sleep(0.02)


@dataclass
class Started:
    data: Path
    process: subprocess.Popen[bytes]

    def pid(self, name: str) -> int:
        """0 while there is none."""
        try:
            return int((self.data / "run" / f"{name}.pid").read_text())
        except (FileNotFoundError, ValueError):
            return 0

    def kill(self, name: str) -> None:
        """kill -9, and wait for its successor."""
        old = self.pid(name)
        os.kill(old, signal.SIGKILL)
        until(lambda: self.pid(name) not in (0, old))

    def environ(self) -> dict[str, str]:
        lines = (self.data / "env").read_text().splitlines()
        pairs = (line.removeprefix("export ").split("=", 1) for line in lines)
        return {name: "".join(shlex.split(value)) for name, value in pairs}

    def log(self) -> str:
        return (self.data / "log").read_text(errors="replace")


@contextmanager
def services(data: Path, *, bounded_to: str = "", waits: bool = True) -> Iterator[Started]:
    """`bounded_to`: the only capabilities that root keeps."""
    bounds = [f"--bounding-set=-all,+{bounded_to.replace(',', ',+')}", "--"] if bounded_to else []
    data.mkdir(exist_ok=True)
    (data / "env").unlink(missing_ok=True)  # a killed start leaves its own
    with (data / "log").open("ab") as log:
        process = subprocess.Popen(
            [*(["setpriv", *bounds] if bounds else []), sys.executable, "-m", "contactcenter.run", "services"],
            cwd=ROOT,
            env=clean_environment(DATA_DIR=str(data)),
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    started = Started(data, process)
    try:
        if waits:
            until(lambda: (data / "env").exists() or process.poll() is not None, 60)
            assert process.poll() is None, started.log()
        yield started
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            process.wait(60)
