"""Django and allauth tell by signals alone that somebody signed in or out, by whichever way."""

from __future__ import annotations

from typing import Any

from allauth.account.signals import password_changed
from django.conf import settings
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.dispatch import receiver
from django.http import HttpRequest

from contactcenter.lib.clock import now
from contactcenter.operation.accounts import services, sessions
from contactcenter.operation.accounts.models import User
from contactcenter.operation.agents import services as agents
from tenants.middleware import host_of


@receiver(user_logged_in)
@receiver(password_changed)
def stamp_session(sender: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
    """The session is this host's and of today's rights; of a password change only the session that made it goes on."""
    host = host_of(request) if hasattr(request, "tenant") else ""  # what no host asked for counts on none
    sessions.stamp(request.session, host=host, epoch=user.epoch)


@receiver(password_changed)
def keep_desks(sender: Any, request: HttpRequest, **kwargs: Any) -> None:
    """Django has given the session a new key; the browser still sent the one before."""
    before = request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
    agents.renew_session(before=sessions.mark(before), after=sessions.mark(request.session.session_key or ""))


@receiver(user_logged_out)
def end_session(sender: Any, request: HttpRequest, user: User | None, **kwargs: Any) -> None:
    if user is not None and request.session.session_key:
        services.leave(user=user, session_key=request.session.session_key, now=now())
