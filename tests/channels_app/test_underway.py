"""A heartbeat that crosses what was just sent misses nothing."""

from __future__ import annotations

from uuid import uuid4

from channels_app.underway import Underway

TALK, OTHER = ("aurora", uuid4()), ("borealis", uuid4())


def test_what_was_sent_a_moment_ago_counts_as_known_and_later_no_more() -> None:
    underway = Underway()
    underway.note(TALK, 7, now=100.0)

    assert underway.counted({TALK: 5, OTHER: 5}, now=102.9) == {TALK: 7, OTHER: 5}
    assert underway.counted({TALK: 5, OTHER: 5}, now=103.0) == {TALK: 5, OTHER: 5}


def test_who_knows_more_is_believed() -> None:
    underway = Underway()
    underway.note(TALK, 7, now=100.0)

    assert underway.counted({TALK: 8}, now=101.0) == {TALK: 8}


def test_what_is_not_named_is_not_asked_about() -> None:
    underway = Underway()
    underway.note(TALK, 7, now=100.0)

    assert underway.counted({}, now=101.0) == {}
