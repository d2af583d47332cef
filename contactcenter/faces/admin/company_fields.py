"""What a company is asked for, in four parts: the same questions when it is made and when it is changed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contactcenter.faces.admin.fields import Lines, Texts, Written, comma_separated
from tenants.models import Tenant
from tenants.services import NewTenant, why_no_logo, why_no_week
from tenants.written import read_holidays, read_spans, write_holidays, write_spans

DAYS = (
    *(
        ("monday", gettext_lazy("Monday")),
        ("tuesday", gettext_lazy("Tuesday")),
        ("wednesday", gettext_lazy("Wednesday")),
    ),
    *(
        ("thursday", gettext_lazy("Thursday")),
        ("friday", gettext_lazy("Friday")),
        ("saturday", gettext_lazy("Saturday")),
    ),
    ("sunday", gettext_lazy("Sunday")),
)
OFFICE_HOURS = "09:00-17:30"


def area(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


def read_day(text: str) -> list[tuple[time, time]]:
    spans = [(span.opens, span.closes) for span in read_spans(text)]
    if why := why_no_week([(0, opens, closes) for opens, closes in spans]):
        raise ValueError(why)
    return spans


def who_fields(now: NewTenant | None = None) -> dict[str, forms.Field]:
    return {
        "name": forms.CharField(
            label=_("Name"), max_length=100, initial=now.name if now else "", help_text=_("As people read it.")
        ),
        "hosts": Lines(
            label=_("Hosts"),
            initial=list(now.hosts) if now else [],
            widget=area(2),
            help_text=_("One a line, without a port; the first is the main one. Widget, portal and API answer there."),
        ),
        "legal_names": Lines(
            label=_("Further names and web addresses"),
            required=False,
            initial=list(now.legal_names) if now else [],
            widget=area(2),
            help_text=_("One a line. An agent who writes them to another company’s customer is asked first."),
        ),
        "contract": forms.ChoiceField(
            label=_("Agents"), choices=Tenant.Contract.choices, initial=now.contract if now else Tenant.Contract.SHARED
        ),
    }


def brand_fields(now: NewTenant | None = None) -> dict[str, forms.Field]:
    return {
        "colour": forms.CharField(
            label=_("Colour"),
            max_length=7,
            initial=now.colour if now else "",
            help_text=_("Such as #6a3fd0. Readable shades for light and dark screens are made of it."),
        ),
        "monogram": forms.CharField(
            label=_("Monogram"),
            max_length=2,
            required=False,
            initial=now.monogram if now else "",
            help_text=_("One or two characters; left empty: the initials."),
        ),
        "logo": forms.FileField(
            label=_("Logo"), required=False, help_text=_("A PNG, or a plain SVG without scripts, up to 64 kB.")
        ),
        "languages": Written(
            label=_("Languages"),
            read=comma_separated,
            required=True,
            initial=", ".join(now.languages) if now else "en",
            help_text=_("Codes such as “en, es”; the first is the default."),
        ),
        "greeting": Texts(
            label=_("Greeting"),
            required=False,
            initial=dict(now.greeting) if now else {},
            widget=area(3),
            help_text=_("One language a line: “en: {company}, hello, this is {agent}.” Both names are filled in."),
        ),
    }


def hours_fields(now: NewTenant | None = None) -> dict[str, forms.Field]:
    week: dict[int, list[tuple[time, time]]] = {}
    for weekday, opens, closes in now.opening_hours if now else ():
        week.setdefault(weekday, []).append((opens, closes))
    days: dict[str, forms.Field] = {
        day: Written(
            label=label,
            read=read_day,
            initial=write_spans(week.get(number, ())) if now else OFFICE_HOURS if number < 5 else "",
        )
        for number, (day, label) in enumerate(DAYS)
    }
    days["monday"].help_text = _("Such as 09:00-14:00 16:00-19:30; 00:00-00:00 is the whole day, nothing is closed.")
    return {
        "timezone": Written(
            label=_("Time zone"),
            read=read_zone,
            required=True,
            initial=now.timezone if now else "UTC",
            help_text=_("Such as Europe/Madrid."),
        ),
        **days,
        "holidays": Written(
            label=_("Holidays"),
            read=read_holidays,
            initial=write_holidays(now.holidays) if now else "",
            widget=area(4),
            help_text=_("One a line: “2026-12-25 Christmas”, closed, or “2026-12-24 10:00-13:00 Christmas Eve”."),
        ),
    }


def read_zone(text: str) -> str:
    if text not in available_timezones():
        raise ValueError(_("Write a time zone such as Europe/Madrid."))
    return text


def read_logo(data: Mapping[str, Any]) -> bytes | None:
    """Of cleaned data. Raises ValidationError for a file that cannot be a logo."""
    upload = data.get("logo")
    if not upload:
        return None
    content: bytes = upload.read()
    if why := why_no_logo(content):
        raise ValidationError({"logo": why})
    return content


def new_tenant(data: Mapping[str, Any], *, schema: str, logo: bytes | None) -> NewTenant:
    """Out of the cleaned data of all parts."""
    return NewTenant(
        schema=schema,
        name=data["name"],
        hosts=data["hosts"],
        colour=data["colour"],
        monogram=data["monogram"],
        logo=logo,
        timezone=data["timezone"],
        languages=data["languages"],
        greeting=data["greeting"],
        contract=data["contract"],
        legal_names=data["legal_names"],
        opening_hours=[(number, *span) for number, (day, _label) in enumerate(DAYS) for span in data[day]],
        holidays=data["holidays"],
    )
