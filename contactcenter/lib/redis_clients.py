"""Redis as whoever counts asks it: impatiently, for nobody may wait for a courier."""

from __future__ import annotations

import asyncio
from functools import cache
from typing import Any
from weakref import WeakKeyDictionary

import redis
import redis.asyncio
from django.conf import settings

PATIENCE_SECONDS = 0.5
SILENCE_SECONDS = 1.0  # after Redis failed, how long it is not asked again

_async_clients: WeakKeyDictionary[asyncio.AbstractEventLoop, Any] = WeakKeyDictionary()


class Silence:
    """Remembers that Redis failed a moment ago. `now` is of whichever clock its owner goes by."""

    def __init__(self) -> None:
        self._until = float("-inf")

    def begin(self, now: float) -> None:
        self._until = now + SILENCE_SECONDS

    def lasts(self, now: float) -> bool:
        return now < self._until


@cache
def client() -> redis.Redis:
    return redis.Redis.from_url(
        settings.REDIS_URL, socket_timeout=PATIENCE_SECONDS, socket_connect_timeout=PATIENCE_SECONDS
    )


def async_client() -> Any:
    """A client belongs to its event loop."""
    loop = asyncio.get_running_loop()
    if loop not in _async_clients:
        _async_clients[loop] = redis.asyncio.Redis.from_url(
            settings.REDIS_URL, socket_timeout=PATIENCE_SECONDS, socket_connect_timeout=PATIENCE_SECONDS
        )
    return _async_clients[loop]


def key_of(*parts: str) -> str:
    """Of this installation, for several may share one Redis."""
    return ":".join((settings.CACHES["default"]["KEY_PREFIX"], *parts))
