"""One effect for one Idempotency-Key, however often and at once it comes. Call inside the company's schema and inside
the transaction of the effect: both are written or neither is.
"""

from __future__ import annotations

import hashlib
import json
from datetime import datetime, timedelta
from typing import Any

from contactcenter.lib.sealing import seal, unseal
from contactcenter.records.idempotency.models import Answer

KEPT = timedelta(hours=48)
PURPOSE = "kept answer"


class KeyReused(Exception):
    """The key came before with another request."""


def claim(*, key: str, route: str, asked: object, now: datetime) -> tuple[Answer, bool]:
    """The answer's row, and whether this is the first: then the caller does the work and calls `keep` with what it
    answers. Copies that come meanwhile wait for the first one's end. Raises KeyReused.
    """
    Answer.objects.filter(key=key, route=route, created_at__lte=now - KEPT).delete()
    digest = digest_of(asked)
    row, is_first = Answer.objects.get_or_create(key=key, route=route, defaults={"digest": digest, "created_at": now})
    if row.digest != digest:
        raise KeyReused
    return row, is_first


def keep(row: Answer, *, status: int, body: str) -> None:
    row.status, row.sealed = status, seal(body, purpose=PURPOSE)
    row.save(update_fields=["status", "sealed"])


def body_of(row: Answer) -> str:
    return unseal(row.sealed, purpose=PURPOSE)


def forget(*, now: datetime) -> int:
    forgotten, _by_model = Answer.objects.filter(created_at__lte=now - KEPT).delete()
    return forgotten


def digest_of(asked: Any) -> str:
    """By its meaning: the order of fields and spaces between them do not matter."""
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()
