"""What a webhook signs with: `whsec_` and 32 random bytes in base64, as Standard Webhooks has it."""

from __future__ import annotations

import base64
import secrets
from datetime import datetime, timedelta

from django.db.models import Q

from contactcenter.lib.sealing import seal, unseal
from contactcenter.records.webhooks.models import Secret, Webhook

PREFIX = "whsec_"
BYTES = 32
OVERLAP = timedelta(hours=24)  # how long the former one stays valid
PURPOSE = "webhook secret"


def make(webhook: Webhook, now: datetime) -> str:
    text = PREFIX + base64.b64encode(secrets.token_bytes(BYTES)).decode()
    Secret.objects.create(webhook=webhook, sealed=seal(text, purpose=PURPOSE), created_at=now)
    return text


def rotate(webhook: Webhook, now: datetime) -> str:
    """Two are valid from now on, the new and the one of before; any older is gone."""
    Secret.objects.filter(webhook=webhook, ends_at__isnull=False).delete()
    Secret.objects.filter(webhook=webhook).update(ends_at=now + OVERLAP)
    return make(webhook, now)


def valid(webhook: Webhook, now: datetime) -> list[str]:
    """The newest first."""
    rows = Secret.objects.filter(Q(ends_at=None) | Q(ends_at__gt=now), webhook=webhook)
    return [unseal(row.sealed, purpose=PURPOSE) for row in rows]


def reseal() -> int:
    """With the key of today, in the company's schema. How many there were."""
    rows = list(Secret.objects.all())
    for row in rows:
        row.sealed = seal(unseal(row.sealed, purpose=PURPOSE), purpose=PURPOSE)
    return Secret.objects.bulk_update(rows, ["sealed"]) if rows else 0
