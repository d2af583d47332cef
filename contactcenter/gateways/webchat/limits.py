"""How often a visitor may do what costs something, by company and address, or by customer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from math import ceil
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest

from contactcenter.lib.client_address import client_address
from contactcenter.lib.rate_limit import allow, allow_async
from contactcenter.records.conversations.models import Conversation
from contactcenter.records.customers.models import Customer
from contactcenter.records.files.quota import Quota
from tenants.models import Tenant

MEGABYTE = 1024 * 1024


@dataclass(frozen=True)
class Limit:
    name: str
    a_minute: int

    def wait(self, schema: str, key: str, now: datetime) -> int:
        """0 when allowed, else whole seconds."""
        return ceil(allow(self._bucket(schema), key, rate=self.a_minute / 60, burst=self.a_minute, now=now.timestamp()))

    async def wait_async(self, schema: str, key: str, now: datetime) -> int:
        seconds = await allow_async(
            self._bucket(schema), key, rate=self.a_minute / 60, burst=self.a_minute, now=now.timestamp()
        )
        return ceil(seconds)

    def _bucket(self, schema: str) -> str:
        return f"{schema}:{self.name}"


def starts() -> Limit:
    return Limit("chat-start", settings.CHAT_STARTS_A_MINUTE)


def messages() -> Limit:
    return Limit("chat-message", settings.CHAT_MESSAGES_A_MINUTE)


IDENTITIES = Limit("chat-identity", 30)
FILES = Limit("chat-file", 20)
DOWNLOADS = Limit("chat-download", 120)
CHECKS = Limit("chat-token", 60)


def quota_of(customer: Customer, tenant: Tenant, now: datetime) -> Quota:
    """What this visitor may upload on the company's day."""
    zone = ZoneInfo(tenant.timezone)
    return Quota(
        talks=Conversation.objects.filter(customer=customer).values_list("pk", flat=True),
        since=datetime.combine(now.astimezone(zone).date(), time(0), zone),
        files=settings.VISITOR_FILES_A_DAY,
        size=settings.VISITOR_MEGABYTES_A_DAY * MEGABYTE,
        size_of_all=settings.VISITORS_MEGABYTES_A_DAY * MEGABYTE,
    )


def address_of(request: HttpRequest) -> str:
    return client_address(
        request.META.get("REMOTE_ADDR") or "",
        request.META.get("HTTP_X_FORWARDED_FOR", ""),
        settings.TRUSTED_PROXIES,
    )
