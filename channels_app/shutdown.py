"""The end of a web process without a cut: on SIGTERM it takes nobody new, sends its sockets away, finishes what was
asked, and goes. daphne alone would cut all of it.

daphne speaks no ASGI lifespan, and Twisted puts its own signal handlers when its reactor starts: so ours are put by the
first thing that is asked of the process. Before that there is nothing to finish.
"""

from __future__ import annotations

import asyncio
import logging
import signal
import sys
import threading
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import Any

from channels_app import liveness, open_sockets
from contactcenter.health import start_draining

PATIENCE = 20.0  # seconds; the supervisor's is 25
LOOK_EVERY = 0.05

Application = Callable[[dict[str, Any], Any, Any], Awaitable[None]]

log = logging.getLogger(__name__)


class Graceful:
    def __init__(self, inner: Application) -> None:
        self.inner = inner
        self.requests = 0
        self.armed = False
        self.draining: asyncio.Task[None] | None = None

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if not self.armed:
            self.armed = True
            self.arm()
        if scope["type"] != "http":
            await self.inner(scope, receive, send)
            return
        self.requests += 1
        try:
            await self.inner(scope, receive, send)
        finally:
            self.requests -= 1

    def arm(self) -> None:
        """Only in a web process of daphne: whoever else holds this application has an end of its own."""
        if running_reactor() is None or threading.current_thread() is not threading.main_thread():
            return
        liveness.begin()
        loop = asyncio.get_running_loop()
        signal.signal(signal.SIGTERM, lambda number, frame: loop.call_soon_threadsafe(self.begin_to_end))

    def begin_to_end(self) -> None:
        if self.draining is None:
            self.draining = asyncio.create_task(self.drain())

    async def drain(self) -> None:
        start_draining()
        reactor = running_reactor()
        take_nobody_new(reactor)
        await open_sockets.tell_restart()
        until = monotonic() + PATIENCE
        while (self.requests or open_sockets.count()) and monotonic() < until:  # noqa: ASYNC110  a second at most
            await asyncio.sleep(LOOK_EVERY)
        if self.requests:
            log.warning("%d requests were not finished in %d s", self.requests, PATIENCE)
        reactor.stop()


def running_reactor() -> Any:
    reactor = sys.modules.get("twisted.internet.reactor")
    return reactor if getattr(reactor, "running", False) else None


def take_nobody_new(reactor: Any) -> None:
    """This process's copy of the listening socket only: the supervisor's stays open, and who comes waits in its queue
    for the next process.
    """
    from twisted.internet.tcp import Port

    for reader in reactor.getReaders():
        if isinstance(reader, Port):
            reader.stopListening()  # type: ignore[no-untyped-call]
