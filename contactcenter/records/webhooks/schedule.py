"""When a telling that failed is tried again. Pure.

Gaps double from five seconds up to five hours and a quarter, each with a tenth of jitter: 24 tries within 72 hours.
"""

from __future__ import annotations

from datetime import timedelta

MOST_TRIES = 24
MOST_TIME = timedelta(hours=72)
FIRST_GAP = timedelta(seconds=5)
LONGEST_GAP = timedelta(hours=5, minutes=15)
JITTER = 0.1
FIRST_REST, LONGEST_REST = timedelta(seconds=1), timedelta(seconds=60)


def gap(tries: int, chance: float) -> timedelta:
    """After the try of this number, counted from 1; `chance` is from 0 to 1."""
    plain = min(FIRST_GAP * int(2 ** (tries - 1)), LONGEST_GAP)
    return plain * (1 + JITTER * (2 * chance - 1))


def rest(failures: int) -> timedelta:
    """How long a receiver that failed in so many rounds on end is left alone, whatever waits for it."""
    return min(FIRST_REST * int(2 ** min(failures - 1, 10)), LONGEST_REST) if failures else timedelta(0)
