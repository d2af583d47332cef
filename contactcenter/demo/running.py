"""A whole demo as `make run` starts it, in a data folder of its own on free ports. Faults are real signals."""

from __future__ import annotations

import json
import os
import shlex
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from contactcenter.run.supervisor import ending_with_us

ROOT = Path(__file__).resolve().parents[2]
OUTSIDE = ("DATABASE_URL", "REDIS_URL", "BROKER_URL", "SECRET_KEY", "REDIS_PREFIX", "DJANGO_SETTINGS_MODULE", "DB_POOL")
MANY_VISITORS = {
    "CHAT_STARTS_A_MINUTE": "60",
    "CHAT_MESSAGES_A_MINUTE": "120",
}  # all of a browser test at one address


@dataclass
class Demo:
    """`facts` is what the start wrote into demo.json."""

    data_dir: Path
    port: int
    process: subprocess.Popen[bytes] | None  # none: started by somebody else
    facts: dict[str, Any] = field(default_factory=dict)

    def login(self, role: str, email: str = "") -> dict[str, Any]:
        found = [login for login in self.facts["logins"][role] if not email or login["email"] == email]
        return dict(found[0])

    def pid(self, name: str) -> int:
        return int((self.data_dir / "run" / f"{name}.pid").read_text())

    def kill(self, name: str, by: signal.Signals = signal.SIGKILL) -> None:
        """Ends it by that signal, then waits until another process has taken its place."""
        old = self.pid(name)
        os.kill(old, by)
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            try:
                if self.pid(name) != old:
                    return
            except (FileNotFoundError, ValueError):
                pass
            time.sleep(0.05)
        raise AssertionError(f"{name} was not started again within 30 s")

    def log(self) -> str:
        return (self.data_dir / "demo.log").read_text(errors="replace")

    def ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=2) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return False

    def wait_ready(self, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self.process and self.process.poll() is not None:
                raise AssertionError(f"the demo ended with {self.process.returncode}:\n{self.log()[-4000:]}")
            if (self.data_dir / "demo.json").exists() and self.ready():
                self.facts = json.loads((self.data_dir / "demo.json").read_text())
                return
            time.sleep(0.2)
        raise AssertionError(f"the demo was not ready after {seconds} s:\n{self.log()[-4000:]}")

    def environment(self) -> dict[str, str]:
        """What the supervisor wrote down for those who work beside it."""
        lines = (self.data_dir / "env").read_text().splitlines()
        words = [word for line in lines for word in shlex.split(line)[1:]]
        return dict(word.split("=", 1) for word in words)

    def manage(self, *arguments: str) -> str:
        """A management command inside the demo's environment."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env={**clean_environment(), **self.environment()},
            capture_output=True,
            check=False,
            timeout=120,
        )
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout.decode()

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(40)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(10)


def clean_environment() -> dict[str, str]:
    """Ours without what would send the demo to the databases of the tests."""
    return {name: value for name, value in os.environ.items() if name not in OUTSIDE}


def free_ports() -> int:
    """The first of two neighbouring free ports: pages, and the demo websites on the next."""
    for _ in range(100):
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            port = int(first.getsockname()[1])
            try:
                second.bind(("127.0.0.1", port + 1))
            except (OSError, OverflowError):
                continue
            return port
    raise AssertionError("no two neighbouring free ports")


def running_demo(data_dir: Path) -> Demo:
    """One that is up already, for the inner loop of whoever writes a browser test: DEMO_DIR=its data folder."""
    demo = Demo(data_dir=data_dir, port=0, process=None)
    demo.facts = json.loads((data_dir / "demo.json").read_text())
    demo.port = int(demo.facts["hosts"]["shared"].split(":")[1])
    return demo


def start_demo(data_dir: Path, port: int | None = None, *, more: Mapping[str, str] = MANY_VISITORS) -> Demo:
    """With `more` in its environment."""
    data_dir.mkdir(parents=True, exist_ok=True)
    port = port or free_ports()
    with (data_dir / "demo.log").open("ab") as log:
        process = subprocess.Popen(
            # Whoever started it may be killed: it does not outlive them.
            ending_with_us([sys.executable, "-m", "contactcenter.run", "run"], death_signal=signal.SIGINT),
            cwd=ROOT,
            env={**clean_environment(), **more, "SIMULATE": "0", "PORT": str(port), "DATA_DIR": str(data_dir)},
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    demo = Demo(data_dir=data_dir, port=port, process=process)
    try:
        demo.wait_ready(150)
    except AssertionError:
        demo.stop()
        raise
    return demo
