"""Tokens of the API: made, shown once, recognised, revoked. Who holds one is a machine of one company, never a person.

A token reads `cck_<company's schema>_<64 hex digits>`: whoever finds one knows what it is and whose, and scanners for
leaked secrets can look for it. The digits are 256 random bits.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from contactcenter.lib.text import clean_line
from contactcenter.operation.accounts.models import ApiToken, Membership, Role, User
from contactcenter.operation.accounts.services import NotAllowed
from contactcenter.operation.audit.actions import Action
from contactcenter.operation.audit.kinds import ObjectKind
from contactcenter.operation.audit.services import record
from tenants.models import Tenant

PREFIX = "cck"
SECRET_BYTES = 32
SHAPE = re.compile(rf"{PREFIX}_[a-z][a-z0-9_]{{2,40}}_[0-9a-f]{{{2 * SECRET_BYTES}}}")
NAME_LIMIT = 80
USED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True)
class Made:
    """`secret` is shown now and never again."""

    token: ApiToken
    secret: str


@transaction.atomic
def make_token(
    *,
    tenant: Tenant,
    name: str,
    rights: Collection[str],
    by: User | None,
    now: datetime,
    expires_at: datetime | None = None,
) -> Made:
    """By an admin of the house or a manager of the company; None is whoever runs commands on the machine. Raises
    NotAllowed, ValidationError (name, rights, expires_at).
    """
    require_keeper(by, tenant)
    name = clean_line(name, NAME_LIMIT)
    unknown = sorted(set(rights) - set(ApiToken.Right.values))
    errors: dict[str, str] = {}
    if not name:
        errors["name"] = _("Write what the token is for, for example “Shop system”.")
    if unknown or not rights:
        errors["rights"] = _("Choose at least one of: {rights}.").format(rights=", ".join(ApiToken.Right.values))
    if expires_at is not None and expires_at <= now:
        errors["expires_at"] = _("Choose a moment in the future, or none.")
    if errors:
        raise ValidationError(errors)
    secret = f"{PREFIX}_{tenant.schema_name}_{secrets.token_hex(SECRET_BYTES)}"
    token = ApiToken.objects.create(
        tenant=tenant,
        name=name,
        rights=sorted(set(rights)),
        digest=digest_of(secret),
        created_at=now,
        created_by=by,
        expires_at=expires_at,
    )
    note(Action.TOKEN_MADE, token, by, now)
    return Made(token, secret)


@transaction.atomic
def revoke_token(*, token: ApiToken, by: User | None, now: datetime) -> bool:
    """Counts for the next request. False where it was revoked already. Raises NotAllowed."""
    require_keeper(by, token.tenant)
    if not ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=now, revoked_by=by):
        return False
    note(Action.TOKEN_REVOKED, token, by, now)
    return True


def note(action: Action, token: ApiToken, by: User | None, now: datetime) -> None:
    facts = {"rights": token.rights}
    record(
        action=action,
        tenant=token.tenant,
        actor=by,
        object_kind=ObjectKind.TOKEN,
        object_id=token.pk,
        now=now,
        facts=facts,
    )


def recognise(*, secret: str, tenant: Tenant, now: datetime) -> ApiToken | None:
    """The company's token that this is. None for one that is unknown, another company's, run out or revoked: whoever
    asks cannot tell which.
    """
    if not SHAPE.fullmatch(secret):
        return None
    alive = Q(expires_at=None) | Q(expires_at__gt=now)
    token = ApiToken.objects.filter(alive, digest=digest_of(secret), tenant=tenant.pk, revoked_at=None).first()
    if token is not None and (token.last_used_at is None or token.last_used_at <= now - USED_EVERY):
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
    return token


def require_keeper(by: User | None, tenant: Tenant) -> None:
    """As the rows are now, held until the change is made. Raises NotAllowed."""
    if by is None:
        return
    users = User.objects.select_for_update().filter(pk=by.pk, is_active=True)
    if users.filter(role=Role.ADMIN).exists():
        return
    manages = Membership.objects.select_for_update().filter(
        user=by.pk, tenant=tenant.pk, role=Membership.Role.MANAGER, is_active=True
    )
    if not (users.exists() and manages.exists()):
        raise NotAllowed(by.pk)


def digest_of(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
