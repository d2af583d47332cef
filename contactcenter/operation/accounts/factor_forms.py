"""allauth's forms for second factors, stricter in two things: a code counts once, a passkey on this very page alone."""

from __future__ import annotations

import struct
from typing import Any

from allauth.account import forms as account
from allauth.core import context
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import forms as base
from allauth.mfa.models import Authenticator
from allauth.mfa.totp import forms as totp
from allauth.mfa.webauthn import forms as webauthn
from allauth.mfa.webauthn.internal import auth
from django import forms
from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.utils.translation import gettext_lazy as _

from contactcenter.operation.accounts import factors
from contactcenter.operation.accounts.forms import Dressed

LONGEST_NAME = 50


class CodeForm(Dressed):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = _("Code")
        self.fields["code"].widget.attrs.update(
            {"autocomplete": "one-time-code", "inputmode": "numeric", "maxlength": "20", "autofocus": True}
        )


class CountsOnce(CodeForm):
    authenticator: Authenticator

    def clean_code(self) -> str:
        code = str(super().clean_code())  # type: ignore[misc]
        if self.authenticator.type == Authenticator.Type.TOTP and not factors.spend(self.authenticator, code):
            raise get_adapter().validation_error("incorrect_code")
        return code


class AuthenticateForm(CountsOnce, base.AuthenticateForm):  # type: ignore[misc]
    pass


class ReauthenticateForm(CountsOnce, base.ReauthenticateForm):  # type: ignore[misc]
    pass


class ActivateTOTPForm(CodeForm, totp.ActivateTOTPForm):  # type: ignore[misc]
    pass


class OwnPage(Dressed):
    """The browser signs the page's address into its answer. allauth's library would also take a page of a host below
    this one; a company's host may well be that."""

    def clean_credential(self) -> Any:
        credential = self.cleaned_data["credential"]
        try:
            parsed = self.parse(credential)
        except (TypeError, ValueError, KeyError, IndexError, AttributeError, struct.error):
            raise get_adapter().validation_error("incorrect_passkey") from None
        origin = f"{settings.PUBLIC_SCHEME}://{context.request.get_host()}"
        if parsed.response.client_data.origin != origin:
            raise get_adapter().validation_error("incorrect_passkey")
        cleaner = getattr(super(), "clean_credential", None)
        return cleaner() if cleaner else credential

    def parse(self, credential: Any) -> Any:
        return auth.parse_authentication_response(credential)


class AddPasskeyForm(OwnPage, webauthn.AddWebAuthnForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        name_passkey(self)
        self.fields["passwordless"].label = _("Signs me in alone, without my password")
        self.fields["passwordless"].help_text = ""
        self.fields["passwordless"].initial = True

    def parse(self, credential: Any) -> Any:
        return auth.parse_registration_response(credential)


class RenamePasskeyForm(Dressed, webauthn.EditWebAuthnForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        name_passkey(self)


def name_passkey(form: forms.Form) -> None:
    form.fields["name"].label = _("Name of the passkey")
    form.fields["name"].widget.attrs["maxlength"] = str(LONGEST_NAME)
    form.fields["name"].validators.append(MaxLengthValidator(LONGEST_NAME))


class PasskeyForm(OwnPage, webauthn.AuthenticateWebAuthnForm):  # type: ignore[misc]
    pass


class PasskeySignInForm(OwnPage, webauthn.LoginWebAuthnForm):  # type: ignore[misc]
    def parse(self, credential: Any) -> Any:
        parsed = super().parse(credential)
        # A key that does not say whose it is signs nobody in, nor one that did not ask for finger, face or PIN: here it
        # counts for both factors.
        if not parsed.response.user_handle or not parsed.response.authenticator_data.is_user_verified():
            raise ValueError
        return parsed


class PasskeyAgainForm(OwnPage, webauthn.ReauthenticateWebAuthnForm):  # type: ignore[misc]
    pass


class PasswordAgainForm(Dressed, account.ReauthenticateForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].label = _("Password")
        self.fields["password"].help_text = ""
