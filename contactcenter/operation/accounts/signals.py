"""Django and allauth tell by signals alone that somebody signed in or out, or changed how, by whichever way."""

from __future__ import annotations

from typing import Any

from allauth.account.authentication import get_authentication_records
from allauth.account.signals import password_changed
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added, authenticator_removed, authenticator_reset
from django.conf import settings
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.db import transaction
from django.dispatch import receiver
from django.http import HttpRequest

from contactcenter.lib.clock import now
from contactcenter.operation.accounts import factors, services, sessions
from contactcenter.operation.accounts.models import User
from contactcenter.operation.agents import services as agents
from tenants.middleware import host_of

UNTIL_THE_BROWSER_CLOSES = 0


@receiver(user_logged_in)
def begin_session(sender: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
    """Without a word whether this is the person's own computer (a passkey asks nothing), it is not."""
    if "_session_expiry" not in request.session:
        request.session.set_expiry(UNTIL_THE_BROWSER_CLOSES)
    shown = any(record["method"] == "mfa" for record in get_authentication_records(request, user))
    stamp(request, user, second_factor=shown)


@receiver(password_changed)
def go_on_after_new_password(sender: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
    stamp(request, user, second_factor=bool(request.session.get(factors.PASSED)))


@receiver(authenticator_added)
def go_on_with_new_factor(
    sender: Any, request: HttpRequest, user: User, authenticator: Authenticator, **kwargs: Any
) -> None:
    """Who has just set it up has shown it. The code that proved it has counted."""
    if authenticator.type == Authenticator.Type.TOTP:
        factors.spend(authenticator, request.POST.get("code", ""))
    change_factors(request, user, second_factor=True)


@receiver(authenticator_removed)
@receiver(authenticator_reset)
def go_on_without_old_factor(sender: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
    left = Authenticator.objects.filter(user=user).exclude(type=Authenticator.Type.RECOVERY_CODES)
    change_factors(request, user, second_factor=bool(request.session.get(factors.PASSED)) and left.exists())


def change_factors(request: HttpRequest, user: User, *, second_factor: bool) -> None:
    """In one with the new stamp: no socket of this session sees the first without the second."""
    with transaction.atomic():
        services.factors_changed(user=user, now=now())
        stamp(request, user, second_factor=second_factor)
        request.session.save()


def stamp(request: HttpRequest, user: User, *, second_factor: bool) -> None:
    """The session is this host's and of today's rights; of those before a change only the one that made it goes on."""
    host = host_of(request) if hasattr(request, "tenant") else ""  # what no host asked for counts on none
    sessions.stamp(request.session, host=host, epoch=user.epoch, second_factor=second_factor)


@receiver(password_changed)
def keep_desks(sender: Any, request: HttpRequest, **kwargs: Any) -> None:
    """Django has given the session a new key; the browser still sent the one before."""
    before = request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
    agents.renew_session(before=sessions.mark(before), after=sessions.mark(request.session.session_key or ""))


@receiver(user_logged_out)
def end_session(sender: Any, request: HttpRequest, user: User | None, **kwargs: Any) -> None:
    if user is not None and request.session.session_key:
        services.leave(user=user, session_key=request.session.session_key, now=now())
