"""What the floor shows, read once for all who watch it in this process: at most twice a second however much moves, and
every few seconds though nothing was heard. Whoever watches is asked for their right in the same hop as the reading.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from contextvars import Context
from datetime import datetime
from typing import Any, Protocol
from uuid import uuid4

from channels.layers import get_channel_layer
from redis.exceptions import RedisError

from channels_app.frames import DATABASE_AWAY, log_fault, written
from contactcenter.faces.floor.changes import changes, whole
from contactcenter.faces.floor.reading import Reading, read_floor
from contactcenter.faces.floor.rights import still_shown, still_watching
from contactcenter.lib import clock, groups
from contactcenter.operation.accounts.sessions import Visit
from tenants.door import in_shared_apart

AT_MOST_EVERY = 0.5  # seconds
AT_LEAST_EVERY = 5.0
AWAY = 1.0

Right = Visit | int  # of a person, or of a wallboard

log = logging.getLogger(__name__)


class Watcher(Protocol):
    """As much of a socket as the board needs. `right` None: not shown anything yet."""

    right: Right | None

    async def see(self, board: Board) -> None: ...
    async def lose_right(self) -> None: ...


class Board:
    """`reading` is the last one, `revision` counts those that differed, `news` is the frame from the one before."""

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.watchers: set[Watcher] = set()
        self.reading: Reading | None = None
        self.revision = 0
        self.news = ""
        self._snapshot: tuple[int, str] = (-1, "")
        self._touched: set[str] = set()
        self._called = asyncio.Event()
        self._read = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def join(self, watcher: Watcher) -> None:
        self.watchers.add(watcher)
        if self._task is None or self._task.done():
            self._read.clear()
            self._task = asyncio.create_task(self._run(), context=Context())  # in the name of all

    def leave(self, watcher: Watcher) -> None:
        self.watchers.discard(watcher)
        self._called.set()

    def call(self, schema: str = "") -> None:
        """Something of this company, or of agents, has changed."""
        self._touched.add(schema)
        self._called.set()

    async def ready(self) -> Reading:
        """Once it was read for those who watch now."""
        await self._read.wait()
        assert self.reading is not None
        return self.reading

    def snapshot(self) -> str:
        """The frame for who has nothing yet, written once a revision."""
        if self.reading is not None and self._snapshot[0] != self.revision:
            text = written("snapshot", rev=self.revision, **whole(self.reading))
            self._snapshot = (self.revision, text)
        return self._snapshot[1]

    async def _run(self) -> None:
        listener = asyncio.create_task(self._listen())
        read_all_at = 0.0
        try:
            while self.watchers:
                self._called.clear()
                due = self.loop.time() >= read_all_at
                if due:
                    read_all_at = self.loop.time() + AT_LEAST_EVERY
                await self._guarded(lambda: self._look(all_of_it=due))  # noqa: B023  called at once
                await asyncio.sleep(AT_MOST_EVERY)
                with suppress(TimeoutError):
                    async with asyncio.timeout(max(0.0, read_all_at - self.loop.time())):
                        await self._called.wait()
        finally:
            listener.cancel()
            self._read.clear()

    async def _guarded(self, work: Callable[[], Awaitable[None]]) -> None:
        try:
            await work()
        except DATABASE_AWAY as error:
            log.warning("database away: the floor is read later (%s)", type(error).__name__)
            await asyncio.sleep(AWAY)
        except Exception as error:  # noqa: BLE001  the next reading may go well
            log_fault("the floor", error)
            await asyncio.sleep(AWAY)

    async def _look(self, *, all_of_it: bool) -> None:
        touched, self._touched = self._touched, set()
        before = None if all_of_it else self.reading
        rights = {watcher.right for watcher in self.watchers if watcher.right is not None}
        try:
            reading, kept = await in_shared_apart(look, clock.now(), before, touched, rights)
        except BaseException:
            self._touched |= touched
            raise
        self._take(reading)
        for watcher in list(self.watchers):
            if watcher.right is not None and watcher.right in rights:
                await (watcher.see(self) if watcher.right in kept else watcher.lose_right())

    def _take(self, reading: Reading) -> None:
        found = changes(self.reading, reading) if self.reading is not None else {}
        if found or self.reading is None:
            self.revision += 1
            self.news = written("floor.changed", rev=self.revision, **found)
        self.reading = reading
        self._read.set()

    async def _listen(self) -> None:
        """While Redis is away, the readings every few seconds carry on."""
        layer, name = get_channel_layer(), f"board.{uuid4().hex}"
        joined = asyncio.create_task(self._join_group(layer, name))
        try:
            while True:
                try:
                    message = await layer.receive(name)
                except (RedisError, OSError):
                    await asyncio.sleep(AWAY)
                    continue
                self.call(message.get("schema", ""))
        finally:
            joined.cancel()
            with suppress(RedisError, OSError):
                await layer.group_discard(groups.floor(), name)

    async def _join_group(self, layer: Any, name: str) -> None:
        await asyncio.sleep(0)  # the listener has named its channel to the layer
        while True:
            try:
                await layer.group_add(groups.floor(), name)
            except (RedisError, OSError):
                await asyncio.sleep(AWAY)
            else:
                self.call()  # what came before it heard
                return


def look(now: datetime, before: Reading | None, touched: set[str], rights: set[Right]) -> tuple[Reading, set[Right]]:
    visits = {right for right in rights if isinstance(right, Visit)}
    screens = {right for right in rights if isinstance(right, int)}
    kept: set[Right] = {*still_watching(visits, now=now), *still_shown(screens, now=now)}
    return read_floor(now, before=before, touched=touched), kept


_board: Board | None = None


def board() -> Board:
    """Of this process, that is, of its event loop."""
    global _board  # noqa: PLW0603
    if _board is None or _board.loop is not asyncio.get_running_loop():
        _board = Board()
    return _board
