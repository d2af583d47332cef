"""A person's own sessions, and their end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from contactcenter.operation.accounts import services, sessions
from contactcenter.operation.accounts.models import SignedIn, User
from contactcenter.operation.accounts.sessions import Refusal


@dataclass(frozen=True)
class OwnSession:
    id: int
    device: str
    host: str
    signed_in_at: datetime
    last_seen_at: datetime
    is_this: bool


def own_sessions(*, user: User, this: str, now: datetime) -> list[OwnSession]:
    """Those that still count, the one last seen first."""
    rows = SignedIn.objects.select_related("session").filter(user=user, session__expire_date__gt=now)
    return [
        OwnSession(
            id=row.pk,
            device=row.device,
            host=row.host,
            signed_in_at=row.signed_in_at,
            last_seen_at=row.last_seen_at,
            is_this=row.session_id == this,
        )
        for row in rows.order_by("-last_seen_at", "-pk")
        if counts(row, user)
    ]


def counts(row: SignedIn, user: User) -> bool:
    refusal = sessions.why_refused(row.session.get_decoded(), host=row.host, user=user)
    return refusal in (None, Refusal.SECOND_FACTOR)


def end(*, user: User, session_id: int, now: datetime) -> str:
    """The key of what has ended. Raises SignedIn.DoesNotExist for another person's, as for a missing one."""
    row = SignedIn.objects.get(pk=session_id, user=user)
    services.leave(user=user, session_key=row.session_id, now=now)
    return row.session_id


@transaction.atomic
def end_all(*, user: User, now: datetime) -> None:
    """Everywhere, here too; also what has no row yet."""
    for key in list(SignedIn.objects.filter(user=user).values_list("session_id", flat=True)):
        services.leave(user=user, session_key=key, now=now)
    services.revoke(user)
