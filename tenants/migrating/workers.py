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


async def migrate_together(schemas: Sequence[str], *, target: str, jobs: int, told: Told) -> None:
    """Cancelled, it lets each process end the schema it is at; cancelled again, it does not."""
    waiting = deque(schemas)
    lanes = [asyncio.create_task(_lane(waiting, target, told)) for _ in range(min(jobs, len(schemas)))]
    try:
        await asyncio.gather(*lanes)
    except asyncio.CancelledError:
        waiting.clear()
        await asyncio.gather(*lanes, return_exceptions=True)
        raise
    finally:
        for lane in lanes:
            lane.cancel()


async def _lane(waiting: deque[str], target: str, told: Told) -> None:
    process: asyncio.subprocess.Process | None = None
    try:
        while waiting:
            process = process or await _start(target)
            schema = waiting.popleft()
            line = await _ask(process, schema)
            if line:
                told(Result(**json.loads(line)))
            else:
                told(Result(schema, 1, DIED))
                await process.wait()
                process = None
    finally:
        if process is not None:
            await _end(process)


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
