"""A heartbeat that crosses what was just sent misses nothing; one that lacks more than that is believed."""

from __future__ import annotations

from uuid import uuid4

import pytest

from channels_app.underway import Underway

TALK, OTHER = ("aurora", uuid4()), ("borealis", uuid4())


@pytest.fixture
def underway() -> Underway:
    """7 was sent at 100 s, 8 and 9 from 200 s on."""
    underway = Underway()
    for revision, now in ((7, 100.0), (8, 200.0), (9, 202.0)):
        underway.note(TALK, revision, now)
    return underway


@pytest.mark.parametrize(
    ("known", "now", "counted"),
    [
        (7, 202.9, 9),
        (8, 202.9, 9),
        (9, 202.9, 9),
        (10, 202.9, 10),  # it knows more than was sent
        (7, 203.0, 7),  # it ought to have 8 by now
        (6, 202.9, 6),  # 7 was lost
        (0, 202.9, 0),  # it has a hole
    ],
)
def test_what_was_sent_a_moment_ago_counts_as_known(underway: Underway, known: int, now: float, counted: int) -> None:
    assert underway.counted({TALK: known, OTHER: 5}, now) == {TALK: counted, OTHER: 5}


def test_in_a_lively_talk_a_lost_frame_is_not_lost_for_good(underway: Underway) -> None:
    """8 was lost; more comes all the time."""
    underway.note(TALK, 10, 203.5)
    underway.note(TALK, 11, 204.5)
    assert underway.counted({TALK: 7}, now=205.0) == {TALK: 7}


def test_what_is_not_named_any_more_is_forgotten(underway: Underway) -> None:
    assert underway.counted({}, now=202.5) == {}
    assert underway.counted({TALK: 7}, now=202.6) == {TALK: 7}
