"""Until when people answer, across the ends of days, weeks and clocks."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from contactcenter.gateways.webchat.opening import next_closing
from contactcenter.lib import hours
from contactcenter.lib.hours import Calendar, Span

MADRID = ZoneInfo("Europe/Madrid")
SHOP = [Span(time(9), time(14)), Span(time(16), time(20))]
WEEKDAYS = dict.fromkeys(range(5), SHOP)


def madrid(*moment: int) -> datetime:
    return datetime(*moment, tzinfo=MADRID)  # type: ignore[arg-type,misc]


def test_the_end_of_the_span_one_is_in() -> None:
    assert next_closing(Calendar(MADRID, WEEKDAYS), madrid(2026, 11, 24, 10)) == madrid(2026, 11, 24, 14)
    assert next_closing(Calendar(MADRID, WEEKDAYS), madrid(2026, 11, 24, 19, 59)) == madrid(2026, 11, 24, 20)


def test_day_and_night_never_closes() -> None:
    always = {weekday: [Span(time(0), time(0))] for weekday in range(7)}
    assert next_closing(Calendar(MADRID, always), madrid(2026, 11, 24, 10)) is None


def test_open_over_midnight_closes_in_the_morning() -> None:
    late = {1: [Span(time(18), time(0))], 2: [Span(time(0), time(2))]}
    assert next_closing(Calendar(MADRID, late), madrid(2026, 11, 24, 23)) == madrid(2026, 11, 25, 2)


def test_a_holiday_closes_at_midnight_what_is_open_day_and_night() -> None:
    always = {weekday: [Span(time(0), time(0))] for weekday in range(7)}
    book = Calendar(MADRID, always, {date(2026, 11, 26): []})
    assert next_closing(book, madrid(2026, 11, 24, 10)) == madrid(2026, 11, 26, 0)


def test_the_hour_that_the_clock_repeats_counts_twice() -> None:
    """Madrid, 25 October 2026: 03:00 summer time becomes 02:00. Open until 02:30, it closes at the first 02:30, in UTC
    00:30, though the clock shows 02:00 to 02:30 once more."""
    night = {6: [Span(time(0), time(2, 30))]}
    start = datetime(2026, 10, 24, 23, 0, tzinfo=UTC)
    assert next_closing(Calendar(MADRID, night), start) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


@given(
    st.datetimes(min_value=datetime(2026, 1, 1), max_value=datetime(2027, 12, 31)),
    st.lists(st.integers(0, 23), min_size=2, max_size=2, unique=True),
)
def test_it_is_open_until_then_and_closed_from_then_on(moment: datetime, bounds: list[int]) -> None:
    opens, closes = sorted(bounds)
    book = Calendar(MADRID, {weekday: [Span(time(opens), time(closes))] for weekday in range(7)})
    at = moment.replace(tzinfo=UTC)
    if not hours.is_open(book, at):
        return
    closing = next_closing(book, at)
    assert closing is not None
    assert closing - at <= timedelta(hours=25)
    assert not hours.is_open(book, closing)
    assert hours.is_open(book, closing - timedelta(microseconds=1))
