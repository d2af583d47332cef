"""What a check found, and how it is said."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum


class Mark(StrEnum):
    WELL = "✓"
    WARNING = "!"  # it works; somebody should know
    WRONG = "✗"  # it does not, or will not


@dataclass(frozen=True)
class Finding:
    mark: Mark
    words: str
    cure: str = ""

    def lines(self) -> Iterator[str]:
        yield f"{self.mark} {self.words}"
        if self.cure:
            yield f"    {self.cure}"


Check = Callable[[], Iterable[Finding]]


def well(words: str) -> Finding:
    return Finding(Mark.WELL, words)


def warning(words: str, cure: str) -> Finding:
    return Finding(Mark.WARNING, words, cure)


def wrong(words: str, cure: str) -> Finding:
    return Finding(Mark.WRONG, words, cure)
