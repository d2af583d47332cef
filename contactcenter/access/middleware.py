"""Asks the table for the route that was found, before any view runs."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, JsonResponse
from django.shortcuts import resolve_url

from contactcenter import errors
from contactcenter.access.api import API
from contactcenter.access.routes import ROUTES, SETTING_UP
from contactcenter.access.rule import Verdict, asker, decide, place_of
from contactcenter.access.who import TOKENS, Who
from contactcenter.lib.clock import now
from contactcenter.lib.logs import about
from contactcenter.lib.problems import problem
from contactcenter.operation.accounts import api_tokens
from contactcenter.operation.accounts.middleware import lacks_second_factor, was_turned_away
from contactcenter.operation.accounts.models import ApiToken
from tenants.models import Tenant

log = logging.getLogger(__name__)


class AccessMiddleware:
    """Asks the table for the route that was found. An undeclared route is missing."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponseBase | None:
        tenant: Tenant = request.tenant  # type: ignore[attr-defined]
        name = request.resolver_match.view_name if request.resolver_match else ""
        allowed = ROUTES[place_of(tenant)].get(name)
        if allowed is None:
            log.error("the route %r is not declared in contactcenter/access", name)
            raise Http404
        if Who.TOKEN in allowed:
            return ask_for_token(request, tenant, API.get(name, {}))
        if Who.PUBLIC in allowed or not TOKENS.isdisjoint(allowed):
            return None
        verdict = decide(allowed, asker(request.user, tenant))
        about.add(user_id=request.user.pk)
        if verdict is Verdict.SIGN_IN and was_turned_away(request):
            return errors.no_access(request, tenant.name)
        if verdict is Verdict.SIGN_IN:
            return ask_to_sign_in(request)
        if name not in SETTING_UP and lacks_second_factor(request):
            return ask_for_second_factor(request)
        if verdict is Verdict.FORBIDDEN:
            raise PermissionDenied
        return None


def ask_for_token(
    request: HttpRequest, tenant: Tenant, methods: Mapping[str, ApiToken.Right]
) -> HttpResponseBase | None:
    """None where the token may go on; it is then `request.api_token`. No session counts here, so no other site can make
    a browser ask for somebody.
    """
    scheme, _space, secret = request.headers.get("Authorization", "").partition(" ")
    token = (
        api_tokens.recognise(secret=secret.strip(), tenant=tenant, now=now()) if scheme.lower() == "bearer" else None
    )
    if token is None:
        words = "Send a header “Authorization: Bearer …” with a token of this company that is neither revoked nor old."
        return problem(401, words, headers={"WWW-Authenticate": 'Bearer realm="API"'})
    right = methods.get("GET" if request.method == "HEAD" else request.method or "")
    if right is None:
        offered = [*methods, *(["HEAD"] if "GET" in methods else [])]
        words = f"This address takes {', '.join(offered)}."
        return problem(405, words, headers={"Allow": ", ".join(offered)})
    if right not in token.rights:
        return problem(403, f"This token lacks the right {right}: ask for one that has it.")
    request.api_token = token  # type: ignore[attr-defined]
    return None


def ask_to_sign_in(request: HttpRequest) -> HttpResponseBase:
    address = resolve_url(settings.LOGIN_URL)
    return told(request, address, 401, "not signed in") or redirect_to_login(request.get_full_path(), address)


def ask_for_second_factor(request: HttpRequest) -> HttpResponseBase:
    address = resolve_url("mfa_index")
    return told(request, address, 403, "second factor missing") or HttpResponseRedirect(address)


def told(request: HttpRequest, address: str, status: int, error: str) -> HttpResponseBase | None:
    """A fragment takes the whole page to the address; a script is told; a page, None, goes there itself."""
    if "HX-Request" in request.headers:
        return HttpResponse(status=status, headers={"HX-Redirect": address, "Cache-Control": "no-store"})
    navigates = request.headers.get("Sec-Fetch-Mode", "navigate") == "navigate"
    wants_json = "application/json" in request.headers.get("Accept", "")
    if request.method not in ("GET", "HEAD") or wants_json or not navigates:
        return JsonResponse({"error": error}, status=status, headers={"Cache-Control": "no-store"})
    return None
