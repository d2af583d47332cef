"""What allauth asks of us."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from contactcenter.lib.client_address import client_address
from contactcenter.lib.clock import now
from contactcenter.lib.keyed_hash import keyed_hash
from contactcenter.operation.accounts import services
from contactcenter.operation.accounts.models import User
from tenants.addresses import public_address

SAID_BY_THE_NEXT_PAGE = {"account/messages/logged_in.txt", "account/messages/logged_out.txt"}


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
        if message_template not in SAID_BY_THE_NEXT_PAGE:
            super().add_message(request, level, message_template, *args, **kwargs)


def address_of(request: HttpRequest) -> str:
    return client_address(
        request.META.get("REMOTE_ADDR", ""), request.META.get("HTTP_X_FORWARDED_FOR", ""), settings.TRUSTED_PROXIES
    )
