"""Which desk sockets are alive: heartbeats of one web process, told to PostgreSQL together, and that it was there to
hear them.

Nobody waits for a disconnect: a socket whose heartbeats stop is simply not named any more.
"""

from __future__ import annotations

import logging
import os
import socket
from typing import cast
from uuid import UUID

from django.db import connection

from channels_app import socket_lines
from channels_app.frames import DATABASE_AWAY
from channels_app.rounds import Rounds
from contactcenter.lib import clock
from contactcenter.operation.agents.services import see_sockets
from tenants.backend.base import DatabaseWrapper
from tenants.door import in_shared

PROCESS = f"{socket.gethostname()}:{os.getpid()}"[:64]
TOLD_EVERY = 5.0  # seconds: with a heartbeat every 10 s, a cut desk counts as lost within 45 s

log = logging.getLogger(__name__)
_seen: set[UUID] = set()
_listening = False


def begin() -> None:
    """Call once in a web process, from the event loop: from now on it tells of itself, desks or none."""
    global _listening  # noqa: PLW0603  a process begins once
    _listening = True
    _rounds.begin()


def seen(key: UUID) -> None:
    """Call on each heartbeat, from the event loop."""
    _seen.add(key)
    _rounds.begin()


def gone(key: UUID) -> None:
    _seen.discard(key)


async def tell_now() -> None:
    keys = set(_seen)
    try:
        await in_shared(see_sockets, process=PROCESS, keys=keys, now=clock.now(), figures=figures())
    except DATABASE_AWAY:
        log.warning("database away: %d desk sockets are told of later", len(keys))
        return
    _seen.difference_update(keys)


def figures() -> dict[str, dict[str, int]]:
    pool = cast(DatabaseWrapper, connection).pool
    used = pool.get_stats() if pool is not None else {}
    told = {"open": "pool_size", "free": "pool_available", "waiting": "requests_waiting"}
    return {
        "sockets": dict(socket_lines.open_by_kind),
        "pool": {state: used[name] for state, name in told.items() if name in used},
    }


_rounds = Rounds(tell_now, every=TOLD_EVERY, needed=lambda: _listening or _seen)
