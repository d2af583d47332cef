"""Fields that read what people write into what services take, shared by unfold's forms and our own."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold import widgets

from contactcenter.operation.accounts.models import User

T = TypeVar("T")


class Lines(forms.Field):
    """One value a line. Blank lines and doubled ones fall away."""

    widget = forms.Textarea

    def to_python(self, value: Any) -> list[str]:
        return list(dict.fromkeys(line.strip() for line in (value or "").splitlines() if line.strip()))

    def prepare_value(self, value: Any) -> Any:
        return value if isinstance(value, str) else "\n".join(value or ())


class Written(forms.CharField):
    """A text that `read` understands, or refuses by ValueError with the cure."""

    def __init__(self, *, read: Callable[[str], Any], **options: Any) -> None:
        super().__init__(**{"required": False, "strip": True, **options})
        self.read = read

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        try:
            return self.read(text)
        except ValueError as error:
            raise ValidationError(str(error)) from None


class Texts(Lines):
    """language → text, written as "en: Hello" one a line."""

    def clean(self, value: Any) -> Any:
        texts = {}
        for line in super().clean(value):
            language, colon, text = line.partition(":")
            if not colon or not re.fullmatch(r"[a-z]{2}(-[a-z]{2})?", language.strip()) or not text.strip():
                raise ValidationError(
                    _("“{line}”: begin each line with its language, such as “en: …”.").format(line=line[:40])
                )
            texts[language.strip()] = text.strip()
        return texts

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, dict):
            return "\n".join(f"{language}: {text}" for language, text in value.items())
        return super().prepare_value(value)


class PersonField(forms.EmailField):
    """A person by their mail address: among ten thousand, nobody looks through a list."""

    def clean(self, value: Any) -> Any:
        email = super().clean(value)
        user = User.objects.filter(email=email.lower()).first()
        if user is None:
            raise ValidationError(_("Nobody here has this address. Look at the list of people."))
        return user


class People(Lines):
    """By mail address, one a line."""

    def clean(self, value: Any) -> Any:
        wanted = [line.lower() for line in super().clean(value)]
        found = {user.email: user for user in User.objects.filter(email__in=wanted).select_related("agent")}
        if missing := [email for email in wanted if email not in found or not hasattr(found[email], "agent")]:
            raise ValidationError(_("No agent has the address {addresses}.").format(addresses=", ".join(missing)))
        return [found[email].agent for email in wanted]


def comma_separated(text: str) -> list[str]:
    return list(dict.fromkeys(part for part in re.split(r"[\s,;]+", text.lower()) if part))


def in_unfold(form: forms.BaseForm) -> None:
    """Dresses fields that the model does not know as unfold dresses those it does; none keeps a look of its own."""
    for field in form.fields.values():
        dressed = type(field.widget).__module__.startswith("unfold")
        if not dressed and (dress := DRESSES.get(type(field.widget))):
            attributes = {key: value for key, value in field.widget.attrs.items() if key != "class"}
            old, field.widget = field.widget, dress(attrs=attributes)
            field.widget.is_required = field.required
            if isinstance(old, forms.Select | forms.CheckboxSelectMultiple):
                field.widget.choices = field.choices  # type: ignore[attr-defined]


DRESSES: dict[type, Callable[..., Any]] = {
    forms.TextInput: widgets.UnfoldAdminTextInputWidget,
    forms.EmailInput: widgets.UnfoldAdminEmailInputWidget,
    forms.NumberInput: widgets.UnfoldAdminIntegerFieldWidget,
    forms.Textarea: widgets.UnfoldAdminTextareaWidget,
    forms.Select: widgets.UnfoldAdminSelectWidget,
    forms.CheckboxInput: widgets.UnfoldBooleanSwitchWidget,
    forms.CheckboxSelectMultiple: widgets.UnfoldAdminCheckboxSelectMultipleWidget,
}
LEVELS = [("", "—"), *((str(level), str(level)) for level in range(1, 6))]


def level_fields(skills: Iterable[Any], levels: dict[int, int]) -> dict[str, forms.ChoiceField]:
    """One for each skill; empty: not asked for, or not there."""
    return {
        f"skill_{skill.pk}": forms.ChoiceField(
            label=skill.name, choices=LEVELS, required=False, initial=str(levels.get(skill.pk, ""))
        )
        for skill in skills
    }


def levels_of(cleaned: dict[str, Any]) -> dict[int, int]:
    return {
        int(name.removeprefix("skill_")): int(level)
        for name, level in cleaned.items()
        if name.startswith("skill_") and level
    }


LEVELS_HINT = gettext_lazy("From 1, a little, to 5, perfectly.")
