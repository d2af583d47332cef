"""What a list shows, as its address says. Of a list only what stands in it can be chosen."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from contactcenter.lib.labels import label_in
from contactcenter.lib.text import clean_line, search_key
from contactcenter.operation.accounts.forms import Dressed
from contactcenter.operation.agents.models import Agent
from contactcenter.operation.routing.models import Queue, WorkItem
from contactcenter.records.conversations.models import Conversation, Disposition
from contactcenter.records.customers.models import Customer, Identity
from tenants.models import Tenant


class Filters(Dressed):
    """Comes by GET. An empty field leaves all."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="filter_%s", **kwargs)
        for field in self.fields.values():
            field.required = False
            if isinstance(field, forms.ChoiceField):
                field.widget.attrs["class"] = "form-select"

    def choose(self, name: str, choices: list[tuple[Any, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    @property
    def in_use(self) -> list[str]:
        """The names of the fields that leave something out."""
        return [name for name, value in self.cleaned_data.items() if value] if self.is_valid() else []

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("since") and cleaned.get("until") and cleaned["since"] > cleaned["until"]:
            self.add_error("until", _("This day is before the first one."))
        return cleaned


def day_field(label: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))


def from_day(day: Any) -> datetime:
    """Its midnight in the zone of the page."""
    return timezone.make_aware(datetime.combine(day, time(0)))


def until_day(day: Any) -> datetime:
    return from_day(day + timedelta(days=1))


class ConversationFilters(Filters):
    """Used inside the company's schema."""

    q = forms.CharField(
        label=_("Customer"),
        max_length=254,
        widget=forms.TextInput({"type": "search", "autocomplete": "off"}),
    )
    state = forms.ChoiceField(label=_("State"))
    queue = forms.ChoiceField(label=_("Queue"))
    outcome = forms.ChoiceField(label=_("Outcome"))
    agent = forms.ChoiceField(label=_("Agent"))
    since = day_field(_("From day"))
    until = day_field(_("To day"))

    def __init__(self, *args: Any, company: Tenant, language: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.company = company
        everything = ("", _("All"))
        outcomes = Disposition.objects.order_by("position", "key")
        handled = WorkItem.objects.filter(tenant=company, agent=OuterRef("pk"))
        aliases = Agent.objects.filter(Exists(handled)).order_by("alias").values_list("alias", flat=True).distinct()
        self.choose("state", [everything, *Conversation.State.choices])
        self.choose(
            "queue", [everything, *Queue.objects.filter(tenant=company).order_by("name").values_list("key", "name")]
        )
        named = [(each.key, label_in(each.label, language, company.default_language)) for each in outcomes]
        self.choose("outcome", [everything, *named, ("-", _("None given"))])
        self.choose("agent", [everything, *((alias, alias) for alias in aliases)])

    def found(self) -> QuerySet[Conversation]:
        """Newest first: ids are made in the order of time. Nothing while a field is refused."""
        if not self.is_valid():
            return Conversation.objects.none()
        chosen, talks = self.cleaned_data, Conversation.objects.order_by("-id")
        if chosen["q"]:
            talks = talks.filter(customer__in=customers_like(chosen["q"]))
        if chosen["state"]:
            talks = talks.filter(state=chosen["state"])
        if chosen["outcome"] == "-":
            talks = talks.filter(disposition=None, state=Conversation.State.CLOSED)
        elif chosen["outcome"]:
            talks = talks.filter(disposition__key=chosen["outcome"])
        if chosen["queue"]:
            talks = talks.filter(Exists(self.items().filter(queue__key=chosen["queue"])))
        if chosen["agent"]:
            talks = talks.filter(Exists(self.items().filter(agent__alias=chosen["agent"])))
        if chosen["since"]:
            talks = talks.filter(created_at__gte=from_day(chosen["since"]))
        if chosen["until"]:
            talks = talks.filter(created_at__lt=until_day(chosen["until"]))
        return talks

    def items(self) -> QuerySet[WorkItem]:
        return WorkItem.objects.filter(tenant=self.company, conversation=OuterRef("pk"))


def customers_like(text: str) -> QuerySet[Customer]:
    """By a whole mail address, or by how a name begins."""
    text = clean_line(text, 254)
    if "@" in text:
        mails = Identity.objects.filter(kind=Identity.Kind.EMAIL, value=text.lower())
        return Customer.objects.filter(pk__in=mails.values("customer"))
    return Customer.objects.filter(name_key__startswith=search_key(text))
