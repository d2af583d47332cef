"""What stands where on the desk: static/js/desk/lists.js."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.faces.desk.pure_scripts import PureScripts, pure_scripts
from tests.faces.desk.test_state_js import NOW, card, message, note, snapshot

pytestmark = pytest.mark.browser
AT = datetime(2026, 11, 24, 10, tzinfo=UTC)


@pytest.fixture(scope="module")
def scripts() -> Iterator[PureScripts]:
    with pure_scripts() as opened:
        yield opened


def at(seconds: float) -> str:
    return (AT + timedelta(seconds=seconds)).isoformat()


def talk(number: int) -> str:
    return f"0190a000-0000-7000-8000-{number:012d}"


def waits(item: int, due: float) -> dict[str, Any]:
    return {**card(item, talk=talk(item)), "waiting_since": at(-30), "reply_due": at(due)}


def test_what_waits_is_sorted_by_its_target_and_the_rest_by_age(scripts: PureScripts) -> None:
    items = [
        waits(1, 90),
        waits(2, -5),
        {**card(3, talk=talk(3)), "accepted_at": at(-10)},
        {**card(4, talk=talk(4)), "accepted_at": at(-500)},
        {**card(5, state="wrap_up", talk=talk(5)), "wrap_up_until": at(40)},
        card(6, state="offered", talk=talk(6)),
    ]
    shown = scripts.call("lists.js", "groups", scripts.reduce([snapshot(1, items)]))
    assert {name: [row["id"] for row in rows] for name, rows in shown.items()} == {
        "offers": [6],
        "toFinish": [5],
        "live": [4, 3],
        "toAnswer": [2, 1],
        "questions": [],
    }


@pytest.mark.parametrize(
    ("passed", "tone"), [(0, ""), (44, ""), (45, "warn"), (59, "warn"), (60, "warn"), (60.5, "bad"), (300, "bad")]
)
def test_a_target_of_a_minute_warns_at_three_quarters_and_is_bad_after_it(
    scripts: PureScripts, passed: float, tone: str
) -> None:
    waiting = {**card(1), "waiting_since": at(0), "accepted_at": at(-100), "reply_due": at(60)}
    assert scripts.call("lists.js", "replyClock", waiting, (AT.timestamp() + passed) * 1000)["tone"] == tone


def test_the_target_counts_from_when_the_agent_could_answer(scripts: PureScripts) -> None:
    waiting = {**card(1), "waiting_since": at(-600), "accepted_at": at(0), "reply_due": at(60)}
    assert scripts.call("lists.js", "replyClock", waiting, (AT.timestamp() + 30) * 1000) == {"seconds": 30, "tone": ""}


def test_the_timeline_has_notes_where_they_were_written_days_where_they_begin_and_what_is_under_way_last(
    scripts: PureScripts,
) -> None:
    rows = {
        "m1": message(1, at="2026-11-23T22:00:00+00:00"),
        "m2": message(2, at=NOW),
        "m3": message(3, author="system", event="conversation.closed_by_customer", at=NOW),
    }
    entries = scripts.timeline(
        {"messages": rows, "notes": {"n": note("n", rev=9)}}, [{"id": "p", "at": NOW, "kind": "message"}]
    )
    assert [(entry["kind"], entry["key"]) for entry in entries] == [
        ("day", "day 2026-11-23"),
        ("message", "m1"),
        ("day", "day 2026-11-24"),
        ("note", "n"),
        ("message", "m2"),
        ("event", "m3"),
        ("pending", "p"),
    ]


@pytest.mark.parametrize(
    ("events", "over"),
    [
        ([], False),
        (["conversation.closed_by_agent"], True),
        (["conversation.closed_by_silence", "conversation.reopened"], False),
        (["conversation.closed_by_silence", "conversation.reopened", "conversation.closed_by_customer"], True),
    ],
)
def test_a_conversation_is_over_by_its_last_word_on_that(scripts: PureScripts, events: list[str], over: bool) -> None:
    rows = {f"m{number}": message(number, event=event) for number, event in enumerate(events, start=1)}
    assert scripts.call("lists.js", "isClosed", {"messages": rows, "about": {"state": "open"}}) is over
