"""When a session was seen last, written down at most once a minute.

allauth has an app for it, but it writes with every request, keeps plain addresses, and knows neither the host a session
is of nor the epoch that may have ended it.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from time import monotonic

from django.contrib.sessions.models import Session
from django.db import transaction

from contactcenter.operation.accounts.models import SignedIn, User

ONCE_IN = timedelta(minutes=1)
MOST_REMEMBERED = 4096


class Seen:
    """Which sessions this process has written down within the minute."""

    def __init__(self) -> None:
        self.until: dict[str, float] = {}

    def is_due(self, session_key: str) -> bool:
        if self.until.get(session_key, 0.0) > monotonic():
            return False
        if len(self.until) >= MOST_REMEMBERED:
            self.until.clear()
        self.until[session_key] = monotonic() + ONCE_IN.total_seconds()
        return True


seen = Seen()


def see(*, session_key: str, user: User, host: str, device: str, signed_in_at: datetime, now: datetime) -> None:
    """By a page. The first one of a session makes its row; so does the first after its key has changed."""
    if not seen.is_due(session_key) or keep_in_view(session_key=session_key, now=now):
        return
    with transaction.atomic():
        if Session.objects.select_for_update().filter(session_key=session_key).exists():  # not ended meanwhile
            SignedIn.objects.get_or_create(
                session_id=session_key,
                defaults={
                    "user": user,
                    "host": host,
                    "device": device,
                    "signed_in_at": signed_in_at,
                    "last_seen_at": now,
                },
            )


def see_socket(*, session_key: str, now: datetime) -> None:
    """By a desk: its person may ask for no page all day."""
    if seen.is_due(session_key):
        keep_in_view(session_key=session_key, now=now)


def keep_in_view(*, session_key: str, now: datetime) -> bool:
    return bool(SignedIn.objects.filter(session=session_key).update(last_seen_at=now))
