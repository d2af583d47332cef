"""Until when people answer, or from when on: what the bar of the widget says under the company's name."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import TypedDict

from contactcenter.lib import hours
from contactcenter.lib.hours import Calendar
from tenants.models import Tenant
from tenants.services import calendar

LOOK_AHEAD = 8  # days: who does not close within a week answers day and night


class Opening(TypedDict):
    """Times are ISO 8601 UTC, put into the visitor's zone and words by the page."""

    open: bool
    until: str | None  # none while open: day and night
    opens: str | None  # none while closed: not within a year


def opening(tenant: Tenant, now: datetime) -> Opening:
    book = calendar(tenant)
    if hours.is_open(book, now):
        closing = next_closing(book, now)
        return {"open": True, "until": closing.isoformat() if closing else None, "opens": None}
    begins = hours.next_opening(book, now)
    return {"open": False, "until": None, "opens": begins.isoformat() if begins else None}


def next_closing(book: Calendar, at: datetime) -> datetime | None:
    """The first moment after `at` at which it is not open any more. None: not within LOOK_AHEAD days."""
    today = at.astimezone(book.zone).date()
    moments: list[datetime] = []
    last = at + timedelta(days=LOOK_AHEAD)
    clock_moves = at.astimezone(book.zone).utcoffset() != last.astimezone(book.zone).utcoffset()
    for ahead in range(-1, LOOK_AHEAD + 1):
        day = today + timedelta(days=ahead)
        for span in book.spans(day):
            end = day + timedelta(days=1) if span.closes == time(0) else day
            for fold in (0, 1):
                moments.append(datetime.combine(end, span.closes, book.zone).replace(fold=fold).astimezone(UTC))
        if clock_moves:
            moments.extend(hours.clock_changes(book.zone, day))
    later = sorted(moment for moment in moments if moment > at)
    return next((moment for moment in later if not hours.is_open(book, moment)), None)
