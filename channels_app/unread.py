"""Whether the other end of a socket reads what it is sent: by the revision that its heartbeats name. Who does not, and
goes on asking, would fill the memory that everybody shares.
"""

from __future__ import annotations

ARRIVES_WITHIN = 10.0  # seconds: what was sent in the last ones may still be on its way
MOST_FRAMES = 256
MOST_CHARACTERS = 8_000_000


class Unread:
    """Sent and not yet known to be read. `expected`: the revision that was sent so long ago that it has arrived."""

    def __init__(self) -> None:
        self.frames = self.characters = 0
        self.expected = self._soon_expected = 0
        self._looked_at = 0.0

    def add(self, text: str) -> None:
        self.frames += 1
        self.characters += len(text)

    def is_too_much(self) -> bool:
        return self.frames > MOST_FRAMES or self.characters > MOST_CHARACTERS

    def expect(self, sent: int, now: float) -> None:
        """When the other end says something: `sent` is the highest revision sent until now."""
        if now - self._looked_at >= ARRIVES_WITHIN:
            self.expected, self._soon_expected, self._looked_at = self._soon_expected, sent, now

    def expect_nothing(self) -> None:
        """The revisions of before are those of something else."""
        self.expected = self._soon_expected = 0

    def acknowledge(self, revision: int, *, highest: int) -> bool:
        """What was sent is read, if the other end has what is expected, and not more than there is."""
        if not self.expected <= revision <= highest:
            return False
        self.frames = self.characters = 0
        return True
