"""Who may watch the floor: supervisors and admins, by a session that counts; screens, by a token that does. Run in the
shared schema.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.contrib.sessions.models import Session

from contactcenter.operation.accounts.models import Role, User
from contactcenter.operation.accounts.sessions import Visit
from contactcenter.operation.wallboards.services import alive

WATCHERS = (Role.SUPERVISOR, Role.ADMIN)


def still_watching(visits: Collection[Visit], *, now: datetime) -> set[Visit]:
    """Of hundreds at once, in two queries: those of whom nobody signed out and nothing was revoked."""
    keys = Session.objects.filter(session_key__in={visit.session_key for visit in visits}, expire_date__gt=now)
    open_sessions = set(keys.values_list("session_key", flat=True))
    users = User.objects.filter(pk__in={visit.user_id for visit in visits}, is_active=True, role__in=WATCHERS)
    epochs = dict(users.values_list("pk", "epoch"))
    return {
        visit for visit in visits if visit.session_key in open_sessions and epochs.get(visit.user_id, -1) == visit.epoch
    }


def still_shown(wallboards: Collection[int], *, now: datetime) -> set[int]:
    return set(alive(now).filter(pk__in=wallboards).values_list("pk", flat=True)) if wallboards else set()
