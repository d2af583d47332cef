"""Who may be signed in on which host: staff on the shared one, people of a client company on the company's own."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings

from contactcenter.operation.accounts.models import Membership, User
from tenants.addresses import public_address


@dataclass(frozen=True)
class Entrance:
    """Where somebody signs in."""

    company: str
    address: str


def has_place(*, email: str, host: str) -> bool:
    """On a company's host: as one of its people. Asked by address, before or without any knowledge of a password."""
    if host == settings.SHARED_HOST:
        return True  # what one may see there is for contactcenter/access
    return Membership.objects.filter(
        user__email=email.lower(), is_active=True, tenant__is_active=True, tenant__domains__domain=host
    ).exists()


def may_enter(*, user: User, host: str) -> bool:
    """By any way of signing in: on the shared host as staff."""
    return bool(user.role) if host == settings.SHARED_HOST else has_place(email=user.email, host=host)


def entrances(user: User) -> list[Entrance]:
    memberships = Membership.objects.select_related("tenant").defer("tenant__logo")
    found = memberships.filter(user=user, is_active=True, tenant__is_active=True).order_by("tenant__name")
    return [Entrance(company=membership.tenant.name, address=public_address(membership.tenant)) for membership in found]
