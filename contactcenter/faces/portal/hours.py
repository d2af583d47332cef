"""When the company is open: its week, and the dates that differ from it. What is saved counts at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, time
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.forms.formsets import BaseFormSet, formset_factory
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from contactcenter.faces.portal.pages import Guest, for_clients
from contactcenter.faces.portal.today import opening_of
from contactcenter.lib import clock
from contactcenter.lib.hours import Span
from contactcenter.operation.accounts.clients import change_hours
from contactcenter.operation.accounts.forms import Dressed
from tenants.changing import as_it_is
from tenants.models import Tenant
from tenants.services import why_no_week
from tenants.written import Holidays, Week, read_spans, write_spans

MORE_DATES = 3  # empty rows for new ones
MOST_DATES = 60


class SpansField(forms.CharField):
    """“09:00-13:00 14:00-18:00”; empty: closed. Its value is the spans of one date, in order."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, max_length=100, **kwargs)
        self.widget.attrs["placeholder"] = ""

    def clean(self, value: Any) -> Any:
        try:
            spans = sorted(read_spans(super().clean(value)))
        except ValueError as error:
            raise ValidationError(str(error)) from None
        if why := why_no_week([(0, span.opens, span.closes) for span in spans]):
            raise ValidationError(why)
        return spans


class WeekForm(Dressed):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for weekday, name in WEEKDAYS.items():
            field = self.fields[f"day_{weekday}"] = SpansField(label=name)
            field.widget.attrs["class"] = "form-control"

    def week(self) -> list[tuple[int, time, time]]:
        spans = {weekday: self.cleaned_data[f"day_{weekday}"] for weekday in WEEKDAYS}
        return [(weekday, span.opens, span.closes) for weekday, found in spans.items() for span in found]


class DateForm(Dressed):
    """An empty row is none."""

    date = forms.DateField(label=gettext_lazy("Date"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))
    name = forms.CharField(label=gettext_lazy("What it is"), max_length=100)
    hours = SpansField(label=gettext_lazy("Open"))

    def clean_hours(self) -> Span | None:
        spans: Sequence[Span] = self.cleaned_data["hours"]
        if len(spans) > 1:
            raise ValidationError(_("Such a date has one time from and to, or none."))
        return spans[0] if spans else None


class Dates(BaseFormSet):  # type: ignore[type-arg]  # not subscriptable at run time
    def clean(self) -> None:
        if any(self.errors):
            return
        seen: set[date] = set()
        for form in self.kept():
            day = form.cleaned_data["date"]
            if day in seen:
                form.add_error("date", _("This date stands twice."))
            seen.add(day)

    def kept(self) -> list[DateForm]:
        return [form for form in self.forms if form.cleaned_data and not form.cleaned_data.get("DELETE")]

    def add_fields(self, form: DateForm, index: int | None) -> None:
        super().add_fields(form, index)
        form.fields["DELETE"].label = _("Remove")
        form.fields["DELETE"].widget.attrs["class"] = "form-check-input m-0"

    def holidays(self) -> list[tuple[date, str, Span | None]]:
        return [
            (form.cleaned_data["date"], form.cleaned_data["name"], form.cleaned_data["hours"]) for form in self.kept()
        ]


DateFormSet = formset_factory(
    DateForm, formset=Dates, extra=MORE_DATES, can_delete=True, max_num=MOST_DATES, validate_max=True
)


@require_safe
@for_clients
def hours(request: HttpRequest, guest: Guest) -> HttpResponse:
    known = as_it_is(guest.company)
    days = [(name, as_read(known.opening_hours, weekday)) for weekday, name in WEEKDAYS.items()]
    to_come = [(day, name, spans_of(span)) for day, name, span in sorted_dates(known.holidays) if day >= today()]
    return render(request, "portal/hours.html", {"days": days, "dates": to_come, **chat_says(guest.company)})


@require_http_methods(["GET", "HEAD", "POST"])
@for_clients
def edit_hours(request: HttpRequest, guest: Guest) -> HttpResponse:
    """Dates that have passed are kept, and not shown."""
    known = as_it_is(guest.company)
    past = [entry for entry in known.holidays if entry[0] < today()]
    data = request.POST if request.method == "POST" else None
    week = WeekForm(data, initial=week_of(guest.company))
    dates: Any = DateFormSet(data, prefix="dates", initial=dates_of(known.holidays))
    if data is not None and all([week.is_valid(), dates.is_valid()]):
        try:
            change_hours(
                tenant=guest.company,
                week=week.week(),
                holidays=[*past, *(entry for entry in dates.holidays() if entry[0] not in {day for day, *_ in past})],
                by=guest.user,
                now=clock.now(),
            )
        except ValidationError as refused:
            week.add_error(None, refused.messages)
        else:
            messages.success(request, _("Saved. The chat goes by these hours from now on."))
            return redirect("portal:hours")
    context = {"week": week, "dates": dates}
    return render(request, "portal/hours_form.html", context, status=422 if data is not None else 200)


def as_read(week: Week, weekday: int) -> str:
    spans = sorted((opens, closes) for day, opens, closes in week if day == weekday)
    return _("All day") if spans == [(time(0), time(0))] else write_spans(spans)


def week_of(company: Tenant) -> dict[str, str]:
    rows = list(company.opening_hours.all())
    return {
        f"day_{weekday}": write_spans((row.opens, row.closes) for row in rows if row.weekday == weekday)
        for weekday in WEEKDAYS
    }


def dates_of(holidays: Holidays) -> list[dict[str, object]]:
    return [
        {"date": day, "name": name, "hours": spans_of(span)}
        for day, name, span in sorted_dates(holidays)
        if day >= today()
    ]


def sorted_dates(holidays: Holidays) -> Holidays:
    return sorted(holidays, key=lambda entry: entry[0])


def spans_of(span: Span | None) -> str:
    return write_spans([(span.opens, span.closes)]) if span else ""


def today() -> date:
    """In the zone of the page, which is the company's."""
    return timezone.localdate()


def chat_says(company: Tenant) -> dict[str, object]:
    now = clock.now()
    return {"now": now, "opening": opening_of(company, now)}
