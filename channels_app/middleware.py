"""Before a socket is accepted: whose host it is, whether it comes from our own page, whether its address has too many.

All that is wrong gets the same answer, 403, and learns nothing more. A socket never passes Django's middleware.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from time import monotonic
from typing import Any

from channels.sessions import CookieMiddleware
from django.conf import settings

from channels_app.close_codes import Close
from channels_app.frames import DATABASE_AWAY
from channels_app.places import places
from contactcenter.lib import clock
from contactcenter.lib.client_address import client_address
from contactcenter.lib.logs import about
from contactcenter.lib.rate_limit import allow_async
from tenants.door import SHARED_SCHEMA, in_shared
from tenants.models import Domain

Scope = dict[str, Any]
Application = Callable[[Scope, Any, Any], Awaitable[None]]

REMEMBER_HOSTS = 30.0  # seconds
LOOK_AGAIN = 1.0  # for a host that is not known
MOST_COMING = 64  # of one company, between knocking and being let in
COME_BACK_IN = 10.0  # seconds, in which all sockets of an address may open again; twice as many at once

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Company:
    """A client company as far as a socket needs it."""

    id: int
    schema: str
    is_active: bool
    is_fenced: bool


def header(scope: Mapping[str, Any], name: bytes) -> str:
    """Empty when missing; when it stands twice too, so that no two readers can take different ones."""
    found = [value for key, value in scope["headers"] if key == name]
    return str(found[0].decode("latin1")) if len(found) == 1 else ""


def host_of(scope: Mapping[str, Any]) -> str:
    """Without its port."""
    name, _, port = header(scope, b"host").rpartition(":")
    return (name if port.isdecimal() else header(scope, b"host")).rstrip(".").lower()


def address_of(scope: Mapping[str, Any]) -> str:
    peer = scope.get("client") or ["", 0]
    forwarded = ",".join(value.decode("latin1") for key, value in scope["headers"] if key == b"x-forwarded-for")
    return client_address(str(peer[0]), forwarded, settings.TRUSTED_PROXIES)


def comes_from_own_page(scope: Mapping[str, Any]) -> bool:
    origin = header(scope, b"origin").lower()
    return origin == f"{settings.PUBLIC_SCHEME}://{header(scope, b'host').lower()}"


async def refuse(receive: Any, send: Any) -> None:
    await receive()
    await send({"type": "websocket.close", "code": 4403})


async def send_back(receive: Any, send: Any, code: Close) -> None:
    """Accepted only to be told why: a refusal has no code."""
    await receive()
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.close", "code": int(code)})


class OnSharedHost:
    """For staff and their screens: the shared host only. Who it is, the consumer checks, now and on each frame."""

    def __init__(self, inner: Application) -> None:
        self.inner = CookieMiddleware(inner)

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        if host_of(scope) != settings.SHARED_HOST or not comes_from_own_page(scope):
            await refuse(receive, send)
            return
        await self.inner({**scope, "schema": SHARED_SCHEMA}, receive, send)


class OnCompanyHost:
    """For customers: puts `company` into the scope."""

    def __init__(self, inner: Application) -> None:
        self.inner = inner
        self.hosts = HostBook()

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        company = await self.hosts.company(host_of(scope)) if comes_from_own_page(scope) else None
        if company is None or not company.is_active:
            await refuse(receive, send)
        elif company.is_fenced:
            await send_back(receive, send, Close.RESTARTING)
        else:
            about.add(company=company.schema)
            await self.inner({**scope, "company": company, "schema": company.schema}, receive, send)


class Gated:
    """How many sockets an address may have open, and how fast it may open them, at one company or at the BPO. Asked
    before anything is read from the database. `limit` is the name of the setting.

    Whoever comes while too many are between knocking and being let in is refused: else all of them would wait longer
    and longer, and those inside with them.
    """

    def __init__(self, inner: Application, limit: str) -> None:
        self.inner, self.limit = inner, limit
        self.coming: Counter[str] = Counter()  # by company

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        company, waits = scope["schema"], True
        if self.coming[company] >= MOST_COMING:
            await refuse(receive, send)
            return
        self.coming[company] += 1

        async def answer(message: dict[str, Any]) -> None:
            nonlocal waits
            self.coming[company] -= waits
            waits = False
            await send(message)

        try:
            await self.let_in(scope, receive, answer)
        finally:
            self.coming[company] -= waits

    async def let_in(self, scope: Scope, receive: Any, send: Any) -> None:
        address, bucket = address_of(scope), f"{scope['schema']}:{self.limit}"
        most: int = getattr(settings, self.limit)
        now = clock.now().timestamp()
        if await allow_async(bucket, address, rate=most / COME_BACK_IN, burst=2 * most, now=now):
            await refuse(receive, send)
            return
        await with_place(self.inner, scope, receive, send, whose=f"{bucket} {address}", most=most)


async def with_place(inner: Application, scope: Scope, receive: Any, send: Any, *, whose: str, most: int) -> None:
    if not await places.enter(whose, most=most):
        await send_back(receive, send, Close.TOO_OFTEN)
        return
    try:
        await inner(scope, receive, send)
    finally:
        await places.leave(whose)


class HostBook:
    """Which company each host belongs to, read as a whole: sockets come in swarms after a restart, and whoever makes
    hosts up asks the database once a second at most.
    """

    def __init__(self) -> None:
        self.companies: dict[str, Company] = {}
        self.read_at = float("-inf")
        self._reading: asyncio.Task[None] | None = None

    async def company(self, host: str) -> Company | None:
        age = monotonic() - self.read_at
        if age > REMEMBER_HOSTS or (age > LOOK_AGAIN and host not in self.companies):
            await self._read_once()
        return self.companies.get(host)

    async def _read_once(self) -> None:
        """For all who wait for it."""
        reading = self._reading
        if reading is None or reading.done() or reading.get_loop() is not asyncio.get_running_loop():
            reading = self._reading = asyncio.create_task(self._read())
        await asyncio.shield(reading)

    async def _read(self) -> None:
        """While the database is away, the book stays as it is."""
        try:
            self.companies = await in_shared(companies_by_host)
        except DATABASE_AWAY as error:
            log.warning("database away: hosts are known as they were (%s)", type(error).__name__)
        self.read_at = monotonic()


def companies_by_host() -> dict[str, Company]:
    columns = ("domain", "tenant", "tenant__schema_name", "tenant__is_active", "tenant__fenced_at")
    rows = Domain.objects.exclude(tenant__schema_name=SHARED_SCHEMA).values_list(*columns)
    return {
        host: Company(id=pk, schema=schema, is_active=is_active, is_fenced=fenced_at is not None)
        for host, pk, schema, is_active, fenced_at in rows
    }
