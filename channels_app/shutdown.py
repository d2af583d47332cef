"""A web process comes and goes without a cut. It says when it is ready; on SIGTERM it takes nobody new, sends its
sockets away, finishes what was asked, and goes. daphne alone would cut all of it.

daphne speaks no ASGI lifespan: we begin with Twisted's reactor, a moment after it has put signal handlers of its own.
"""

from __future__ import annotations

import asyncio
import logging
import signal
import sys
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import Any

from django.conf import settings
from django.urls import reverse

from channels_app import liveness, open_sockets
from channels_app.connections import Door
from channels_app.lateness import lateness
from channels_app.shares import shares
from contactcenter.health import check_readiness, is_ready, start_draining
from contactcenter.lib import starter

PATIENCE = 20.0  # seconds; the supervisor's is 25
LINGER = 1.0  # who was let in a moment ago has yet to say what they want
LOOK_EVERY = 0.05
ASK_AGAIN = 0.2

Scope = dict[str, Any]
Application = Callable[[Scope, Any, Any], Awaitable[None]]

log = logging.getLogger(__name__)


class Graceful:
    def __init__(self, inner: Application) -> None:
        self.inner = inner
        self.requests = 0
        self.ending = False
        self.tasks: list[asyncio.Task[None]] = []

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self.inner(scope, receive, send)
            return
        self.requests += 1
        try:
            await self.inner(scope, receive, self.parting(send))
        finally:
            self.requests -= 1

    def parting(self, send: Any) -> Any:
        """While it ends, each answer says that no other comes over this connection."""

        async def say(message: dict[str, Any]) -> None:
            if self.ending and message["type"] == "http.response.start":
                message = {**message, "headers": [*message.get("headers", []), (b"Connection", b"close")]}
            await send(message)

        return say

    def begin(self) -> None:
        """In the event loop of the web process."""
        liveness.begin()
        lateness.begin()
        shares.begin()
        loop = asyncio.get_running_loop()
        signal.signal(signal.SIGTERM, lambda number, frame: loop.call_soon_threadsafe(self.end))
        self.tasks.append(loop.create_task(self.tell_when_ready()))

    async def tell_when_ready(self) -> None:
        while not is_ready(await asyncio.to_thread(check_readiness)):  # noqa: ASYNC110
            await asyncio.sleep(ASK_AGAIN)
        await warm_up(self.inner)
        starter.tell("READY=1")

    def end(self) -> None:
        if not self.ending:
            self.ending = True
            self.tasks.append(asyncio.create_task(self.drain()))

    async def drain(self) -> None:
        until = monotonic() + PATIENCE
        start_draining()
        starter.tell("STOPPING=1")
        take_nobody_new()
        await shares.end()
        await open_sockets.restart()
        await asyncio.sleep(LINGER)
        while (self.requests or open_sockets.count()) and monotonic() < until:  # noqa: ASYNC110  a second at most
            await asyncio.sleep(LOOK_EVERY)
        if self.requests:
            log.warning("%d requests were not finished in %d s", self.requests, PATIENCE)
        reactor().stop()


async def warm_up(application: Application) -> None:
    """The first page of all loads addresses, templates and a connection to the database: nobody waits for that."""
    asked: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    asked.put_nowait({"type": "http.request", "body": b"", "more_body": False})

    async def forget(message: dict[str, Any]) -> None: ...

    host = f"{settings.SHARED_HOST}{settings.PUBLIC_PORT}".encode()
    path = reverse("account_login", urlconf=settings.PUBLIC_SCHEMA_URLCONF)
    scope = {
        **{"type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "scheme": settings.PUBLIC_SCHEME},
        **{"method": "GET", "path": path, "raw_path": path.encode(), "query_string": b"", "root_path": ""},
        **{"headers": [(b"host", host)], "client": ["127.0.0.1", 0], "server": None},
    }
    await application(scope, asked.get, forget)


def reactor() -> Any:
    """daphne's; it is one of this name alone that may run."""
    return sys.modules["twisted.internet.reactor"]


def begin_with_daphne(application: Graceful) -> None:
    """Whoever else holds this application never runs a reactor, and has an end of its own."""
    reactor().callWhenRunning(reactor().callLater, 0, application.begin)


def take_nobody_new() -> None:
    """This process's copy of the listening socket only: the starter's stays open, and who comes waits in its queue for
    another process.
    """
    for door in Door.all:
        door.stopListening()  # type: ignore[no-untyped-call]
