"""The sockets this process holds: asked for a sign of life when silent, let go when dead, all told when it restarts."""

from __future__ import annotations

import asyncio
import logging
from typing import Any, Protocol

from channels_app.close_codes import Close
from channels_app.rounds import Rounds

LOOK_EVERY = 5.0
SILENT = 12.0  # a page in the background sleeps through its own timers, yet wakes for a message
DEAD = 75.0

log = logging.getLogger(__name__)


class OpenSocket(Protocol):
    """As much of a socket as is needed to look after it. `heard_at` is the event loop's time."""

    heard_at: float

    async def send_frame(self, name: str, /, **fields: Any) -> None: ...
    async def join_again(self) -> None: ...
    async def close(self, code: Close) -> None: ...


_open: set[OpenSocket] = set()


def add(socket: OpenSocket) -> None:
    _open.add(socket)
    _rounds.begin()


def remove(socket: OpenSocket) -> None:
    _open.discard(socket)


def count() -> int:
    return len(_open)


async def tell_restart() -> None:
    """The clients come back after 1 to 10 s, each at its own moment."""
    for socket in list(_open):
        await socket.close(Close.RESTARTING)


async def look_after_all() -> None:
    for socket in list(_open):
        try:
            await look_after(socket, now=asyncio.get_running_loop().time())
        except Exception as error:  # noqa: BLE001  one socket's fault is not the others'
            log.error("a socket could not be looked after: %s", type(error).__qualname__)


async def look_after(socket: OpenSocket, *, now: float) -> None:
    silence = now - socket.heard_at
    if silence > DEAD:
        await socket.close(Close.IDLE)
    elif silence > SILENT:
        await socket.send_frame("heartbeat.ask")
    await socket.join_again()


_rounds = Rounds(look_after_all, every=LOOK_EVERY, needed=lambda: _open)
