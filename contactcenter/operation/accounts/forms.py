from __future__ import annotations

from typing import Any

from allauth.account import forms as account
from allauth.core import context
from django import forms
from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from contactcenter.operation.accounts.models import User
from contactcenter.operation.accounts.places import Entrance, entrances, has_place
from tenants.middleware import host_of


class Dressed(forms.Form):
    """Fields as the screens show them; a field with an error says so to eyes and to screen readers."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)
            box = isinstance(field, forms.BooleanField)
            field.widget.attrs["class"] = "form-check-input m-0" if box else "form-control"
            if isinstance(field.widget, forms.PasswordInput):
                field.validators.append(MaxLengthValidator(settings.LONGEST_PASSWORD))

    def full_clean(self) -> None:
        super().full_clean()
        for name in self.errors:
            if name in self.fields:
                self.fields[name].widget.attrs["class"] += " is-invalid"


class SignInForm(Dressed, account.LoginForm):  # type: ignore[misc]
    """On the shared host for staff: people of client companies have a door of their own, on their company's host, which
    is named to them. On that one the backend lets in nobody else."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.entrances: list[Entrance] = []
        self.fields["login"].label = _("Work mail")
        self.fields["login"].widget.attrs["autocomplete"] = "username"
        self.fields["password"].label = _("Password")
        self.fields["password"].help_text = ""  # the page has its own link to the reset
        self.fields["remember"].label = _("This is my own computer")

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        user: Any = self.user
        if user is not None and not user.role and is_staff_host(self.request):
            self.entrances = entrances(user)
            self.add_error(None, _("This entrance is for staff. Use the address of your own company."))
        return cleaned


class PasswordChangeForm(Dressed, account.ChangePasswordForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["oldpassword"].label = _("Password until now")
        self.fields["oldpassword"].help_text = ""
        name_new_passwords(self)


class PasswordResetForm(Dressed, account.ResetPasswordForm):  # type: ignore[misc]
    users: list[User]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = _("Work mail")

    def clean_email(self) -> str:
        """Who has no entrance here gets no link, and whoever asks does not learn it."""
        email = str(super().clean_email())
        request = context.request
        if is_staff_host(request):
            self.users = [user for user in self.users if user.role]
        elif not has_place(email=email, host=host_of(request)):
            self.users = []
        return email


class NewPasswordForm(Dressed, account.ResetPasswordKeyForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        name_new_passwords(self)


def is_staff_host(request: HttpRequest) -> bool:
    return host_of(request) == str(settings.SHARED_HOST)


def name_new_passwords(form: forms.Form) -> None:
    form.fields["password1"].label = _("New password")
    form.fields["password2"].label = _("New password, again")


class PreferencesForm(forms.Form):
    """Both may come alone."""

    language = forms.ChoiceField(choices=settings.LANGUAGES, required=False)
    theme = forms.ChoiceField(choices=User.Theme.choices, required=False)
