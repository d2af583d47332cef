"""How many sockets one address has open, counted over all web processes.

Each process writes into Redis how many it holds itself, never a sum, and beside it a sign of life: what a killed
process held counts no more some seconds later, and what a FLUSHALL took is written again. While Redis is away each
process counts for itself.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable
from functools import partial
from time import monotonic
from typing import Any
from uuid import uuid4
from weakref import WeakKeyDictionary

from redis.exceptions import RedisError

from channels_app.rounds import Rounds
from contactcenter.lib.keyed_hash import keyed_hash
from contactcenter.lib.redis_clients import Silence, async_client, key_of

SIGN_EVERY, SIGN_LASTS = 3.0, 10.0  # seconds
TOLD_EVERY, TOLD_LASTS = 1200.0, 3600.0  # how long what was told stays, if nobody tells it again
AT_ONCE = 500  # counts told in one go

# Mine, if it fits beside what the living others hold.
ENTER = """
local process, mine, most, lasts, life = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4], ARGV[5]
local held, others = redis.call("HGETALL", KEYS[1]), 0
for at = 1, #held, 2 do
  if held[at] ~= process then
    if redis.call("EXISTS", life .. held[at]) == 1 then others = others + tonumber(held[at + 1])
    else redis.call("HDEL", KEYS[1], held[at]) end
  end
end
if others + mine > most then return 0 end
redis.call("HSET", KEYS[1], process, mine)
redis.call("PEXPIRE", KEYS[1], lasts)
return 1
"""

log = logging.getLogger(__name__)


class Places:
    """What this process holds. `whose` is a company and an address, in one text."""

    def __init__(self) -> None:
        self.process = uuid4().hex
        self.held: Counter[str] = Counter()
        self._silence = Silence()
        self._turns: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Lock] = WeakKeyDictionary()
        self._signed_until = self._told_until = float("-inf")
        self._rounds = Rounds(self.give_sign, every=SIGN_EVERY, needed=lambda: self.held)

    async def enter(self, whose: str, *, most: int) -> bool:
        """Whoever got in leaves again."""
        async with self._turn():
            fits = self.held[whose] < most and await self._ask(partial(self._fits, whose, most)) != 0
            if fits:
                self.held[whose] += 1
                self._rounds.begin()
        return fits

    async def leave(self, whose: str) -> None:
        self.held[whose] -= 1
        if not self.held[whose]:
            del self.held[whose]
        async with self._turn():
            await self._ask(partial(self._tell, [whose]))

    async def give_sign(self) -> None:
        """That this process lives. Where the last sign is gone, so are its counts."""
        async with self._turn():
            await self._ask(self._sign)

    def _turn(self) -> asyncio.Lock:
        """One after the other, or an older number would be written over a newer one."""
        return self._turns.setdefault(asyncio.get_running_loop(), asyncio.Lock())

    async def _fits(self, whose: str, most: int) -> Any:
        if monotonic() + SIGN_EVERY >= self._signed_until:
            await self._sign()
        mine, lasts = self.held[whose] + 1, milliseconds(TOLD_LASTS)
        return await async_client().eval(ENTER, 1, name_of(whose), self.process, mine, most, lasts, life_of(""))

    async def _sign(self) -> None:
        now = monotonic()
        before = await async_client().set(life_of(self.process), 1, px=milliseconds(SIGN_LASTS), get=True)
        if before is None or now >= self._told_until:
            await self._tell(list(self.held))
            self._told_until = now + TOLD_EVERY
        self._signed_until = now + SIGN_LASTS

    async def _tell(self, several: list[str]) -> None:
        for start in range(0, len(several), AT_ONCE):
            async with async_client().pipeline(transaction=False) as line:
                for whose in several[start : start + AT_ONCE]:
                    if count := self.held.get(whose):
                        line.hset(name_of(whose), self.process, count)
                        line.pexpire(name_of(whose), milliseconds(TOLD_LASTS))
                    else:
                        line.hdel(name_of(whose), self.process)
                await line.execute()

    async def _ask(self, question: Callable[[], Awaitable[Any]]) -> Any:
        """None while Redis is away."""
        if self._silence.lasts(monotonic()):
            return None
        try:
            return await question()
        except (RedisError, OSError) as error:
            log.warning("Redis away: each process counts its own sockets (%s)", type(error).__name__)
            self._silence.begin(monotonic())
            return None


def name_of(whose: str) -> str:
    return key_of("sockets", keyed_hash(whose, purpose="sockets"))


def life_of(process: str) -> str:
    return key_of("web-process", process)


def milliseconds(seconds: float) -> int:
    return int(seconds * 1000)


places = Places()
