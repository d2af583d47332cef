"""What a web process does every few seconds for all its sockets together, as long as there is any to do it for."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextvars import Context


class Rounds:
    """One task a process. `go` is called every so many seconds while `needed` says something; `begin` is called by
    whoever brings a need, from the event loop.
    """

    def __init__(self, go: Callable[[], Awaitable[None]], *, every: float, needed: Callable[[], object]) -> None:
        self.go, self.every, self.needed = go, every, needed
        self._task: asyncio.Task[None] | None = None

    def begin(self) -> None:
        if self._task is None or self._task.done() or self._task.get_loop() is not asyncio.get_running_loop():
            # Not in the name of whoever happened to be the first: that would be in their company's lane.
            self._task = asyncio.create_task(self._run(), context=Context())

    async def _run(self) -> None:
        while self.needed():
            await asyncio.sleep(self.every)
            await self.go()
