"""One supervised session: runs its work, and at its end or at Ctrl-C stops every child in order."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence

from contactcenter.run.place import Place, hold, make_folders
from contactcenter.run.processes import is_web
from contactcenter.run.refusal import Refusal
from contactcenter.run.services import STORES
from contactcenter.run.supervisor import Supervisor, ending_with_us
from contactcenter.run.terminal import say, step

Work = Callable[[Supervisor], Awaitable[int]]
INTERRUPTED = 130
LINES_OF_FAILURE = 100
LONGEST_LINE = 1_000_000


def supervise(place: Place, work: Work) -> int:
    """The exit code of `work`, or INTERRUPTED when it was asked to end."""
    make_folders(place)
    lock = hold(place)
    try:
        return asyncio.run(_session(place, work))
    finally:
        if place.sockets.parent != place.data:
            shutil.rmtree(place.sockets)
        os.close(lock)


async def _session(place: Place, work: Work) -> int:
    shutil.rmtree(place.metrics, ignore_errors=True)  # what an earlier start counted
    place.metrics.mkdir(mode=0o700)
    supervisor = Supervisor(run_folder=place.run)
    own_pid = place.run / "supervisor.pid"
    own_pid.write_text(f"{os.getpid()}\n")
    place.env_file.unlink(missing_ok=True)  # a killed session leaves its own
    task = asyncio.ensure_future(work(supervisor))
    stopping = False

    def asked() -> None:
        nonlocal stopping
        if stopping:
            say("Hurrying.")
            supervisor.hasten()
            return
        stopping = True
        say("\nStopping; once more to hurry.")
        task.cancel()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, asked)
    try:
        return await task
    except asyncio.CancelledError:
        return INTERRUPTED
    finally:
        stopping = True
        await _stop_in_order(supervisor)
        own_pid.unlink(missing_ok=True)
        place.env_file.unlink(missing_ok=True)


async def _stop_in_order(supervisor: Supervisor) -> None:
    """First the door, then those who work, and the stores when nobody uses them any more."""
    await supervisor.stop(*filter(is_web, supervisor.children))
    await supervisor.stop(*[name for name in supervisor.children if name not in STORES])
    for store in STORES:
        await supervisor.stop(store)


async def run_step(title: str, command: Sequence[str], environ: Mapping[str, str]) -> None:
    """A program that must end well before the session goes on; it ends with the session."""
    lines: list[str] = []
    try:
        with step(title) as note:
            async for line in _output(command, environ):
                lines.append(line)
                note(line.strip()[:60])
    except subprocess.CalledProcessError as error:
        say("\n".join(lines[-LINES_OF_FAILURE:]))
        raise Refusal(f"{title} failed (code {error.returncode}): see the lines above.") from None


async def _output(command: Sequence[str], environ: Mapping[str, str]) -> AsyncIterator[str]:
    process = await asyncio.create_subprocess_exec(
        *ending_with_us(command),
        env=dict(environ),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        start_new_session=True,
        limit=LONGEST_LINE,
    )
    assert process.stdout is not None
    try:
        async for line in process.stdout:
            if text := line.decode(errors="replace").rstrip():
                yield text
        code = await process.wait()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if code != 0:
        raise subprocess.CalledProcessError(code, list(command))


async def until_asked() -> int:
    """The work of a session that just keeps its children alive."""
    await asyncio.Event().wait()
    return 0
