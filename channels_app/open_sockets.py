"""The sockets this process holds: asked for a sign of life when silent, let go when dead, all told when it restarts."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from channels_app.close_codes import Close

if TYPE_CHECKING:
    from channels_app.frames import FrameConsumer

LOOK_EVERY = 5.0
SILENT = 12.0  # a page in the background sleeps through its own timers, yet wakes for a message
DEAD = 75.0

log = logging.getLogger(__name__)
_open: set[FrameConsumer] = set()
_keeper: asyncio.Task[None] | None = None


def add(socket: FrameConsumer) -> None:
    global _keeper  # noqa: PLW0603  one task a process, begun by its first socket
    _open.add(socket)
    if _keeper is None or _keeper.done() or _keeper.get_loop() is not asyncio.get_running_loop():
        _keeper = asyncio.create_task(_keep())


def remove(socket: FrameConsumer) -> None:
    _open.discard(socket)


def count() -> int:
    return len(_open)


async def tell_restart() -> None:
    """The clients come back after 1 to 10 s, each at its own moment."""
    for socket in list(_open):
        await socket.close(Close.RESTARTING)


async def _keep() -> None:
    """Ends by itself when the last socket has gone."""
    while _open:
        await asyncio.sleep(LOOK_EVERY)
        for socket in list(_open):
            try:
                await look_after(socket, now=asyncio.get_running_loop().time())
            except Exception as error:  # noqa: BLE001  one socket's fault is not the others'
                log.error("a socket could not be looked after: %s", type(error).__qualname__)


async def look_after(socket: FrameConsumer, *, now: float) -> None:
    silence = now - socket.heard_at
    if silence > DEAD:
        await socket.close(Close.IDLE)
    elif silence > SILENT:
        await socket.send_frame("heartbeat.ask")
    await socket.join_again()
