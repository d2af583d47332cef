"""Companies migrated by several processes at once, each fed one schema at a time."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections import deque
from collections.abc import Callable, Sequence

from tenants.migrating.migrator import Result

Told = Callable[[Result], None]

DIED = "the migrating process died"


class Crew:
    """Cancelled, it lets each process end the schema it is at; cancelled again, it does not."""

    def __init__(self, *, target: str, jobs: int, told: Told) -> None:
        self.target = target
        self.jobs = jobs
        self.told = told
        self.idle: list[asyncio.subprocess.Process] = []  # a start costs seconds: kept from flock to flock

    async def __aenter__(self) -> Crew:
        return self

    async def __aexit__(self, *error: object) -> None:
        await asyncio.gather(*map(_end, self.idle))

    async def migrate(self, schemas: Sequence[str]) -> None:
        waiting = deque(schemas)
        lanes = [asyncio.create_task(self._lane(waiting)) for _ in range(min(self.jobs, len(schemas)))]
        try:
            await asyncio.gather(*lanes)
        except asyncio.CancelledError:
            await asyncio.gather(*lanes, return_exceptions=True)
            raise

    async def _lane(self, waiting: deque[str]) -> None:
        process: asyncio.subprocess.Process | None = None
        try:
            while waiting:
                process = process or (self.idle.pop() if self.idle else await _start(self.target))
                schema = waiting.popleft()
                if line := await _ask(process, schema):
                    self.told(Result(**json.loads(line)))
                else:
                    self.told(Result(schema, 1, DIED))
                    await process.wait()
                    process = None
        except BaseException:
            if process is not None:
                await _end(process)
            raise
        if process is not None:
            self.idle.append(process)


async def _start(target: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tenants.migrating.worker", target),
        env={**os.environ, "DB_POOL": "0"},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        start_new_session=True,  # Ctrl-C is the parent's to hear
    )


async def _ask(process: asyncio.subprocess.Process, schema: str) -> bytes:
    """Nothing when it died."""
    assert process.stdin is not None and process.stdout is not None
    try:
        process.stdin.write(f"{schema}\n".encode())
        await process.stdin.drain()
    except (BrokenPipeError, ConnectionResetError):
        return b""
    return await process.stdout.readline()


async def _end(process: asyncio.subprocess.Process) -> None:
    assert process.stdin is not None
    process.stdin.close()
    try:
        await process.wait()
    except asyncio.CancelledError:
        process.kill()
        await process.wait()
        raise
