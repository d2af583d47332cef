"""What was sent to a desk of its talks a moment ago. A heartbeat that left the desk before that does not know of it
and misses nothing: what was truly lost, the next one shows.
"""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

WITHIN = 3.0  # seconds

TalkKey = tuple[str, UUID]  # schema, conversation


class Underway:
    def __init__(self) -> None:
        self._sent: dict[TalkKey, tuple[int, float]] = {}

    def note(self, talk: TalkKey, revision: int, now: float) -> None:
        self._sent[talk] = (revision, now)

    def counted(self, known: Mapping[TalkKey, int], now: float) -> dict[TalkKey, int]:
        """`known`, as if what is underway had arrived."""
        self._sent = {talk: sent for talk, sent in self._sent.items() if now - sent[1] < WITHIN}
        return {talk: max(revision, self._sent.get(talk, (0, now))[0]) for talk, revision in known.items()}
