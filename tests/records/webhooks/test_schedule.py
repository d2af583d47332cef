"""24 tries within 72 hours, with growing gaps and jitter (P9)."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from contactcenter.records.webhooks.schedule import MOST_TIME, MOST_TRIES, gap, rest


def test_the_plain_gaps() -> None:
    """By hand: five seconds, doubled, until five hours and a quarter."""
    plain = [gap(tries, 0.5).total_seconds() for tries in range(1, MOST_TRIES)]
    doubling = [5, 10, 20, 40, 80, 160, 320, 640, 1280, 2560, 5120, 10240]
    assert plain == doubling + [18900] * 11
    assert sum(plain) == 228_375  # 63 h 26 min 15 s


@given(st.lists(st.floats(0, 1), min_size=MOST_TRIES - 1, max_size=MOST_TRIES - 1))
def test_all_tries_fit_whatever_the_chance(chances: list[float]) -> None:
    gaps = [gap(tries, chance) for tries, chance in enumerate(chances, start=1)]
    assert sum(gaps, timedelta(0)) <= MOST_TIME
    assert all(later > earlier for earlier, later in pairwise(gaps[:12]))


def test_a_receiver_of_which_nothing_comes_rests_up_to_a_minute() -> None:
    assert [rest(failures).total_seconds() for failures in (0, 1, 2, 3, 6, 7, 100)] == [0, 1, 2, 4, 32, 60, 60]
