"""One session: who stops when, what a second Ctrl-C does, and a door that stays open while its keeper changes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from contactcenter.run.living import alive
from tests.run.started import ROOT, Started, clean_environment, until

SESSION = """
import os, sys
from pathlib import Path
from contactcenter.run.place import Place
from contactcenter.run.session import supervise, until_asked
from contactcenter.run.supervisor import Spec

CHILD = '''
import signal, sys, time
def end(*_):
    if sys.argv[2] == "stubborn":
        return
    time.sleep(0.2)
    print("ended", flush=True)
    sys.exit(0)
signal.signal(signal.SIGTERM, end)
print("up", flush=True)
while True:
    time.sleep(1)
'''

async def work(supervisor):
    for name in ("postgres", "redis", "web", "router", "worker"):
        command = [sys.executable, "-c", CHILD, name, sys.argv[2] if name == "worker" else ""]
        supervisor.start(Spec(name=name, command=command, environ=dict(os.environ)))
    return await until_asked()

sys.exit(supervise(Place(Path(sys.argv[1]), 18000), work))
"""

DOOR = """
import os, sys
from pathlib import Path
from contactcenter.run.place import Place
from contactcenter.run.processes import listen
from contactcenter.run.session import supervise, until_asked
from contactcenter.run.supervisor import Spec

async def work(supervisor):
    with listen(Place(Path(sys.argv[1]), 0), 0) as door:
        print("port", door.getsockname()[1], flush=True)
        command = [sys.executable, "-m", "daphne", "-v", "0", "--fd", str(door.fileno()), "tests.run.hello:app"]
        supervisor.start(Spec(name="web", command=command, environ=dict(os.environ), pass_fds=(door.fileno(),)))
        return await until_asked()

sys.exit(supervise(Place(Path(sys.argv[1]), 0), work))
"""


@contextmanager
def session(data: Path, script: str, *arguments: str) -> Iterator[Started]:
    data.mkdir()
    with (data / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-c", script, str(data), *arguments],
            cwd=ROOT,
            env=clean_environment(),
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield Started(data, process)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


def test_the_door_closes_first_and_the_stores_last(tmp_path: Path) -> None:
    with session(tmp_path / "data", SESSION, "") as started:
        until(lambda: started.log().count("| up") == 5)
        started.process.send_signal(signal.SIGINT)
        assert started.process.wait(20) == 130
    ended = [line.split()[0] for line in started.log().splitlines() if line.endswith("| ended")]
    assert ended[0] == "web"
    assert set(ended[1:3]) == {"router", "worker"}
    assert ended[3:] == ["redis", "postgres"]
    assert not list((tmp_path / "data" / "run").glob("*.pid"))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_other_ways_to_ask_for_the_end(tmp_path: Path, number: signal.Signals) -> None:
    with session(tmp_path / "data", SESSION, "") as started:
        until(lambda: started.log().count("| up") == 5)
        started.process.send_signal(number)
        assert started.process.wait(20) == 130


def test_a_second_interrupt_hurries(tmp_path: Path) -> None:
    with session(tmp_path / "data", SESSION, "stubborn") as started:
        until(lambda: started.log().count("| up") == 5)
        started.process.send_signal(signal.SIGINT)
        until(lambda: "router   | ended" in started.log())
        time.sleep(0.5)
        assert started.process.poll() is None
        started.process.send_signal(signal.SIGINT)
        assert started.process.wait(5) == 130
    assert "redis    | ended" in started.log()


def test_all_die_with_a_killed_session(tmp_path: Path) -> None:
    with session(tmp_path / "data", SESSION, "stubborn") as started:
        until(lambda: started.log().count("| up") == 5)
        pids = [started.pid(name) for name in ("postgres", "redis", "web", "router", "worker")]
        started.process.kill()
        started.process.wait()
        until(lambda: not any(map(alive, pids)), 5)


def test_nobody_is_refused_while_the_web_process_is_replaced(tmp_path: Path) -> None:
    with session(tmp_path / "data", DOOR) as started:
        until(lambda: "port " in started.log())
        port = int(started.log().split("port ")[1].split()[0])
        first = ask(port)
        for _ in range(2):
            os.kill(started.pid("web"), signal.SIGKILL)
            assert ask(port) not in (first, "")  # asked of a door behind which nobody stands yet
        started.process.send_signal(signal.SIGTERM)
        assert started.process.wait(30) == 130


def ask(port: int) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=20) as answer:
        return str(answer.read().decode())
