"""What a company is after it was made: read as one value, changed as one value, named by what differs."""

from __future__ import annotations

from dataclasses import replace
from datetime import time

from django.core.exceptions import ValidationError
from django.db import transaction

from contactcenter.lib.hours import Span
from tenants.branding import check_logo
from tenants.models import Domain, Tenant
from tenants.services import NewTenant, check, initials, save_holidays, save_hours, why_no_holidays, why_no_week
from tenants.written import Holidays, Week

COLUMNS = ("name", "monogram", "colour", "timezone", "languages", "greeting", "contract", "legal_names")
HOURS = frozenset({"timezone", "opening_hours", "holidays"})


def as_it_is(tenant: Tenant) -> NewTenant:
    """Without its logo, which is only ever replaced."""
    hosts = tenant.domains.order_by("-is_primary", "pk").values_list("domain", flat=True)
    return NewTenant(
        schema=tenant.schema_name,
        name=tenant.name,
        hosts=list(hosts),
        colour=tenant.colour,
        monogram=tenant.monogram,
        timezone=tenant.timezone,
        languages=list(tenant.languages),
        greeting=dict(tenant.greeting),
        contract=tenant.contract,
        legal_names=list(tenant.legal_names),
        opening_hours=[(row.weekday, row.opens, row.closes) for row in tenant.opening_hours.all()],
        holidays=[(row.date, row.name, span_of(row.opens, row.closes)) for row in tenant.holidays.all()],
    )


def span_of(opens: time | None, closes: time | None) -> Span | None:
    return Span(opens, closes) if opens is not None and closes is not None else None


@transaction.atomic
def change_tenant(*, tenant: Tenant, wanted: NewTenant, without_logo: bool = False) -> list[str]:
    """Gives the names of what differs. `wanted.logo` None keeps the logo there is, unless `without_logo`. Raises
    ValidationError with the messages by field.
    """
    check(wanted, of=tenant)
    tenant = Tenant.objects.select_for_update(no_key=True).get(pk=tenant.pk)
    before = as_it_is(tenant)
    changed = [name for name in COLUMNS if getattr(before, name) != as_stored(wanted, name)]
    for name in changed:
        setattr(tenant, name, as_stored(wanted, name))
    if wanted.logo is not None or (without_logo and tenant.logo):
        tenant.logo, tenant.logo_type = wanted.logo, check_logo(wanted.logo) if wanted.logo else ""
        changed.append("logo")
    tenant.save(update_fields=[*(name for name in changed if name != "logo"), "logo", "logo_type"])
    changed += change_rows(tenant, before, wanted)
    return changed


@transaction.atomic
def change_hours(*, tenant: Tenant, week: Week, holidays: Holidays) -> list[str]:
    """Gives the names of what differs; from commit on the chat opens and closes by it. Raises ValidationError with the
    messages by field.
    """
    refused = {"opening_hours": why_no_week(week), "holidays": why_no_holidays(holidays)}
    if any(refused.values()):
        raise ValidationError({name: why for name, why in refused.items() if why})
    tenant = Tenant.objects.select_for_update(no_key=True).defer("logo").get(pk=tenant.pk)
    before = as_it_is(tenant)
    return change_rows(tenant, before, replace(before, opening_hours=week, holidays=holidays))


def as_stored(wanted: NewTenant, name: str) -> object:
    value = getattr(wanted, name)
    if name in ("languages", "legal_names"):
        return list(value)
    if name == "greeting":
        return dict(value)
    if name == "monogram":
        return value or initials(wanted.name)
    return value.strip() if name == "name" else value.lower() if name == "colour" else value


def change_rows(tenant: Tenant, before: NewTenant, wanted: NewTenant) -> list[str]:
    changed = []
    if list(wanted.hosts) != list(before.hosts):
        changed.append("hosts")
        tenant.domains.exclude(domain__in=wanted.hosts).delete()
        for place, host in enumerate(wanted.hosts):
            Domain.objects.update_or_create(domain=host, defaults={"tenant": tenant, "is_primary": place == 0})
    if sorted(wanted.opening_hours) != sorted(before.opening_hours):
        changed.append("opening_hours")
        tenant.opening_hours.all().delete()
        save_hours(tenant, wanted.opening_hours)
    if sorted(wanted.holidays, key=str) != sorted(before.holidays, key=str):
        changed.append("holidays")
        tenant.holidays.all().delete()
        save_holidays(tenant, wanted.holidays)
    return changed
