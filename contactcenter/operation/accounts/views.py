from __future__ import annotations

from typing import Any, cast

from allauth.mfa.adapter import get_adapter
from allauth.mfa.webauthn.views import RemoveWebAuthnView
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from contactcenter.operation.accounts import services
from contactcenter.operation.accounts.forms import PreferencesForm
from contactcenter.operation.accounts.models import User
from contactcenter.operation.agents.models import Agent

YEAR_SECONDS = 365 * 24 * 3600


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """To where the person works: the admin, or the desk of whoever has one."""
    if isinstance(request.user, User) and request.user.is_staff:
        return redirect("admin:index")
    if Agent.objects.filter(user=request.user.pk, is_active=True).exists():
        return redirect("desk:desk")
    return render(request, "accounts/home.html")


@require_safe
def company_home(request: HttpRequest) -> HttpResponse:
    """For a client company's people, on its own host: to their portal."""
    return redirect("portal:today")


class RemovePasskey(RemoveWebAuthnView):  # type: ignore[misc]
    """As allauth's, but asking the adapter, as the removal of an app does."""

    def form_valid(self, form: Any) -> HttpResponse:
        if not get_adapter().can_delete_authenticator(self.object):
            form.add_error(None, get_adapter().validation_error("cannot_delete_authenticator"))
            return cast(HttpResponse, self.form_invalid(form))
        return cast(HttpResponse, super().form_valid(form))


remove_passkey = RemovePasskey.as_view()


@require_POST
def preferences(request: HttpRequest) -> HttpResponse:
    """Language and theme of the screens: kept with the person when signed in, and with the browser. A form goes back to
    where it stood (`next`); a script, which accepts JSON, gets 204."""
    form = PreferencesForm(request.POST)
    wants_json = "application/json" in request.headers.get("Accept", "")
    if not form.is_valid():
        return JsonResponse({"errors": form.errors}, status=400)
    response: HttpResponse = HttpResponse(status=204) if wants_json else HttpResponseRedirect(way_back(request))
    for name, cookie in (("language", settings.LANGUAGE_COOKIE_NAME), ("theme", settings.THEME_COOKIE_NAME)):
        if name in request.POST:
            response.set_cookie(
                cookie,
                form.cleaned_data[name],
                max_age=YEAR_SECONDS,
                secure=settings.HTTPS,
                httponly=True,
                samesite="Lax",
            )
    if isinstance(request.user, User):
        services.choose_preferences(
            user=request.user,
            language=form.cleaned_data["language"] or request.user.language,
            theme=form.cleaned_data["theme"] if "theme" in request.POST else request.user.theme,
        )
    return response


def way_back(request: HttpRequest) -> str:
    """Where the form says it stood, if that is on this host."""
    address = request.POST.get("next", "")
    own = url_has_allowed_host_and_scheme(
        address, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return address if own else "/"
