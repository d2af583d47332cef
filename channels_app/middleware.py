"""Before a socket is accepted: whose host it is, whether it comes from our own page, whether this address has too many.

All that is wrong gets the same answer, 403, and learns nothing more. A socket never passes Django's middleware.
"""

from __future__ import annotations

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
from contactcenter.lib.client_address import client_address
from contactcenter.lib.rate_limit import Bucket, take
from tenants.door import in_shared
from tenants.models import Domain

Scope = dict[str, Any]
Application = Callable[[Scope, Any, Any], Awaitable[None]]

SOCKETS_AN_ADDRESS = 20  # open at once, by company and process
OPENS_A_SECOND, OPENS_AT_ONCE = 2.0, 40
REMEMBER_HOSTS = 30.0  # seconds
MOST_REMEMBERED = 4096

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


async def send_back(receive: Any, send: Any) -> None:
    """Accepted only to be told when to come again: a refusal has no code."""
    await receive()
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.close", "code": int(Close.RESTARTING)})


class OnSharedHost:
    """For staff: the shared host only. The session is the consumer's to check, now and on each frame."""

    def __init__(self, inner: Application) -> None:
        self.inner = CookieMiddleware(inner)

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        if host_of(scope) != settings.SHARED_HOST or not comes_from_own_page(scope):
            await refuse(receive, send)
            return
        await self.inner({**scope, "address": address_of(scope)}, receive, send)


class OnCompanyHost:
    """For customers: puts `company` into the scope."""

    def __init__(self, inner: Application) -> None:
        self.inner = inner
        self.hosts = HostBook()
        self.gate = Gate()

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        address, host = address_of(scope), host_of(scope)
        if not comes_from_own_page(scope) or not self.gate.enter(host, address):
            await refuse(receive, send)
            return
        try:
            company = await self.hosts.company(host)
            if company is None or not company.is_active:
                await refuse(receive, send)
                return
            if company.is_fenced:
                await send_back(receive, send)
                return
            await self.inner({**scope, "address": address, "company": company}, receive, send)
        finally:
            self.gate.leave(host, address)


class HostBook:
    """Which company a host belongs to, remembered for half a minute: sockets come in swarms after a restart."""

    def __init__(self) -> None:
        self.known: dict[str, tuple[float, Company | None]] = {}

    async def company(self, host: str) -> Company | None:
        """None too while the database is away: the client comes back by itself."""
        until, company = self.known.get(host, (0.0, None))
        if until > monotonic():
            return company
        try:
            company = await in_shared(find_company, host)
        except DATABASE_AWAY as error:
            log.warning("database away: a socket is refused (%s)", type(error).__name__)
            return None
        if len(self.known) >= MOST_REMEMBERED:
            self.known.clear()
        self.known[host] = (monotonic() + REMEMBER_HOSTS, company)
        return company


def find_company(host: str) -> Company | None:
    domain = Domain.objects.select_related("tenant").defer("tenant__logo").filter(domain=host).first()
    if domain is None:
        return None
    tenant = domain.tenant
    return Company(
        id=tenant.pk, schema=tenant.schema_name, is_active=tenant.is_active, is_fenced=tenant.fenced_at is not None
    )


class Gate:
    """Counts what is open and how fast it opens, by company and address, before the database is asked anything."""

    def __init__(self) -> None:
        self.inside: Counter[tuple[str, str]] = Counter()
        self.opens: dict[str, Bucket] = {}

    def enter(self, host: str, address: str) -> bool:
        if len(self.opens) >= MOST_REMEMBERED:
            self.opens.clear()
        self.opens[address], wait = take(
            self.opens.get(address), rate=OPENS_A_SECOND, burst=OPENS_AT_ONCE, now=monotonic()
        )
        if wait or self.inside[host, address] >= SOCKETS_AN_ADDRESS:
            return False
        self.inside[host, address] += 1
        return True

    def leave(self, host: str, address: str) -> None:
        self.inside[host, address] -= 1
        if self.inside[host, address] <= 0:
            del self.inside[host, address]
