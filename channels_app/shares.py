"""Which web process takes the next connection. All listen at one door, and a socket stays for hours where it came in:
whoever holds more than the others steps back for a moment, so that one of them is first. Each tells the others in Redis
how many it holds; while Redis is away nobody steps back.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from uuid import uuid4

from redis.exceptions import RedisError

from channels_app import open_sockets
from contactcenter.lib.redis_clients import async_client, key_of

TELL_EVERY, TOLD_LASTS = 1.0, 5.0  # seconds
SPARE = 4  # sockets that one may hold more than another
LARGER = 1.1  # and so many times as many

log = logging.getLogger(__name__)


class Shares:
    """`held` says how many this process holds; `others` what each of those that live said last."""

    def __init__(self, held: Callable[[], int] = open_sockets.count) -> None:
        self.held = held
        self.process = uuid4().hex
        self.others: list[int] = []
        self._task: asyncio.Task[None] | None = None

    def begin(self) -> None:
        """In the event loop of the web process."""
        self._task = asyncio.create_task(self._run())

    async def end(self) -> None:
        """It takes nobody any more: the others need not wait for it."""
        if self._task is not None:
            self._task.cancel()
        try:
            await async_client().hdel(key(), self.process)
        except (RedisError, OSError) as error:
            log.warning("Redis away: others learn later that this process ends (%s)", type(error).__name__)

    def is_above(self) -> bool:
        return any(self.held() > max(LARGER * held, held + SPARE) for held in self.others)

    async def tell(self, now: float) -> None:
        """`now` in seconds since 1970, for the processes may stand on several machines."""
        try:
            async with async_client().pipeline(transaction=False) as line:
                line.hset(key(), self.process, f"{self.held()} {now:.0f}")
                line.hgetall(key())
                _, told = await line.execute()
            said = {name.decode(): text.decode().split() for name, text in told.items()}
            others = [
                int(held) for name, (held, at) in said.items() if name != self.process and now - float(at) <= TOLD_LASTS
            ]
            gone = [name for name, (_held, at) in said.items() if now - float(at) > TOLD_LASTS]
            if gone:
                await async_client().hdel(key(), *gone)
        except (RedisError, OSError, ValueError):  # the last: told by another version, a moment before it ends
            self.others = []
            return
        self.others = others

    async def _run(self) -> None:
        while True:
            await self.tell(time.time())
            await asyncio.sleep(TELL_EVERY)


def key() -> str:
    return key_of("sockets-held")


shares = Shares()
