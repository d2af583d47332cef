"""Posting a notice and making a wallboard: choices in words, checked by the services."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from contactcenter.operation.accounts.models import User
from contactcenter.operation.notices import services as notices
from contactcenter.operation.notices.models import TEXT_LIMIT, Notice
from contactcenter.operation.routing.models import Queue
from contactcenter.operation.wallboards import services as wallboards
from contactcenter.operation.wallboards.services import NAME_LIMIT, Made
from tenants.models import Tenant

ALL = ""
MINUTES = {
    "15": _("15 minutes"),
    "60": _("1 hour"),
    "240": _("4 hours"),
    "480": _("8 hours"),
    "1440": _("1 day"),
    "10080": _("1 week"),
}
DAYS = {"1": _("1 day"), "30": _("30 days"), "90": _("90 days"), "365": _("1 year")}
REFUSALS = {
    "empty": _("Write something first."),
    "too_long": _("This is too long."),
    "not_chosen": _("Choose one from the list."),
    "not_between": _("Choose one from the list."),
}


def companies() -> list[Tenant]:
    return list(Tenant.objects.filter(is_active=True).defer("logo").order_by("name"))


class NoticeForm(forms.Form):
    text = forms.CharField(
        label=_("What agents must know"),
        max_length=TEXT_LIMIT,
        widget=forms.Textarea(attrs={"rows": 3, "class": "form-control", "maxlength": TEXT_LIMIT}),
        help_text=_("Plain text, 500 characters at most. Name no customers."),
    )
    level = forms.ChoiceField(
        label=_("Kind"), choices=Notice.Level.choices, widget=forms.Select(attrs={"class": "form-select"})
    )
    scope = forms.ChoiceField(
        label=_("For whom"),
        required=False,
        widget=forms.Select(attrs={"class": "form-select"}),
        help_text=_("Agents who serve the company, or whom work of the queue could reach."),
    )
    minutes = forms.ChoiceField(
        label=_("For how long"),
        choices=MINUTES.items(),
        initial="60",
        widget=forms.Select(attrs={"class": "form-select"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.tenants = {f"company.{tenant.pk}": tenant for tenant in companies()}
        of_active = Queue.objects.filter(is_active=True, tenant__is_active=True).select_related("tenant")
        queues = of_active.defer("tenant__logo").order_by("tenant__name", "name")
        self.queues = {f"queue.{queue.pk}": queue for queue in queues}
        self.fields["scope"].choices = [  # type: ignore[attr-defined]
            (ALL, _("All agents")),
            (_("A company"), [(key, tenant.name) for key, tenant in self.tenants.items()]),
            (_("A queue"), [(key, f"{queue.tenant.name}: {queue.name}") for key, queue in self.queues.items()]),
        ]

    def post(self, *, by: User, now: datetime) -> Notice | None:
        """None where the service refuses: the form then says why."""
        chosen = self.cleaned_data
        try:
            return notices.post(
                text=chosen["text"],
                level=chosen["level"],
                tenant=self.tenants.get(chosen["scope"]),
                queue=self.queues.get(chosen["scope"]),
                expires_at=now + timedelta(minutes=int(chosen["minutes"])),
                by=by,
                now=now,
            )
        except notices.NoticeRefused as refused:
            self.add_error(refused.field if refused.field in self.fields else None, REFUSALS[refused.code])
            return None


class WallboardForm(forms.Form):
    name = forms.CharField(
        label=_("Where it hangs"),
        max_length=NAME_LIMIT,
        widget=forms.TextInput(attrs={"class": "form-control"}),
        help_text=_("So that you know which one to switch off."),
    )
    company = forms.ChoiceField(label=_("Company"), required=False, widget=forms.Select(attrs={"class": "form-select"}))
    days = forms.ChoiceField(
        label=_("For how long"),
        choices=DAYS.items(),
        initial="90",
        widget=forms.Select(attrs={"class": "form-select"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.tenants = {str(tenant.pk): tenant for tenant in companies()}
        named = [(key, tenant.name) for key, tenant in self.tenants.items()]
        self.fields["company"].choices = [(ALL, _("All companies")), *named]  # type: ignore[attr-defined]

    def make(self, *, by: User, now: datetime) -> Made | None:
        """None where the service refuses: the form then says why."""
        chosen = self.cleaned_data
        try:
            return wallboards.make(
                name=chosen["name"],
                tenant=self.tenants.get(chosen["company"]),
                expires_at=now + timedelta(days=int(chosen["days"])),
                by=by,
                now=now,
            )
        except wallboards.WallboardRefused as refused:
            self.add_error(refused.field if refused.field in self.fields else None, REFUSALS[refused.code])
            return None
