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
SENT_AWAY_A_SECOND = 200  # the others must take them in
LONGEST_FAREWELL = 10.0

log = logging.getLogger(__name__)


class OpenSocket(Protocol):
    """As much of a socket as is needed to look after it. `heard_at` is the event loop's time."""

    heard_at: float

    async def send_frame(self, name: str, /, **fields: Any) -> None: ...
    async def join_again(self) -> None: ...
    async def close(self, code: Close) -> None: ...


_open: set[OpenSocket] = set()
_farewells: set[asyncio.Task[None]] = set()
_restarting = False


def add(socket: OpenSocket) -> None:
    _open.add(socket)
    _rounds.begin()
    if _restarting:  # it was let in a moment before
        farewell = asyncio.create_task(socket.close(Close.RESTARTING))
        _farewells.add(farewell)
        farewell.add_done_callback(_farewells.discard)


def remove(socket: OpenSocket) -> None:
    _open.discard(socket)


def count() -> int:
    return len(_open)


async def restart() -> None:
    """All are told, one after the other, and who comes from now on; each client comes back at its own moment
    (docs/protocol.md).
    """
    global _restarting  # noqa: PLW0603  a process ends once
    _restarting = True
    told = list(_open)
    pause = min(1 / SENT_AWAY_A_SECOND, LONGEST_FAREWELL / max(len(told), 1))
    for socket in told:
        await socket.close(Close.RESTARTING)
        await asyncio.sleep(pause)


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
