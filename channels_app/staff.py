"""Whoever of the BPO opened a socket: by the session, now and on each frame. Run in the shared schema."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings

from channels_app.close_codes import Close
from channels_app.frames import CloseSocket
from contactcenter.access.rule import Verdict
from contactcenter.access.sockets import may_open_socket
from contactcenter.lib.logs import about
from contactcenter.operation.accounts.models import User
from contactcenter.operation.accounts.sessions import Refusal, Visit, open_visit, person_of
from tenants.door import SHARED_SCHEMA
from tenants.models import Tenant


def enter(scope: Mapping[str, Any]) -> tuple[Visit, User]:
    """Raises CloseSocket."""
    visit = open_visit(scope["cookies"].get(settings.SESSION_COOKIE_NAME), host=settings.SHARED_HOST)
    if isinstance(visit, Refusal):
        raise CloseSocket(Close.NOT_SIGNED_IN)
    user = entitled(visit, scope["path"])
    about.add(user_id=user.pk)
    return visit, user


def entitled(visit: Visit, path: str) -> User:
    """Raises CloseSocket: the session has ended, or the right has."""
    user = person_of(visit).first()
    shared = Tenant.with_shared.get(schema_name=SHARED_SCHEMA)
    if user is not None and may_open_socket(path, user=user, tenant=shared) is Verdict.ALLOWED:
        return user
    raise CloseSocket(why_over(visit))


def why_over(visit: Visit) -> Close:
    refusal = open_visit(visit.session_key, host=settings.SHARED_HOST)
    return Close.NOT_SIGNED_IN if refusal is Refusal.NOT_SIGNED_IN else Close.REVOKED
