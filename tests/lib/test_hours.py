"""Opening hours against a minute-by-minute reading of the wall clock, and against cases worked out by hand."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from contactcenter.lib.hours import Calendar, Span, is_open, next_opening, overlap

MADRID = ZoneInfo("Europe/Madrid")
NEW_YORK = ZoneInfo("America/New_York")
ZONES = [
    MADRID,
    NEW_YORK,
    ZoneInfo("UTC"),
    ZoneInfo("Australia/Lord_Howe"),  # the clock changes by half an hour
    ZoneInfo("Africa/Cairo"),  # the clock changes at midnight
    ZoneInfo("Asia/Kathmandu"),
]
MINUTE = timedelta(minutes=1)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def span(text: str) -> Span:
    opens, closes = text.split("-")
    return Span(time.fromisoformat(opens), time.fromisoformat(closes))


def week(*texts: str, days: range = range(7)) -> dict[int, list[Span]]:
    return {day: [span(text) for text in texts] for day in days}


def read_clock(calendar: Calendar, at: datetime) -> bool:
    """The definition, told in minutes since local midnight."""
    local = at.astimezone(calendar.zone)
    minute = local.hour * 60 + local.minute
    spans = (
        calendar.holidays[local.date()] if local.date() in calendar.holidays else calendar.week.get(local.weekday(), [])
    )
    for one in spans:
        opens = one.opens.hour * 60 + one.opens.minute
        closes = one.closes.hour * 60 + one.closes.minute or 24 * 60
        if opens <= minute < closes:
            return True
    return False


minutes_of_day = st.integers(0, 24 * 60 - 1)


@st.composite
def spans(draw: st.DrawFn) -> Span:
    opens = draw(minutes_of_day)
    closes = draw(st.integers(opens + 1, 24 * 60)) % (24 * 60)
    return Span(time(*divmod(opens, 60)), time(*divmod(closes, 60)))


# Around the changes of the clock in 2026 of all the zones above, and 29 February 2028.
starts = st.sampled_from(
    [
        "2026-03-07",
        "2026-03-28",
        "2026-04-04",
        "2026-04-23",
        "2026-10-03",
        "2026-10-24",
        "2026-10-29",
        "2026-10-31",
        "2028-02-27",
    ]
).map(date.fromisoformat)


@st.composite
def situations(draw: st.DrawFn) -> tuple[Calendar, datetime]:
    start = draw(starts)
    days = [start + timedelta(days=n) for n in range(5)]
    calendar = Calendar(
        zone=draw(st.sampled_from(ZONES)),
        week=draw(st.dictionaries(st.integers(0, 6), st.lists(spans(), max_size=3), max_size=7)),
        holidays=draw(st.dictionaries(st.sampled_from(days), st.lists(spans(), max_size=1), max_size=2)),
    )
    at = datetime.combine(start, time(0), UTC) + draw(st.integers(0, 3 * 24 * 60)) * MINUTE
    return calendar, at


@given(situations())
@settings(max_examples=300, deadline=None)
def test_next_opening_is_the_first_open_minute(situation: tuple[Calendar, datetime]) -> None:
    calendar, at = situation
    found = next_opening(calendar, at)
    horizon = at + timedelta(days=4)
    moment = at
    while moment < horizon and not read_clock(calendar, moment):
        moment += MINUTE
    if moment < horizon:
        assert found == moment
    else:
        assert found is None or found >= horizon


@given(situations())
@settings(max_examples=300, deadline=None)
def test_open_as_the_wall_clock_says(situation: tuple[Calendar, datetime]) -> None:
    calendar, at = situation
    assert is_open(calendar, at) == read_clock(calendar, at)


@given(st.lists(spans(), max_size=4))
@example([Span(time(9), time(14)), Span(time(14), time(19))])
@example([Span(time(9), time(0)), Span(time(23), time(23, 30))])
def test_overlap_is_a_shared_minute(some: list[Span]) -> None:
    covered: list[int] = []
    for one in some:
        closes = one.closes.hour * 60 + one.closes.minute or 24 * 60
        covered += range(one.opens.hour * 60 + one.opens.minute, closes)
    assert overlap(some) == (len(covered) != len(set(covered)))


# Monday 2 November 2026, Madrid is UTC+1.
@pytest.mark.parametrize(
    ("at", "open_then"),
    [
        ("2026-11-02T07:59:59", False),
        ("2026-11-02T08:00:00", True),
        ("2026-11-02T12:59:59", True),
        ("2026-11-02T13:00:00", False),  # the siesta of a split day
        ("2026-11-02T15:00:00", True),
        ("2026-11-02T18:30:00", False),
        ("2026-11-07T10:00:00", False),  # Saturday
    ],
)
def test_split_day(at: str, open_then: bool) -> None:
    calendar = Calendar(MADRID, week("09:00-14:00", "16:00-19:30", days=range(5)))
    assert is_open(calendar, utc(at)) is open_then


def test_a_weekend_is_skipped() -> None:
    calendar = Calendar(MADRID, week("09:00-14:00", "16:00-19:30", days=range(5)))
    assert next_opening(calendar, utc("2026-11-06T18:30")) == utc("2026-11-09T08:00")


def test_a_closed_holiday_is_skipped_and_one_with_own_hours_is_not() -> None:
    hours = week("09:00-17:00", days=range(5))
    at = utc("2026-12-24T20:00")  # Thursday evening; Christmas is a Friday
    assert next_opening(Calendar(MADRID, hours, {date(2026, 12, 25): []}), at) == utc("2026-12-28T08:00")
    short = Calendar(MADRID, hours, {date(2026, 12, 25): [span("11:00-13:00")]})
    assert next_opening(short, at) == utc("2026-12-25T10:00")
    assert not is_open(short, utc("2026-12-25T12:00"))


def test_until_midnight_and_on_from_midnight_is_never_closed() -> None:
    calendar = Calendar(NEW_YORK, week("00:00-00:00"))
    assert is_open(calendar, utc("2026-11-02T04:59:59"))
    assert is_open(calendar, utc("2026-11-02T05:00:00"))


def test_spring_leaves_out_an_hour() -> None:
    """29 March 2026, Madrid: 02:00 becomes 03:00 at 01:00 UTC. 02:00-02:30 never comes; 02:30-04:00 starts at 03:00."""
    at = utc("2026-03-29T00:00")
    assert next_opening(Calendar(MADRID, week("02:00-02:30")), at) == utc("2026-03-30T00:00")
    assert next_opening(Calendar(MADRID, week("02:30-04:00")), at) == utc("2026-03-29T01:00")


def test_autumn_repeats_an_hour() -> None:
    """25 October 2026, Madrid: 03:00 becomes 02:00 at 01:00 UTC; 02:30 comes at 00:30 UTC and again at 01:30 UTC."""
    calendar = Calendar(MADRID, week("02:30-02:45"))
    assert next_opening(calendar, utc("2026-10-25T00:00")) == utc("2026-10-25T00:30")
    assert next_opening(calendar, utc("2026-10-25T00:45")) == utc("2026-10-25T01:30")
    assert next_opening(calendar, utc("2026-10-25T01:45")) == utc("2026-10-26T01:30")
    early = Calendar(MADRID, week("01:00-02:30"))  # closes at the first 02:30, is open again when the clock goes back
    assert next_opening(early, utc("2026-10-25T00:30")) == utc("2026-10-25T01:00")


def test_new_york_changes_on_other_days() -> None:
    """8 March 2026: 09:00 is 13:00 UTC from that day on, 14:00 UTC until then."""
    calendar = Calendar(NEW_YORK, week("09:00-17:00"))
    assert next_opening(calendar, utc("2026-03-07T23:00")) == utc("2026-03-08T13:00")
    assert next_opening(calendar, utc("2026-03-06T23:00")) == utc("2026-03-07T14:00")
    assert next_opening(calendar, utc("2026-10-31T22:00")) == utc("2026-11-01T14:00")


def test_leap_day() -> None:
    calendar = Calendar(MADRID, {}, {date(2028, 2, 29): [span("10:00-11:00")]})
    assert next_opening(calendar, utc("2028-02-20T00:00")) == utc("2028-02-29T09:00")


def test_open_now_is_now_and_never_open_is_none() -> None:
    at = utc("2026-11-02T08:30:30")
    assert next_opening(Calendar(MADRID, week("09:00-10:00")), at) == at
    assert next_opening(Calendar(MADRID), at) is None
