"""How often something may be done: a token bucket a key, in Redis; at half rate in this process while Redis is away.

`allow("aurora:chat-start", address, rate=0.1, burst=6, now=...)` is 0 when allowed, else the seconds to wait; `ask`
says too how many are left. The name of a bucket carries the company; the key (an address, a user) reaches Redis only as
a keyed hash.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

import redis

from contactcenter.lib.keyed_hash import keyed_hash
from contactcenter.lib.redis_clients import Silence, async_client, client, key_of

LOCAL_BUCKETS = 20_000

# The same as `take` below, in one step on the server. Redis forgets a bucket that is full again.
TAKE = """
local tokens, at = unpack(redis.call("HMGET", KEYS[1], "tokens", "at"))
local rate, burst, now = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
tokens, at = tonumber(tokens) or burst, tonumber(at) or now
tokens = math.min(burst, tokens + math.max(0, now - at) * rate)
at = math.max(at, now)
local wait = 0
if tokens >= 1 then tokens = tokens - 1 else wait = (1 - tokens) / rate end
redis.call("HSET", KEYS[1], "tokens", string.format("%.17g", tokens), "at", string.format("%.17g", at))
redis.call("PEXPIRE", KEYS[1], math.ceil((burst / rate + 1) * 1000))
return {string.format("%.17g", wait), string.format("%.17g", tokens)}
"""


@dataclass(frozen=True)
class Bucket:
    tokens: float
    at: float  # seconds


@dataclass(frozen=True)
class Reply:
    """`wait`: 0 when allowed, else the seconds until one is; `left`: how many may still be done at once."""

    wait: float
    left: float


def take(bucket: Bucket | None, *, rate: float, burst: int, now: float) -> tuple[Bucket, float]:
    """One token out of the bucket, which fills by `rate` a second up to `burst`: what is left, and the seconds to wait
    for one. A clock that goes back fills nothing."""
    before = bucket or Bucket(burst, now)
    tokens = min(burst, before.tokens + max(0.0, now - before.at) * rate)
    at = max(before.at, now)
    if tokens >= 1:
        return Bucket(tokens - 1, at), 0.0
    return Bucket(tokens, at), (1 - tokens) / rate


def allow(bucket: str, key: str, *, rate: float, burst: int, now: float) -> float:
    return ask(bucket, key, rate=rate, burst=burst, now=now).wait


def ask(bucket: str, key: str, *, rate: float, burst: int, now: float) -> Reply:
    if local.in_charge(now):
        return local.ask(name_of(bucket, key), rate=rate, burst=burst, now=now)
    try:
        return reply(client().eval(TAKE, 1, name_of(bucket, key), rate, burst, now))
    except redis.RedisError:
        local.take_charge(now)
        return local.ask(name_of(bucket, key), rate=rate, burst=burst, now=now)


async def allow_async(bucket: str, key: str, *, rate: float, burst: int, now: float) -> float:
    if local.in_charge(now):
        return local.ask(name_of(bucket, key), rate=rate, burst=burst, now=now).wait
    try:
        return reply(await async_client().eval(TAKE, 1, name_of(bucket, key), rate, burst, now)).wait
    except redis.RedisError:
        local.take_charge(now)
        return local.ask(name_of(bucket, key), rate=rate, burst=burst, now=now).wait


def reply(answer: Any) -> Reply:
    wait, left = answer
    return Reply(float(wait), float(left))


def name_of(bucket: str, key: str) -> str:
    return key_of("rate", bucket, keyed_hash(key, purpose="rate-limit"))


class LocalBuckets:
    """Stands in for Redis, at half rate and half burst: several processes together stay near the limit."""

    def __init__(self) -> None:
        self._buckets: OrderedDict[str, Bucket] = OrderedDict()
        self._silence = Silence()
        self._lock = threading.Lock()

    def in_charge(self, now: float) -> bool:
        return self._silence.lasts(now)

    def take_charge(self, now: float) -> None:
        self._silence.begin(now)

    def ask(self, name: str, *, rate: float, burst: int, now: float) -> Reply:
        with self._lock:
            left, wait = take(self._buckets.pop(name, None), rate=rate / 2, burst=max(1, burst // 2), now=now)
            self._buckets[name] = left
            if len(self._buckets) > LOCAL_BUCKETS:
                self._buckets.popitem(last=False)
        return Reply(wait, left.tokens)


local = LocalBuckets()
