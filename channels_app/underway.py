"""What was sent to a desk of its talks a moment ago. A heartbeat that left the desk before that does not know of it and
misses nothing; one that lacks what was sent long before is believed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from contactcenter.faces.desk.news import TalkKey

WITHIN = 3.0  # seconds


@dataclass
class Sent:
    """`before`: the revision that was sent before those of the last seconds, whose first went `since`."""

    before: int
    last: int
    since: float


class Underway:
    def __init__(self) -> None:
        self._sent: dict[TalkKey, Sent] = {}

    def note(self, talk: TalkKey, revision: int, now: float) -> None:
        sent = self._sent.get(talk)
        if sent is not None and now - sent.since < WITHIN:
            sent.last = revision
        else:
            self._sent[talk] = Sent(before=sent.last if sent else 0, last=revision, since=now)

    def counted(self, known: Mapping[TalkKey, int], now: float) -> dict[TalkKey, int]:
        """`known`, as if what is underway had arrived. A talk that is not named any more is forgotten."""
        self._sent = {talk: sent for talk, sent in self._sent.items() if talk in known}
        return {talk: self._counted(talk, revision, now) for talk, revision in known.items()}

    def _counted(self, talk: TalkKey, revision: int, now: float) -> int:
        sent = self._sent.get(talk)
        if sent is None or now - sent.since >= WITHIN or revision < max(sent.before, 1):  # 0: it has a hole
            return revision
        return max(revision, sent.last)
