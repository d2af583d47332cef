"""Pure business-hours arithmetic: when a company is open, in its own zone, across holidays and changes of the clock.

A company is open at a moment when the wall clock of its zone then shows a time inside one of that date's spans. So an
hour that the clock repeats in autumn counts twice, and one that it leaves out in spring never comes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

END_OF_DAY = time(0)
DAYS_AHEAD = 400
HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)


@dataclass(frozen=True, order=True)
class Span:
    """From `opens` until just before `closes` on one date; closing at 00:00 means the end of that date."""

    opens: time
    closes: time

    def __contains__(self, moment: time) -> bool:
        return self.opens <= moment and (moment < self.closes or self.closes == END_OF_DAY)

    @property
    def is_forward(self) -> bool:
        return self.opens < self.closes or self.closes == END_OF_DAY


@dataclass(frozen=True)
class Calendar:
    """`week` by weekday (Monday 0). `holidays` replace a date's weekday: no span at all, or others."""

    zone: ZoneInfo
    week: Mapping[int, Sequence[Span]] = field(default_factory=dict)
    holidays: Mapping[date, Sequence[Span]] = field(default_factory=dict)

    def spans(self, day: date) -> Sequence[Span]:
        found = self.holidays.get(day)
        return self.week.get(day.weekday(), ()) if found is None else found


def overlap(spans: Iterable[Span]) -> bool:
    """Whether two spans of one date share a moment."""
    ordered = sorted(spans)
    return any(earlier.closes == END_OF_DAY or later.opens < earlier.closes for earlier, later in pairwise(ordered))


def is_open(calendar: Calendar, at: datetime) -> bool:
    local = at.astimezone(calendar.zone)
    return any(local.time() in span for span in calendar.spans(local.date()))


def next_opening(calendar: Calendar, at: datetime) -> datetime | None:
    """The first moment from `at` on (`at` itself while open) when it is open, in UTC. None: not within 400 days."""
    if is_open(calendar, at):
        return at.astimezone(UTC)
    today = at.astimezone(calendar.zone).date()
    for ahead in range(DAYS_AHEAD + 1):
        day = today + timedelta(days=ahead)
        if not calendar.spans(day):
            continue
        openings = [moment for moment in candidates(calendar, day) if moment > at and is_open(calendar, moment)]
        if openings:
            return min(openings)
    return None


def candidates(calendar: Calendar, day: date) -> Iterator[datetime]:
    """Every moment at which this date can start being open: the clock shows a span's start, or it changes."""
    for span in calendar.spans(day):
        for fold in (0, 1):
            wall = datetime.combine(day, span.opens, calendar.zone).replace(fold=fold)
            moment = wall.astimezone(UTC)
            if moment.astimezone(calendar.zone).replace(tzinfo=None) == wall.replace(tzinfo=None):
                yield moment
    yield from clock_changes(calendar.zone, day)


def clock_changes(zone: ZoneInfo, day: date) -> Iterator[datetime]:
    """The moments around this date at which the zone's distance from UTC changes."""
    start = datetime.combine(day, time(0), zone).astimezone(UTC) - HOUR
    for hour in range(28):
        earlier, later = start + hour * HOUR, start + (hour + 1) * HOUR
        if earlier.astimezone(zone).utcoffset() == later.astimezone(zone).utcoffset():
            continue
        while later - earlier > SECOND:
            middle = earlier + ((later - earlier) // 2 // SECOND) * SECOND
            if middle.astimezone(zone).utcoffset() == earlier.astimezone(zone).utcoffset():
                earlier = middle
            else:
                later = middle
        yield later
