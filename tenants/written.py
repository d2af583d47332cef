"""Hours and holidays as people write them, one day a line: read from forms and commands, and written back the same."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date, time

from django.utils.translation import gettext as _

from contactcenter.lib.hours import Span

Week = Sequence[tuple[int, time, time]]  # weekday from Monday 0, opens, closes
Holidays = Sequence[tuple[date, str, Span | None]]  # without a span: closed


def read_span(text: str) -> Span:
    """Such as 09:00-17:30. Raises ValueError with the cure."""
    opens, _dash, closes = text.replace("–", "-").partition("-")
    try:
        return Span(time.fromisoformat(opens.strip().zfill(5)), time.fromisoformat(closes.strip().zfill(5)))
    except ValueError:
        raise ValueError(_("“{text}” is not such as 09:00-17:30.").format(text=text)) from None


def read_spans(text: str) -> list[Span]:
    """All of one day, divided by spaces or commas; none: closed. Raises ValueError."""
    return [read_span(part) for part in re.split(r"[\s,;]+", re.sub(r"\s*[-–]\s*", "-", text.strip())) if part]


def read_holiday(text: str) -> tuple[date, str, Span | None]:
    """Such as "2026-12-25 Christmas", closed, or "2026-12-24 10:00-13:00 Christmas Eve". Raises ValueError."""
    day, _space, rest = text.strip().partition(" ")
    try:
        on = date.fromisoformat(day)
    except ValueError:
        raise ValueError(_("“{text}” does not start with a date such as 2026-12-25.").format(text=text)) from None
    spans, _space, name = rest.strip().partition(" ")
    if spans[:1].isdigit() and "-" in spans:
        return on, name.strip(), read_span(spans)
    return on, rest.strip(), None


def read_holidays(text: str) -> list[tuple[date, str, Span | None]]:
    """One a line. Raises ValueError."""
    return [read_holiday(line) for line in text.splitlines() if line.strip()]


def write_spans(spans: Iterable[tuple[time, time]]) -> str:
    return " ".join(f"{opens:%H:%M}-{closes:%H:%M}" for opens, closes in spans)


def write_holidays(holidays: Holidays) -> str:
    return "\n".join(
        " ".join(filter(None, (f"{day}", write_spans([(span.opens, span.closes)]) if span else "", name)))
        for day, name, span in holidays
    )
