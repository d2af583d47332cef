"""Making a screen's address, taking it back, and whose a token is."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from contactcenter.lib.text import clean_line
from contactcenter.operation.accounts.models import User
from contactcenter.operation.audit import services as audit
from contactcenter.operation.audit.actions import Action
from contactcenter.operation.audit.kinds import ObjectKind
from contactcenter.operation.outbox import services as outbox
from contactcenter.operation.routing.services import check_steers
from contactcenter.operation.wallboards.models import Wallboard
from tenants.models import Tenant

LONGEST = timedelta(days=366)
TOKEN_BYTES = 32
NAME_LIMIT = 60


class WallboardRefused(ValueError):
    def __init__(self, field: str, code: str) -> None:
        super().__init__(f"{field}: {code}")
        self.field, self.code = field, code


@dataclass(frozen=True)
class Made:
    """The token is shown once: nobody can find it again."""

    wallboard: Wallboard
    token: str


@transaction.atomic
def make(*, name: str, tenant: Tenant | None, expires_at: datetime, by: User, now: datetime) -> Made:
    """Raises NotAllowed, WallboardRefused."""
    check_steers(by)
    words = clean_line(name, NAME_LIMIT + 1)
    if not words or len(words) > NAME_LIMIT:
        raise WallboardRefused("name", "empty" if not words else "too_long")
    if not now < expires_at <= now + LONGEST:
        raise WallboardRefused("expires_at", "not_between")
    token = secrets.token_urlsafe(TOKEN_BYTES)
    wallboard = Wallboard.objects.create(
        name=words, tenant=tenant, token_hash=hashed(token), made_by=by, made_at=now, expires_at=expires_at
    )
    record(Action.WALLBOARD_MADE, wallboard, by, now)
    return Made(wallboard, token)


@transaction.atomic
def revoke(*, wallboard_id: int, by: User, now: datetime) -> None:
    """Its screen goes dark at once. Raises NotAllowed."""
    check_steers(by)
    if Wallboard.objects.filter(pk=wallboard_id, revoked_at=None).update(revoked_at=now, revoked_by=by):
        outbox.write([outbox.floor_changed()])
        found = Wallboard.objects.select_related("tenant").defer("tenant__logo").get(pk=wallboard_id)
        record(Action.WALLBOARD_REVOKED, found, by, now)


def record(action: Action, wallboard: Wallboard, by: User, now: datetime) -> None:
    audit.record(
        action=action,
        tenant=wallboard.tenant,
        actor=by,
        object_kind=ObjectKind.WALLBOARD,
        object_id=wallboard.pk,
        now=now,
    )


def alive(now: datetime) -> QuerySet[Wallboard]:
    served = Q(tenant=None) | Q(tenant__is_active=True)
    return Wallboard.objects.filter(served, revoked_at=None, expires_at__gt=now)


def wallboard_of(token: str, *, now: datetime) -> Wallboard | None:
    """None: no such token, or one that is revoked or over."""
    return alive(now).filter(token_hash=hashed(token)).select_related("tenant").defer("tenant__logo").first()


def hashed(token: str) -> str:
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()
