"""What allauth asks of us."""

from __future__ import annotations

from typing import Any, cast

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.app_settings import REAUTHENTICATION_TIMEOUT
from allauth.account.authentication import get_authentication_records
from allauth.core import context
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from contactcenter.lib.client_address import client_address
from contactcenter.lib.clock import now
from contactcenter.lib.keyed_hash import keyed_hash
from contactcenter.operation.accounts import services
from contactcenter.operation.accounts.models import User
from contactcenter.operation.accounts.places import may_enter
from tenants.addresses import public_address
from tenants.middleware import host_of


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """Only counted by: neither the cache nor a log may hold the address itself."""
        address = address_of(request)
        return keyed_hash(address, purpose="sign-in address")

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """allauth's own key holds the mail address; Redis may not."""
        return keyed_hash(str(credentials.get("email", "")).lower(), purpose="sign-in account")

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Who signed in a moment ago has just shown who it is."""
        records = get_authentication_records(context.request, context.request.user)
        last = max((record["at"] for record in records), default=0.0)
        recently = now().timestamp() - last < REAUTHENTICATION_TIMEOUT
        return not recently and bool(super().is_reauthentication_required(app=app, **kwargs))

    def pre_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse | None:
        """By whichever way: a passkey comes past the sign-in form and its backend."""
        if user.is_active and not may_enter(user=user, host=host_of(request)):
            self.add_message(request, messages.ERROR, message=_("This passkey opens no door here."))
            return redirect("account_login")
        return cast("HttpResponse | None", super().pre_login(request, user, **kwargs))

    def set_password(self, user: User, password: str) -> None:
        services.set_password(user=user, password=password, by=user, now=now())

    def clean_password(self, password: str, user: User | None = None) -> str:
        if len(password) > settings.LONGEST_PASSWORD:
            raise ValidationError(_("At most {length} characters.").format(length=settings.LONGEST_PASSWORD))
        return str(super().clean_password(password, user))

    def get_reset_password_from_key_url(self, key: str) -> str:
        """By the company's row: the Host header of whoever asked for the reset may be anything."""
        uidb36, _dash, secret = key.partition("-")
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": uidb36, "key": secret})
        return public_address(context.request.tenant, path)

    def add_message(
        self, request: HttpRequest, level: int, message_template: str | None = None, *args: Any, **kwargs: Any
    ) -> None:
        """What went well is said by the next page itself; only what did not needs more words."""
        if message_template is None:
            super().add_message(request, level, message_template, *args, **kwargs)


def address_of(request: HttpRequest) -> str:
    return client_address(
        request.META.get("REMOTE_ADDR", ""), request.META.get("HTTP_X_FORWARDED_FOR", ""), settings.TRUSTED_PROXIES
    )
