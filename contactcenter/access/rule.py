"""What somebody counts as at a place, and the one rule."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from django.contrib.auth.models import AnonymousUser

from contactcenter.access.who import TOKENS, Place, Who
from contactcenter.operation.accounts.models import Membership, User
from tenants.door import SHARED_SCHEMA
from tenants.models import Tenant


class Verdict(StrEnum):
    ALLOWED = "allowed"
    SIGN_IN = "sign in first"
    FORBIDDEN = "not for this person"


@dataclass(frozen=True)
class Asker:
    """Everything that one who asks counts as at this place."""

    whos: frozenset[Who]

    @property
    def is_signed_in(self) -> bool:
        return Who.SIGNED_IN in self.whos


def asker(user: User | AnonymousUser | None, tenant: Tenant) -> Asker:
    """Roles of the BPO count on the shared host, memberships on the company's own."""
    if not isinstance(user, User) or not user.is_active:
        return Asker(frozenset({Who.PUBLIC}))
    whos = {Who.PUBLIC, Who.SIGNED_IN}
    if place_of(tenant) is Place.SHARED:
        whos |= {Who(user.role)} if user.role else set()
    else:
        memberships = Membership.objects.filter(user=user, tenant=tenant, is_active=True)
        whos |= {Who(role) for role in memberships.values_list("role", flat=True)}
    return Asker(frozenset(whos))


def place_of(tenant: Tenant) -> Place:
    return Place.SHARED if tenant.schema_name == SHARED_SCHEMA else Place.COMPANY


def decide(allowed: Collection[Who], who: Asker) -> Verdict:
    """The one rule. A token is no session: its gateway or face reads it, and refuses whoever has none."""
    if not TOKENS.isdisjoint(allowed) or not who.whos.isdisjoint(allowed):
        return Verdict.ALLOWED
    return Verdict.FORBIDDEN if who.is_signed_in else Verdict.SIGN_IN
