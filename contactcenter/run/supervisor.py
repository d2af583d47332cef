"""Starts processes, starts them again when they die, and stops them in order.

One that dies alone comes back after a growing pause while the others run on; all die with the supervisor (child.py).
One that tells when it is ready is replaced without a gap: its successor is ready before it is asked to leave.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from contactcenter.run.notices import hearing
from contactcenter.run.refusal import Refusal
from contactcenter.run.terminal import paint, say

PAUSES = (0.1, 0.5, 1.0, 2.0, 5.0, 10.0)  # seconds before the 1st, 2nd... start in a row
STEADY_SECONDS = 20.0  # one that lived so long starts from the first pause again
READY_SECONDS = 60.0  # patience with a successor
LONGEST_LINE = 8192  # bytes of a log line; what is longer is cut into several
COLOURS = ("36", "33", "35", "32", "34", "96", "93", "95")


def ending_with_us(command: Sequence[str], *, death_signal: signal.Signals = signal.SIGKILL) -> list[str]:
    """`command` behind child.py: the kernel sends it `death_signal` when this process is gone."""
    shim = [sys.executable, "-I", "-S", str(Path(__file__).with_name("child.py"))]
    return [*shim, str(os.getpid()), str(int(death_signal)), *command]


@dataclass(frozen=True)
class Spec:
    """One process to keep alive."""

    name: str
    command: Sequence[str]
    environ: Mapping[str, str]
    stop_signal: signal.Signals = signal.SIGTERM
    stop_seconds: float = 25.0  # patience between stop_signal and last_signal
    last_signal: signal.Signals = signal.SIGKILL
    death_signal: signal.Signals = signal.SIGKILL  # what the kernel sends it when the supervisor is gone
    pass_fds: tuple[int, ...] = ()
    tells_ready: bool = False  # by sd_notify
    before_start: Callable[[], Awaitable[None]] | None = None
    hides: str = ""  # lines with these words are not shown


@dataclass
class Child:
    spec: Spec
    pid_file: Path
    write: Callable[[str, str], None]
    process: asyncio.subprocess.Process | None = None
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    ready: asyncio.Event = field(default_factory=asyncio.Event)
    restarts: int = 0

    async def keep_alive(self) -> None:
        """Returns when the child has ended after `stop`."""
        failures = 0
        while not self.stopping.is_set():
            started = time.monotonic()
            try:
                if self.spec.before_start is not None:
                    await self.spec.before_start()
                if self.stopping.is_set():
                    return
                with hearing(self._said_ready) as address:
                    told = {"NOTIFY_SOCKET": address, "PROCESS_NAME": self.spec.name}
                    ending = await self._live({**self.spec.environ, **told})
            except OSError as error:
                ending = f"could not start: {error}"
            if self.stopping.is_set():
                return
            failures = 0 if time.monotonic() - started >= STEADY_SECONDS else failures + 1
            pause = PAUSES[min(max(failures - 1, 0), len(PAUSES) - 1)]
            self.restarts += 1
            self.write(self.spec.name, paint(f"{ending}; starting again in {pause:g} s", "31"))
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.stopping.wait(), pause)

    async def until_ready(self) -> None:
        """Raises Refusal where it dies first, or takes too long."""
        deadline = time.monotonic() + READY_SECONDS
        while not self.ready.is_set():
            if self.restarts or time.monotonic() > deadline:
                raise Refusal(f"The new {self.spec.name} did not become ready: see its lines. The old one stays.")
            await asyncio.sleep(0.05)

    def _said_ready(self, pid: int) -> None:
        if self.process is not None and self.process.pid == pid:
            self.ready.set()

    async def stop(self) -> None:
        """Asks, waits, insists. Safe to call twice."""
        self.stopping.set()
        for number, patience in ((self.spec.stop_signal, self.spec.stop_seconds), (self.spec.last_signal, 10.0)):
            if not self.send(number):
                return
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._gone(), patience)
                return
        self.send(signal.SIGKILL)
        await self._gone()

    def send(self, number: signal.Signals) -> bool:
        """False when there is no process to send it to."""
        if self.process is None or self.process.returncode is not None:
            return False
        self.process.send_signal(number)
        return True

    async def _gone(self) -> None:
        if self.process is not None:
            await self.process.wait()

    async def _live(self, environ: Mapping[str, str]) -> str:
        # A pipe of our own: asyncio waits for its pipes to close before it tells of an ending, and a forked helper of a
        # killed child keeps them open.
        read_end, write_end = os.pipe()
        try:
            process = await asyncio.create_subprocess_exec(
                *ending_with_us(self.spec.command, death_signal=self.spec.death_signal),
                env=dict(environ),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=write_end,
                stderr=write_end,
                pass_fds=self.spec.pass_fds,
                umask=0o077,  # customers' files and people's mails are nobody else's on this machine
                start_new_session=True,  # Ctrl-C in the terminal reaches the supervisor alone, which stops in order
            )
        except BaseException:
            os.close(read_end)
            raise
        finally:
            os.close(write_end)
        self.process = process
        if self.stopping.is_set():  # asked to stop while it was being made
            process.send_signal(self.spec.last_signal)
        self.pid_file.write_text(f"{process.pid}\n")
        copying = asyncio.create_task(self._copy_output(read_end))
        try:
            code = await process.wait()
        finally:
            self._forget_pid(process.pid)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)  # helpers it forked and left behind, such as a worker's pool
        await asyncio.wait([copying], timeout=1.0)  # what it said last
        copying.cancel()
        await asyncio.wait([copying])
        return f"killed by {signal.Signals(-code).name}" if code < 0 else f"ended with code {code}"

    def _forget_pid(self, pid: int) -> None:
        """The file may name a successor already."""
        with contextlib.suppress(FileNotFoundError):
            if self.pid_file.read_text() == f"{pid}\n":
                self.pid_file.unlink()

    async def _copy_output(self, read_end: int) -> None:
        stream = asyncio.StreamReader()
        transport, _ = await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(stream), os.fdopen(read_end, "rb", 0)
        )
        try:
            await self._copy_lines(stream)
        finally:
            transport.close()

    async def _copy_lines(self, stream: asyncio.StreamReader) -> None:
        rest = b""
        while chunk := await stream.read(LONGEST_LINE):
            *lines, rest = (rest + chunk).split(b"\n")
            if len(rest) >= LONGEST_LINE:
                lines.append(rest)
                rest = b""
            for line in lines:
                self._show(line)
        if rest:
            self._show(rest)

    def _show(self, line: bytes) -> None:
        text = line.decode(errors="replace").rstrip("\r")
        if not self.spec.hides or self.spec.hides not in text:
            self.write(self.spec.name, text)


def as_json(name: str, line: str) -> str:
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    told = {"time": now, "level": "INFO", "logger": name, "message": line, "process": name}
    return json.dumps(told, ensure_ascii=False)


class Supervisor:
    """The children of one start, in the order they were started."""

    def __init__(self, *, run_folder: Path, write: Callable[[str], None] = say) -> None:
        self.run_folder = run_folder
        self.write = write
        self.children: dict[str, Child] = {}
        self._lives: dict[str, asyncio.Task[None]] = {}

    def start(self, spec: Spec) -> Child:
        child, life = self._begin(spec)
        self.children[spec.name], self._lives[spec.name] = child, life
        return child

    def _begin(self, spec: Spec) -> tuple[Child, asyncio.Task[None]]:
        child = Child(spec=spec, pid_file=self.run_folder / f"{spec.name}.pid", write=self._write_line)
        return child, asyncio.create_task(child.keep_alive(), name=spec.name)

    async def replace(self, name: str) -> None:
        """By a new process of the same kind: without a gap where it tells when it is ready, else one after the other.
        Raises Refusal; then the old one goes on.
        """
        old, life = self.children[name], self._lives[name]
        if not old.spec.tells_ready:
            await old.stop()
            await life
            self.start(old.spec)
            return
        successor, its_life = self._begin(old.spec)
        try:
            await successor.until_ready()
        except BaseException:
            await successor.stop()
            await its_life
            if old.process is not None and old.process.returncode is None:
                old.pid_file.write_text(f"{old.process.pid}\n")
            raise
        self.children[name], self._lives[name] = successor, its_life
        await old.stop()
        await life

    async def stop(self, *names: str) -> None:
        """Stops these at the same time and returns when they are gone."""
        chosen = [name for name in names if name in self.children]
        await asyncio.gather(*(self.children[name].stop() for name in chosen))
        await asyncio.gather(*(self._lives.pop(name) for name in chosen))
        for name in chosen:
            del self.children[name]

    def hasten(self) -> None:
        """A second Ctrl-C: patience is over, only the stores still get to close properly."""
        for child in self.children.values():
            if child.stopping.is_set():
                child.send(child.spec.last_signal)

    def _write_line(self, name: str, line: str) -> None:
        """With LOG_FORMAT=json what is no JSON, such as PostgreSQL's own lines, is wrapped in it."""
        if os.environ.get("LOG_FORMAT") == "json":
            self.write(line if line.startswith("{") else as_json(name, line))
            return
        colour = COLOURS[list(self.children).index(name) % len(COLOURS)] if name in self.children else "37"
        self.write(f"{paint(f'{name:<8} |', colour)} {line}")
