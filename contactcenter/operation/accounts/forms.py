from __future__ import annotations

from typing import Any

from allauth.account.forms import LoginForm
from django import forms
from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.utils.translation import gettext_lazy as _

from contactcenter.operation.accounts.models import User


class SignInForm(LoginForm):
    """For staff. People of client companies have a door of their own, on their company's host."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("Work mail")
        self.fields["password"].label = _("Password")
        self.fields["password"].validators.append(MaxLengthValidator(settings.LONGEST_PASSWORD))
        self.fields["remember"].label = _("This is my own computer")
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)
            field.widget.attrs["class"] = (
                "form-check-input m-0" if isinstance(field, forms.BooleanField) else "form-control"
            )
        self.fields["password"].help_text = ""
        self.fields["login"].widget.attrs["autocomplete"] = "username"

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean()
        user: Any = self.user
        if user is not None and not user.role:
            self.add_error(None, _("This entrance is for staff. Use the address of your own company."))
        return cleaned


class PreferencesForm(forms.Form):
    """Both may come alone."""

    language = forms.ChoiceField(choices=settings.LANGUAGES, required=False)
    theme = forms.ChoiceField(choices=User.Theme.choices, required=False)
