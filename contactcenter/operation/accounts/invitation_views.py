"""The page behind the link of an invitation."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.utils import perform_login
from allauth.core import ratelimit
from django import forms
from django.contrib.auth import logout
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from contactcenter.lib.clock import now
from contactcenter.operation.accounts.forms import Dressed
from contactcenter.operation.accounts.invitations import NoInvitation, accept_invitation, find_invitation
from contactcenter.operation.accounts.models import Invitation, User
from tenants.door import SHARED_SCHEMA
from tenants.models import Tenant


class NewPersonForm(Dressed):
    name = forms.CharField(label=_("Your name"), max_length=100, widget=forms.TextInput({"autocomplete": "name"}))
    password1 = forms.CharField(
        label=_("Password"), strip=False, widget=forms.PasswordInput({"autocomplete": "new-password"})
    )
    password2 = forms.CharField(
        label=_("Password, again"), strip=False, widget=forms.PasswordInput({"autocomplete": "new-password"})
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("password1") and cleaned.get("password2") not in (None, cleaned["password1"]):
            self.add_error("password2", _("The two are not the same."))
        return cleaned


class KnownPersonForm(Dressed):
    password = forms.CharField(
        label=_("Password of your account"),
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "current-password"}),
    )


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponseBase:
    tenant: Tenant = request.tenant  # type: ignore[attr-defined]
    place = None if tenant.schema_name == SHARED_SCHEMA else tenant
    by = request.user if isinstance(request.user, User) else None
    try:
        found = find_invitation(tenant=place, token=token, now=now())
        if by is not None and by.email != found.email:
            raise NoInvitation
        known = User.objects.filter(email=found.email).exists()
        form = form_for(request, by=by, known=known)
        if request.method == "POST" and form.is_valid():
            if known and by is None and not may_try(request, found):
                return too_many(request)
            return accept(request, found, token, form, by)
    except NoInvitation:
        return render(request, "account/invitation_refused.html", status=HTTPStatus.NOT_FOUND)
    return ask(request, found, form, known)


def form_for(request: HttpRequest, *, by: User | None, known: bool) -> forms.Form:
    data = request.POST if request.method == "POST" else None
    if by is not None:
        return forms.Form(data)
    return KnownPersonForm(data) if known else NewPersonForm(data)


def too_many(request: HttpRequest) -> HttpResponse:
    response: HttpResponse = ratelimit.respond_429(request)
    return response


def may_try(request: HttpRequest, found: Invitation) -> bool:
    """Counted with the tries at the sign-in: this page is no second place to guess the password at."""
    key = get_adapter()._get_login_attempts_cache_key(request, email=found.email)
    return bool(ratelimit.consume(request, action="login_failed", key=key))


def accept(request: HttpRequest, found: Invitation, token: str, form: forms.Form, by: User | None) -> HttpResponseBase:
    known = not isinstance(form, NewPersonForm)
    try:
        user = accept_invitation(
            tenant=found.tenant,
            token=token,
            email=found.email,
            now=now(),
            by=by,
            name=form.cleaned_data.get("name", ""),
            password=form.cleaned_data.get("password1") or form.cleaned_data.get("password", ""),
            language=get_language() or "en",
        )
    except ValidationError as refused:
        for name, messages in refused.message_dict.items():
            form.add_error(name, messages)
        return ask(request, found, form, known)
    if known:
        logout(request)  # their rights have changed, so every session has ended; the next one asks for all factors
        return redirect("account_login")
    response: HttpResponse = perform_login(request, user)
    return response


def ask(request: HttpRequest, found: Invitation, form: forms.Form, known: bool) -> HttpResponse:
    return render(
        request,
        "account/invitation.html",
        {"form": form, "invitation": found, "role": found.get_role_display(), "known": known},
    )
