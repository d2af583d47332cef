"""The cache without which people can still sign in: while Redis is away, each process remembers for itself.

What is kept in it is counts of attempts (allauth's rate limits), so they stay limited, by process, and never open up.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any

import redis
from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache

log = logging.getLogger(__name__)
SILENCE_SECONDS = 1.0  # after Redis failed, how long it is not asked again


class SturdyCache(RedisCache):
    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        own = {name: value for name, value in params.items() if name != "OPTIONS"}
        self._own = LocMemCache("while-redis-is-away", own)
        self._own_until = float("-inf")

    def add(self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: Any = None) -> bool:
        return bool(self._either(super().add, self._own.add, key, value, timeout, version))

    def get(self, key: Any, default: Any = None, version: Any = None) -> Any:
        return self._either(super().get, self._own.get, key, default, version)

    def set(self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: Any = None) -> None:
        self._either(super().set, self._own.set, key, value, timeout, version)

    def touch(self, key: Any, timeout: Any = DEFAULT_TIMEOUT, version: Any = None) -> bool:
        return bool(self._either(super().touch, self._own.touch, key, timeout, version))

    def delete(self, key: Any, version: Any = None) -> bool:
        return bool(self._either(super().delete, self._own.delete, key, version))

    def has_key(self, key: Any, version: Any = None) -> bool:
        return bool(self._either(super().has_key, self._own.has_key, key, version))

    def incr(self, key: Any, delta: int = 1, version: Any = None) -> int:
        return int(self._either(super().incr, self._own.incr, key, delta, version))

    def _either(self, shared: Callable[..., Any], own: Callable[..., Any], *args: Any) -> Any:
        if time.monotonic() < self._own_until:
            return own(*args)
        try:
            return shared(*args)
        except redis.RedisError as error:
            log.warning("cache: Redis is away (%s), remembering in this process", type(error).__name__)
            self._own_until = time.monotonic() + SILENCE_SECONDS
            return own(*args)
