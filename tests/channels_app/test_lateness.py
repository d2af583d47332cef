"""Who comes while a process is late is turned away before anything is asked, those who work here last."""

from __future__ import annotations

import asyncio
import time

import pytest

from channels_app.lateness import Lateness


@pytest.mark.parametrize(
    ("seconds", "away"),
    [
        (0.2, set()),
        (0.3, {b"/ws/widget/", b"/ws/wall/", b"/ws/%77idget/"}),
        (1.1, {b"/ws/widget/", b"/ws/wall/", b"/ws/%77idget/", b"/ws/desk/", b"/ws/floor/"}),
    ],
)
def test_who_is_turned_away(seconds: float, away: set[bytes]) -> None:
    lateness = Lateness()
    lateness.seconds = seconds
    doors = (b"/ws/widget/", b"/ws/wall/", b"/ws/%77idget/", b"/ws/desk/", b"/ws/floor/")
    assert {door for door in doors if lateness.turns_away(door)} == away


async def test_a_loop_that_was_held_up_is_late_for_a_moment() -> None:
    lateness = Lateness()
    lateness.begin()
    await asyncio.sleep(0.1)
    time.sleep(0.6)  # noqa: ASYNC251 - that is what it is about
    await asyncio.sleep(0.06)
    assert lateness.turns_away(b"/ws/widget/")
    await asyncio.sleep(1)
    assert not lateness.turns_away(b"/ws/widget/")
