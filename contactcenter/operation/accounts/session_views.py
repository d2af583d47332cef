"""One's own sessions, and their end."""

from __future__ import annotations

from typing import cast

from django.contrib.auth import logout
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from contactcenter.lib.clock import now
from contactcenter.operation.accounts import own_sessions
from contactcenter.operation.accounts.models import SignedIn, User


@require_safe
def sessions(request: HttpRequest) -> HttpResponse:
    found = own_sessions.own_sessions(user=person(request), this=request.session.session_key or "", now=now())
    return render(request, "account/sessions.html", {"sessions": found})


@require_POST
def end(request: HttpRequest, session_id: int) -> HttpResponse:
    try:
        key = own_sessions.end(user=person(request), session_id=session_id, now=now())
    except SignedIn.DoesNotExist:
        raise Http404 from None
    if key == request.session.session_key:
        return signed_out(request)
    return redirect("account_sessions")


@require_POST
def end_all(request: HttpRequest) -> HttpResponse:
    own_sessions.end_all(user=person(request), now=now())
    return signed_out(request)


def signed_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    return redirect("account_login")


def person(request: HttpRequest) -> User:
    return cast(User, request.user)
