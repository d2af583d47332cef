"""Making a client company, and whether it is open."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from zoneinfo import ZoneInfo, available_timezones

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils.translation import gettext as _

from contactcenter.lib import hours
from contactcenter.lib.hours import Calendar, Span
from tenants import door
from tenants.branding import LogoRefused, check_logo
from tenants.cloning import Progress, clone_template
from tenants.migrating.template import TemplateBusy, make_sure_of_template, unchanging_template
from tenants.models import Domain, Holiday, OpeningHours, Tenant
from tenants.names import why_no_host, why_no_schema, why_no_title

COLOUR = re.compile(r"#[0-9a-f]{6}")
LANGUAGE = re.compile(r"[a-z]{2}(-[a-z]{2})?")


@dataclass(frozen=True, kw_only=True)
class NewTenant:
    """All that makes a company. Hours are (weekday, opens, closes); a holiday has its own span, or None: closed."""

    schema: str
    name: str
    hosts: Sequence[str]
    colour: str
    monogram: str = ""
    logo: bytes | None = None
    timezone: str = "UTC"
    languages: Sequence[str] = ("en",)
    greeting: Mapping[str, str] = field(default_factory=dict)
    contract: str = Tenant.Contract.SHARED
    legal_names: Sequence[str] = ()
    opening_hours: Sequence[tuple[int, time, time]] = ()
    holidays: Sequence[tuple[date, str, Span | None]] = ()


def create_tenant(
    new: NewTenant, *, progress: Progress | None = None, furnish: Callable[[Tenant], None] | None = None
) -> Tenant:
    """Make the company's row, hosts, hours and schema. One transaction holds them all and what `furnish` adds, so that
    even a kill in the middle leaves nothing behind. Raises ValidationError with the messages by field."""
    tell = progress or (lambda done, total, what: None)
    with door.shared():
        check(new)
        make_sure_of_template()
        try:
            with transaction.atomic(), unchanging_template():
                with connection.cursor() as cursor:
                    cursor.execute("SET LOCAL lock_timeout = '2s'")
                tenant = save_rows(new)
                clone_template(new.schema, tell)
                if furnish:
                    furnish(tenant)
        except TemplateBusy:
            raise ValidationError({"schema": [_("Companies are being migrated: try again in a minute.")]}) from None
    return tenant


def check(new: NewTenant, *, of: Tenant | None = None) -> None:
    """Before the company is made, or, with `of`, before that one becomes like this."""
    errors: dict[str, list[str]] = {}

    def refuse(name: str, why: str | None) -> None:
        if why:
            errors.setdefault(name, []).append(why)

    if of is None:
        refuse("schema", why_no_schema(new.schema) or why_schema_is_taken(new.schema))
    refuse("name", why_no_title(new.name) or why_name_is_taken(new.name, of))
    if not new.hosts:
        refuse("hosts", _("Give at least one host."))
    for host in new.hosts:
        refuse("hosts", why_no_host(host) or why_host_is_taken(host, of))
    if len(set(new.hosts)) < len(new.hosts):
        refuse("hosts", _("A host stands twice."))
    if not COLOUR.fullmatch(new.colour.lower()):
        refuse("colour", _("Write a colour such as #6a3fd0."))
    if len(new.monogram) > 2:
        refuse("monogram", _("Use one or two characters."))
    if new.timezone not in available_timezones():
        refuse("timezone", _("Write a time zone such as Europe/Madrid."))
    if not new.languages or not all(LANGUAGE.fullmatch(language) for language in new.languages):
        refuse("languages", _("Write language codes such as en or es."))
    if new.contract not in Tenant.Contract.values:
        refuse("contract", _("Choose shared, dedicated or mixed."))
    refuse("opening_hours", why_no_week(new.opening_hours))
    refuse("holidays", why_no_holidays(new.holidays))
    refuse("logo", why_no_logo(new.logo))
    if errors:
        raise ValidationError({name: list(messages) for name, messages in errors.items()})


def why_schema_is_taken(schema: str) -> str | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", [schema])
        in_database = cursor.fetchone() is not None
    if in_database or Tenant.with_shared.filter(schema_name=schema).exists():
        return _("Another company has this schema.")
    return None


def why_name_is_taken(name: str, of: Tenant | None = None) -> str | None:
    if Tenant.objects.filter(name__iexact=name.strip()).exclude(pk=of.pk if of else None).exists():
        return _("Another company has this name.")
    return None


def why_host_is_taken(host: str, of: Tenant | None = None) -> str | None:
    if host == settings.SHARED_HOST:
        return _("{host} is the staff's host.").format(host=host)
    if Domain.objects.filter(domain=host).exclude(tenant=of).exists():
        return _("{host} belongs to another company.").format(host=host)
    return None


def why_no_week(week: Sequence[tuple[int, time, time]]) -> str | None:
    days: dict[int, list[Span]] = {}
    for weekday, opens, closes in week:
        if weekday not in range(7):
            return _("Weekdays run from 0, Monday, to 6, Sunday.")
        days.setdefault(weekday, []).append(Span(opens, closes))
    if not all(span.is_forward for spans in days.values() for span in spans):
        return _("Hours must close after they open; 00:00 closes at the end of the day.")
    if any(hours.overlap(spans) for spans in days.values()):
        return _("Two spans of one day overlap.")
    return None


def why_no_holidays(holidays: Sequence[tuple[date, str, Span | None]]) -> str | None:
    if any(span and not span.is_forward for _day, _name, span in holidays):
        return _("Hours must close after they open; 00:00 closes at the end of the day.")
    if len({day for day, _name, _span in holidays}) < len(holidays):
        return _("A date stands twice.")
    return None


def why_no_logo(logo: bytes | None) -> str | None:
    try:
        if logo is not None:
            check_logo(logo)
    except LogoRefused as refused:
        return str(refused)
    return None


def save_rows(new: NewTenant) -> Tenant:
    name = new.name.strip()
    tenant = Tenant.objects.create(
        schema_name=new.schema,
        name=name,
        monogram=new.monogram or initials(name),
        colour=new.colour.lower(),
        logo=new.logo,
        logo_type=check_logo(new.logo) if new.logo else "",
        timezone=new.timezone,
        languages=list(new.languages),
        greeting=dict(new.greeting),
        contract=new.contract,
        legal_names=list(new.legal_names),
    )
    for place, host in enumerate(new.hosts):
        Domain.objects.create(tenant=tenant, domain=host, is_primary=place == 0)
    save_hours(tenant, new.opening_hours)
    save_holidays(tenant, new.holidays)
    return tenant


def save_hours(tenant: Tenant, week: Sequence[tuple[int, time, time]]) -> None:
    OpeningHours.objects.bulk_create(
        OpeningHours(tenant=tenant, weekday=weekday, opens=opens, closes=closes) for weekday, opens, closes in week
    )


def save_holidays(tenant: Tenant, holidays: Sequence[tuple[date, str, Span | None]]) -> None:
    Holiday.objects.bulk_create(
        Holiday(
            tenant=tenant, date=day, name=what, opens=span.opens if span else None, closes=span.closes if span else None
        )
        for day, what, span in holidays
    )


def initials(name: str) -> str:
    words = re.findall(r"\w+", name)
    return ("".join(word[0] for word in words[:2]) or name[:1]).upper()[:2]


def calendar(tenant: Tenant) -> Calendar:
    week: dict[int, list[Span]] = {}
    for row in tenant.opening_hours.all():
        week.setdefault(row.weekday, []).append(Span(row.opens, row.closes))
    holidays = {
        row.date: [Span(row.opens, row.closes)] if row.opens is not None and row.closes is not None else []
        for row in tenant.holidays.all()
    }
    return Calendar(zone=ZoneInfo(tenant.timezone), week=week, holidays=holidays)


def is_open(tenant: Tenant, now: datetime) -> bool:
    return hours.is_open(calendar(tenant), now)


def next_opening(tenant: Tenant, now: datetime) -> datetime | None:
    """`now` while open. None when it does not open within 400 days."""
    return hours.next_opening(calendar(tenant), now)
