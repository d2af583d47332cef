"""Who asks, by a session that still counts, in which language, and that no cache keeps what they see."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpRequest, HttpResponseBase
from django.middleware.locale import LocaleMiddleware
from django.utils import translation
from django.utils.dateparse import parse_datetime

from contactcenter.lib.clock import now
from contactcenter.lib.device import describe
from contactcenter.operation.accounts import factors, in_view
from contactcenter.operation.accounts.models import User
from contactcenter.operation.accounts.sessions import SIGNED_IN_AT, Refusal, why_refused
from tenants.middleware import host_of

LANGUAGES = dict(settings.LANGUAGES)


def brings_session(request: HttpRequest) -> bool:
    """Without the cookie nobody is looked up: customers' requests cost no query and their answers vary by no cookie."""
    return settings.SESSION_COOKIE_NAME in request.COOKIES


def was_turned_away(request: HttpRequest) -> bool:
    """Came with a good session of somebody who is nobody at this company any more."""
    return getattr(request, "turned_away", False)


def lacks_second_factor(request: HttpRequest) -> bool:
    return isinstance(request.user, User) and factors.is_missing(request.session, request.user)


class SessionCheckMiddleware:
    """A session that no longer counts is none. One of another host is left as it is: over there it may be good."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if brings_session(request):
            self.check(request)
        response = self.get_response(request)
        if request.session.accessed and request.user.is_authenticated:
            # A view that says itself what may be kept (a logo, the catalogue of words) knows better.
            response.headers.setdefault("Cache-Control", "private, no-store")
        return response

    def check(self, request: HttpRequest) -> None:
        user = request.user if isinstance(request.user, User) else None
        refusal = why_refused(request.session, host=host_of(request), user=user)
        if refusal in (Refusal.OTHER_HOST, Refusal.REVOKED, Refusal.NO_PLACE):
            if refusal is not Refusal.OTHER_HOST:
                request.session.delete()
            request.turned_away = refusal is Refusal.NO_PLACE  # type: ignore[attr-defined]
            request.session = SessionStore()
            request.user = AnonymousUser()
        elif user is not None:
            self.see(request, user)

    def see(self, request: HttpRequest, user: User) -> None:
        signed_in = parse_datetime(request.session.get(SIGNED_IN_AT, ""))
        in_view.see(
            session_key=request.session.session_key or "",
            user=user,
            host=host_of(request),
            device=describe(request.headers.get("User-Agent", "")),
            signed_in_at=signed_in or now(),
            now=now(),
        )


class LanguageMiddleware(LocaleMiddleware):
    """The language a signed-in person chose; others' by cookie or browser."""

    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        if brings_session(request) and isinstance(request.user, User) and request.user.language in LANGUAGES:
            translation.activate(request.user.language)
            request.LANGUAGE_CODE = translation.get_language()
