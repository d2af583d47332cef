"""A company's outcomes and canned replies, as its admins write them. Call inside the company's schema."""

from __future__ import annotations

from collections.abc import Mapping

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from contactcenter.records.conversations.models import CannedReply, Disposition


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
