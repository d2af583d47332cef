"""Who reads, and who does not: by hand."""

from __future__ import annotations

from channels_app.unread import Unread


def test_what_was_sent_long_before_is_expected_and_not_what_was_sent_just_now() -> None:
    unread = Unread()
    unread.expect(5, now=100.0)  # until now 5 was sent
    assert unread.acknowledge(0, highest=5)
    unread.expect(9, now=109.9)
    assert unread.acknowledge(0, highest=9)
    unread.expect(9, now=110.0)
    assert not unread.acknowledge(4, highest=9)
    assert unread.acknowledge(5, highest=9)
    unread.expect(9, now=120.0)
    assert not unread.acknowledge(8, highest=9)
    assert unread.acknowledge(9, highest=9)


def test_nobody_has_more_than_there_is() -> None:
    assert not Unread().acknowledge(10, highest=9)


def test_of_something_else_nothing_is_expected() -> None:
    unread = Unread()
    for now in (100.0, 110.0):
        unread.expect(5, now=now)
    unread.expect_nothing()
    assert unread.acknowledge(0, highest=1)


def test_frames_and_characters_are_counted_until_they_are_acknowledged() -> None:
    unread = Unread()
    for _ in range(256):
        unread.add("x")
    assert not unread.is_too_much()
    unread.add("x")
    assert unread.is_too_much()
    assert unread.acknowledge(0, highest=0)
    assert not unread.is_too_much()
    unread.add("x" * 8_000_000)
    assert not unread.is_too_much()
    unread.add("x")
    assert unread.is_too_much()
