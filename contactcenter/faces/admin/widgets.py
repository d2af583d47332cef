"""Chat widgets: which websites may show one, what its form asks for, what it says."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contactcenter.faces.admin.base import HouseAdmin, acting
from contactcenter.faces.admin.company_fields import area
from contactcenter.faces.admin.fields import Lines, Texts
from contactcenter.faces.admin.sites import house
from contactcenter.gateways.webchat.changing import add_chat, change_widget
from contactcenter.gateways.webchat.config import Ask, WidgetConfig, read_config
from contactcenter.gateways.webchat.first_chat import tag_of
from contactcenter.lib.clock import now
from tenants.models import Endpoint, Tenant

ASKS = [
    (Ask.REQUIRED.value, gettext_lazy("Must be given")),
    (Ask.OPTIONAL.value, gettext_lazy("May be given")),
    (Ask.OFF.value, gettext_lazy("Not asked for")),
]


def chat_fields() -> dict[str, forms.Field]:
    """What a company's first chat needs."""
    return {
        "origins": Lines(
            label=_("Websites"),
            widget=area(3),
            help_text=_("Which may show the chat, one a line, such as https://www.example.com: scheme and host alone."),
        ),
        "queue_name": forms.CharField(
            label=_("First queue"), max_length=60, initial=_("Chat"), help_text=_("Where its chats wait.")
        ),
        "pool_name": forms.CharField(
            label=_("Pool"),
            max_length=60,
            initial=_("Shared floor"),
            help_text=_("The agents who serve it. One that does not exist yet is made."),
        ),
    }


@admin.register(Endpoint, site=house)
class WidgetAdmin(HouseAdmin):
    list_display = ("tenant", "websites", "is_active")
    list_filter = ("is_active",)
    search_fields = ("tenant__name", "tenant__schema_name")
    search_help_text = gettext_lazy("Name or schema of the company")
    ordering = ("tenant__name",)
    columns = ("is_active",)
    readonly_fields = ("company", "tag")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Endpoint]:
        found: QuerySet[Endpoint] = super().get_queryset(request)
        return found.filter(channel="chat").select_related("tenant").defer("tenant__logo")

    @admin.display(description=gettext_lazy("websites"))
    def websites(self, endpoint: Endpoint) -> str:
        return ", ".join(endpoint.settings.get("origins", ())) or "–"

    @admin.display(description=gettext_lazy("company"))
    def company(self, endpoint: Endpoint) -> str:
        return endpoint.tenant.name

    @admin.display(description=gettext_lazy("line for the website"))
    def tag(self, endpoint: Endpoint) -> str:
        return tag_of(endpoint.tenant)

    def heading(self, obj: Endpoint) -> str:
        return obj.tenant.name

    def get_fieldsets(self, request: HttpRequest, obj: Endpoint | None = None) -> Any:
        if obj is None:
            return [(None, {"fields": ["tenant", "origins", "queue_name", "pool_name"]})]
        return [
            (None, {"fields": ["company", "tag", "is_active", "origins"]}),
            (_("Form before the chat"), {"fields": ["name", "email", "queue", "welcome", "privacy", "privacy_link"]}),
            (
                _("While it lasts"),
                {"fields": ["remind_seconds", "close_seconds", "away_seconds", "reopen_hours", "transcript"]},
            ),
            (_("Visitors whom the website signs for"), {"fields": ["new_secret"]}),
        ]

    def more_fields(self, request: HttpRequest, obj: Endpoint | None) -> dict[str, forms.Field]:
        if obj is None:
            without = (
                Tenant.objects.filter(is_active=True).exclude(endpoints__channel="chat").defer("logo").order_by("name")
            )
            company = forms.ModelChoiceField(label=_("Company"), queryset=without, initial=request.GET.get("tenant"))
            return {"tenant": company, **chat_fields()}
        return {"origins": chat_fields()["origins"], **widget_fields(configured(obj))}

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {}

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        if obj:
            form.base_fields["origins"].initial = obj.settings.get("origins", ())
            form.base_fields["origins"].required = False
        return form

    def keep(self, request: HttpRequest, obj: Endpoint, form: Any, *, change: bool) -> Endpoint:
        data, by = form.cleaned_data, acting(request)
        if not change:
            names = {name: data[name] for name in ("origins", "queue_name", "pool_name")}
            add_chat(tenant=data["tenant"], **names, by=by, now=now())
            return Endpoint.objects.get(tenant=data["tenant"], channel="chat", address="widget")
        settings = {name: data[name] for name in SETTINGS}
        secret = change_widget(
            endpoint=obj,
            settings=settings,
            is_active=data["is_active"],
            new_secret=data["new_secret"],
            by=by,
            now=now(),
        )
        if secret:
            self.message_user(request, _("The new secret, shown this once: {secret}").format(secret=secret), "WARNING")
        return obj


def configured(endpoint: Endpoint) -> WidgetConfig:
    """What was never checked cannot be shown: then the form begins with the defaults, and saving mends it."""
    try:
        return read_config(endpoint.settings)
    except ValidationError:
        return WidgetConfig()


def widget_fields(now: WidgetConfig) -> dict[str, forms.Field]:
    def ask(name: str, label: str) -> forms.ChoiceField:
        return forms.ChoiceField(label=label, choices=ASKS, initial=getattr(now, name))

    def number(name: str, label: str, hint: str) -> forms.IntegerField:
        return forms.IntegerField(label=label, initial=getattr(now, name), help_text=hint)

    one_a_line = _("One language a line: “en: …”.")
    return {
        "name": ask("name", _("Name")),
        "email": ask("email", _("Mail address")),
        "queue": ask("queue", _("What it is about")),
        "welcome": Texts(
            label=_("Welcome"), required=False, initial=dict(now.welcome), widget=area(3), help_text=one_a_line
        ),
        "privacy": Texts(
            label=_("On privacy"), required=False, initial=dict(now.privacy), widget=area(3), help_text=one_a_line
        ),
        "privacy_link": forms.CharField(label=_("Privacy page"), required=False, initial=now.privacy_link),
        "remind_seconds": number("remind_seconds", _("Seconds of silence"), _("until the visitor is asked.")),
        "close_seconds": number("close_seconds", _("Seconds more"), _("until the chat ends by itself.")),
        "away_seconds": number(
            "away_seconds", _("Seconds away"), _("with no page open, until a waiting visitor has left.")
        ),
        "reopen_hours": number("reopen_hours", _("Hours to come back"), _("in which an ended chat can go on.")),
        "transcript": forms.BooleanField(
            label=_("Visitors may keep a transcript"), required=False, initial=now.transcript
        ),
        "new_secret": forms.BooleanField(
            label=_("Make a new secret"),
            required=False,
            help_text=_(
                "The website signs with it for visitors who are signed in there. The one before stops to count."
            ),
        ),
    }


SETTINGS = (
    *("origins", "name", "email", "queue", "welcome", "privacy", "privacy_link", "remind_seconds", "close_seconds"),
    *("away_seconds", "reopen_hours", "transcript"),
)
