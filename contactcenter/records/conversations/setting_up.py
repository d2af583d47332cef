"""A company's outcomes and canned replies, as its admins write them. Call inside the company's schema."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from contactcenter.operation.accounts.models import User
from contactcenter.operation.audit.actions import Action
from contactcenter.operation.audit.kinds import ObjectKind
from contactcenter.operation.audit.services import record
from contactcenter.records.conversations.errors import NotFound
from contactcenter.records.conversations.models import CannedReply, Disposition
from contactcenter.records.conversations.reading import stand_in
from tenants.models import Tenant


@transaction.atomic
def save_outcome(
    *, outcome: Disposition | None, key: str, label: Mapping[str, str], position: int, is_active: bool
) -> Disposition:
    """`outcome` None: a new one. Its key stays as it was made: figures are counted by it."""
    kept = Disposition.objects.select_for_update(no_key=True).get(pk=outcome.pk) if outcome else Disposition(key=key)
    kept.label, kept.position, kept.is_active = dict(label), position, is_active
    kept.save()
    return kept


@transaction.atomic
def save_company_reply(
    *, reply: CannedReply | None, shortcut: str, title: str, text: Mapping[str, str], is_active: bool
) -> CannedReply:
    """For every agent of the company. Raises ValidationError."""
    shortcut = shortcut.lower()
    kept = CannedReply.objects.select_for_update(no_key=True).get(pk=reply.pk, owner=None) if reply else CannedReply()
    same = CannedReply.objects.filter(owner=None, shortcut=shortcut, is_active=True).exclude(pk=kept.pk)
    if is_active and same.exists():
        raise ValidationError({"shortcut": _("The company has a reply with this shortcut already.")})
    kept.shortcut, kept.title, kept.text, kept.is_active = shortcut, title, dict(text), is_active
    kept.save()
    return kept


def company_reply(reply_id: int) -> CannedReply:
    """Raises NotFound: an agent's own and a missing one alike."""
    reply = CannedReply.objects.filter(pk=reply_id, owner=None).first()
    if reply is None:
        raise NotFound(reply_id)
    return reply


@transaction.atomic
def write_company_reply(
    *,
    tenant: Tenant,
    reply: CannedReply | None,
    shortcut: str,
    title: str,
    text: Mapping[str, str],
    is_active: bool = True,
    by: User,
    now: datetime,
) -> CannedReply:
    """As `save_company_reply`, by one of the company's own managers: with what was changed written down, by the names
    of the fields. `reply` is as it was read.
    """
    stand_in(tenant)
    wanted = {"shortcut": shortcut.lower(), "title": title, "text": dict(text), "is_active": is_active}
    changed = sorted(name for name, value in wanted.items() if reply is None or getattr(reply, name) != value)
    kept = save_company_reply(reply=reply, shortcut=shortcut, title=title, text=text, is_active=is_active)
    if changed:
        record(
            action=Action.CANNED_REPLY_CHANGED,
            tenant=tenant,
            actor=by,
            object_kind=ObjectKind.CANNED_REPLY,
            object_id=kept.pk,
            now=now,
            facts={"fields": changed},
        )
    return kept
