"""The visitor behind a token. Asked anew by every request and every frame: a token can be revoked at any time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest

from contactcenter.gateways.webchat.config import WidgetConfig, endpoints, read_config
from contactcenter.lib.prepared import Prepared
from contactcenter.records.customers.models import Customer
from contactcenter.records.customers.services import customer_of_token
from tenants.models import Tenant


class TokenGone(Exception):
    """Unknown, run out or revoked."""


class ChatClosed(Exception):
    """The company has no widget any more."""


class BeingUpdated(Exception):
    """The company is fenced since its migration failed: for a while."""


HOUSE = Prepared(
    lambda company: (
        endpoints().filter(tenant=company, tenant__is_active=True).select_related("tenant").defer("tenant__logo")
    )
)


@dataclass(frozen=True)
class Visitor:
    tenant: Tenant
    customer: Customer
    config: WidgetConfig


def enter(*, company_id: int, token: str, now: datetime) -> Visitor:
    """Inside the company's schema. Raises TokenGone, ChatClosed, BeingUpdated."""
    tenant, config = open_house(company_id)
    customer = customer_of_token(token=token, now=now)
    if customer is None:
        raise TokenGone
    return Visitor(tenant=tenant, customer=customer, config=config)


def open_house(company_id: int) -> tuple[Tenant, WidgetConfig]:
    """Raises ChatClosed, BeingUpdated."""
    endpoint = HOUSE.first(company=company_id)
    if endpoint is None:
        raise ChatClosed
    if endpoint.tenant.fenced_at is not None:
        raise BeingUpdated
    return endpoint.tenant, read_config(endpoint.settings)


def bearer(request: HttpRequest) -> str:
    """The token of the Authorization header, or nothing. No page can make a browser send one by itself."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""
