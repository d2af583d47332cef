"""Real children, real kills."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from contactcenter.run import supervisor
from contactcenter.run.living import alive
from contactcenter.run.refusal import Refusal
from contactcenter.run.supervisor import PAUSES, Spec, Supervisor
from tests.run.started import ROOT, until

ENVIRON = {"PATH": os.environ["PATH"], "PYTHONUNBUFFERED": "1"}
SLEEPS = "import time; print('up'); time.sleep(600)"
STUBBORN = "import signal, time; signal.signal(15, signal.SIG_IGN); print('up'); time.sleep(600)"


def python(name: str, code: str, **changes: object) -> Spec:
    return Spec(name=name, command=[sys.executable, "-c", code], environ=ENVIRON, **changes)  # type: ignore[arg-type]


class Watched:
    def __init__(self, folder: Path) -> None:
        self.lines: list[str] = []
        self.supervisor = Supervisor(run_folder=folder, write=self.lines.append)

    def pid(self, name: str) -> int:
        try:
            return int((self.supervisor.run_folder / f"{name}.pid").read_text())
        except (FileNotFoundError, ValueError):
            return 0

    async def until_line(self, text: str, times: int = 1) -> None:
        async with asyncio.timeout(20):
            while sum(text in line for line in self.lines) < times:  # noqa: ASYNC110
                await asyncio.sleep(0.02)


@pytest.fixture
def watched(tmp_path: Path) -> Watched:
    return Watched(tmp_path)


async def test_killed_child_comes_back_while_the_others_run_on(watched: Watched) -> None:
    for name in ("web", "relay"):
        watched.supervisor.start(python(name, SLEEPS))
    await watched.until_line("| up", times=2)
    web, relay = watched.pid("web"), watched.pid("relay")
    os.kill(web, signal.SIGKILL)
    await watched.until_line("| up", times=3)
    assert watched.pid("web") not in (0, web)
    assert watched.pid("relay") == relay
    assert any("web" in line and "killed by SIGKILL" in line for line in watched.lines)
    await watched.supervisor.stop("web", "relay")


async def test_what_a_child_writes_is_its_owner_s_alone(watched: Watched, tmp_path: Path) -> None:
    """Customers' files, mails with keys: with root's DATA_DIR everybody may walk through the folder above them."""
    code = f"import os, time; os.makedirs({str(tmp_path / 'mail')!r}); print('up'); time.sleep(600)"
    watched.supervisor.start(python("web", code))
    await watched.until_line("| up")
    assert (tmp_path / "mail").stat().st_mode & 0o777 == 0o700
    await watched.supervisor.stop("web")


async def test_pauses_grow_for_one_that_dies_at_once(watched: Watched) -> None:
    child = watched.supervisor.start(python("broken", "print('up'); raise SystemExit(3)"))
    started = time.monotonic()
    await watched.until_line("| up", times=4)
    assert time.monotonic() - started >= sum(PAUSES[:3])
    assert child.restarts in (3, 4)  # the fourth start may have ended by now
    assert [line for line in watched.lines if "ended with code 3; starting again in 0.5 s" in line]
    await watched.supervisor.stop("broken")


async def test_a_program_that_does_not_exist_is_reported_and_tried_again(watched: Watched) -> None:
    watched.supervisor.start(Spec(name="ghost", command=["/no/such/program"], environ=ENVIRON))
    await watched.until_line("starting again", times=2)
    assert any("No such file" in line for line in watched.lines)
    await watched.supervisor.stop("ghost")


async def test_stop_insists_after_its_patience(watched: Watched) -> None:
    watched.supervisor.start(python("stubborn", STUBBORN, stop_seconds=0.5))
    await watched.until_line("| up")
    pid = watched.pid("stubborn")
    started = time.monotonic()
    await watched.supervisor.stop("stubborn")
    assert 0.5 <= time.monotonic() - started < 5
    assert not alive(pid)
    assert watched.pid("stubborn") == 0


async def test_hasten_cuts_patience_short(watched: Watched) -> None:
    watched.supervisor.start(python("stubborn", STUBBORN, stop_seconds=60))
    await watched.until_line("| up")
    stopping = asyncio.create_task(watched.supervisor.stop("stubborn"))
    await asyncio.sleep(0.2)
    assert not stopping.done()
    watched.supervisor.hasten()
    await asyncio.wait_for(stopping, 5)


async def test_a_child_may_be_stopped_while_it_waits_to_come_back(watched: Watched) -> None:
    watched.supervisor.start(python("broken", "raise SystemExit(1)"))
    await watched.until_line("starting again in 1 s")
    await asyncio.wait_for(watched.supervisor.stop("broken"), 0.8)


async def test_what_a_killed_child_had_forked_goes_with_it(watched: Watched) -> None:
    forks = "import os, time; pid = os.fork(); print('fork', os.getpid()) if pid == 0 else None; time.sleep(600)"
    watched.supervisor.start(python("worker", forks))
    await watched.until_line("| fork")
    fork = int(next(line for line in watched.lines if "| fork" in line).split()[-1])
    os.kill(watched.pid("worker"), signal.SIGKILL)
    await watched.until_line("| fork", times=2)
    await asyncio.to_thread(until, lambda: not alive(fork))
    await watched.supervisor.stop("worker")


async def test_output_is_prefixed_and_survives_endless_lines_and_broken_text(watched: Watched) -> None:
    code = "import sys; sys.stdout.buffer.write(b'x' * 100_000 + b'\\n\\xff\\xfe caf\\xc3\\xa9\\nlast without newline')"
    watched.supervisor.start(python("talker", code))
    await watched.until_line("last without newline")
    await watched.supervisor.stop("talker")
    assert any("talker   | \N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER} café" in line for line in watched.lines)
    assert sum(line.count("x") for line in watched.lines if "| x" in line) == 100_000
    assert max(map(len, watched.lines)) < 20_000


def test_children_die_with_a_supervisor_that_is_killed(tmp_path: Path) -> None:
    code = f"""
import asyncio, os, sys
from pathlib import Path
from contactcenter.run.supervisor import Spec, Supervisor
async def main():
    supervisor = Supervisor(run_folder=Path({str(tmp_path)!r}))
    supervisor.start(Spec(name="web", command=[sys.executable, "-c", {SLEEPS!r}], environ=dict(os.environ)))
    await asyncio.Event().wait()
asyncio.run(main())
"""
    supervisor = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE)
    assert supervisor.stdout is not None
    assert b"up" in supervisor.stdout.readline()
    child = int((tmp_path / "web.pid").read_text())
    assert alive(child)
    supervisor.kill()
    supervisor.wait()
    until(lambda: not alive(child), 5)


TELLS = """
import os, signal, sys, time
sys.path.insert(0, {root!r})
from contactcenter.lib import starter
signal.signal(signal.SIGTERM, lambda *_: (print("left"), sys.exit(0)))
print("up", os.getpid())
time.sleep({before})
{tell}
print("ready", os.getpid())
time.sleep(600)
"""
SAYS_SO = "starter.tell('READY=1')"
# Not the child's own word: a helper that it started.
ANOTHER_SAYS_SO = "os.fork() or (starter.tell('READY=1'), os._exit(0)); os.wait()"


def tells(name: str, tell: str = SAYS_SO, before: float = 0.3) -> Spec:
    return python(name, TELLS.format(root=str(ROOT), before=before, tell=tell), tells_ready=True)


async def test_a_successor_is_ready_before_the_old_one_is_asked_to_leave(watched: Watched) -> None:
    watched.supervisor.start(tells("web"))
    await watched.until_line("| ready")
    old = watched.pid("web")
    await watched.supervisor.replace("web")
    new = watched.pid("web")
    assert new not in (0, old)
    assert [line.split("| ")[1] for line in watched.lines[-3:]] == [f"up {new}", f"ready {new}", "left"]
    assert alive(new) and not alive(old)
    assert list(watched.supervisor.children) == ["web"]
    os.kill(new, signal.SIGKILL)  # it is kept alive like the first
    await watched.until_line("| ready", times=3)
    await watched.supervisor.stop("web")
    assert watched.pid("web") == 0


async def test_a_successor_that_fails_leaves_the_old_one_where_it_is(watched: Watched, tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    code = f"import os; os.path.exists({str(broken)!r}) and sys.exit(3); {SAYS_SO}"
    watched.supervisor.start(tells("web", code))
    await watched.until_line("| ready")
    old = watched.pid("web")
    broken.touch()
    with pytest.raises(Refusal, match="The new web did not become ready"):
        await watched.supervisor.replace("web")
    assert watched.pid("web") == old
    assert alive(old)
    await watched.supervisor.stop("web")


async def test_only_the_childs_own_word_counts(watched: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "READY_SECONDS", 2.0)
    child = watched.supervisor.start(tells("web", ANOTHER_SAYS_SO, before=0))
    await watched.until_line("| ready")
    with pytest.raises(Refusal):
        await child.until_ready()
    await watched.supervisor.stop("web")


async def test_one_that_does_not_tell_is_replaced_after_it_has_gone(watched: Watched) -> None:
    for name in ("beat", "relay"):
        watched.supervisor.start(python(name, SLEEPS))
    await watched.until_line("| up", times=2)
    old = watched.pid("beat")
    await watched.supervisor.replace("beat")
    await watched.until_line("| up", times=3)
    assert watched.pid("beat") not in (0, old)
    assert not alive(old)
    assert list(watched.supervisor.children) == ["beat", "relay"]
    await watched.supervisor.stop("beat", "relay")
