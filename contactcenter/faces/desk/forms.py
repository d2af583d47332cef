"""Forms of the desk that are pages, not frames."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from contactcenter.lib.labels import language_name
from contactcenter.operation.accounts.models import User
from contactcenter.records.conversations.models import CannedReply
from tenants.models import Tenant

SHORTCUT_TAKEN = _("You have a reply with this shortcut already.")


class CannedReplyForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    """An agent's own reply for one company, with a text for each of the company's languages. Used inside its schema."""

    class Meta:
        model = CannedReply
        fields = ["shortcut", "title"]
        labels = {"shortcut": _("Shortcut"), "title": _("Title")}
        help_texts = {"shortcut": _("Typed after / in the composer: letters, digits, - and _.")}

    def __init__(self, *args: Any, company: Tenant, owner: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.owner = owner
        self.languages: list[str] = company.languages or [company.default_language]
        for language in self.languages:
            self.fields[f"text_{language}"] = forms.CharField(
                label=language_name(language),
                required=False,
                max_length=4000,
                initial=self.instance.text.get(language, ""),
                widget=forms.Textarea(attrs={"rows": 4, "lang": language}),
            )
        for field in self.fields.values():
            field.widget.attrs["class"] = "form-control"

    def clean_shortcut(self) -> str:
        shortcut: str = self.cleaned_data["shortcut"].lower()
        taken = CannedReply.objects.filter(owner=self.owner, shortcut=shortcut, is_active=True)
        if taken.exclude(pk=self.instance.pk).exists():
            raise ValidationError(SHORTCUT_TAKEN, code="taken")
        return shortcut

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not any(cleaned.get(f"text_{language}") for language in self.languages):
            self.add_error(f"text_{self.languages[0]}", _("Write the reply in at least one language."))
        return cleaned

    def save(self, commit: bool = True) -> CannedReply:
        self.instance.owner = self.owner
        texts = {language: self.cleaned_data[f"text_{language}"] for language in self.languages}
        self.instance.text = {**self.instance.text, **texts}
        reply: CannedReply = super().save(commit)
        return reply
