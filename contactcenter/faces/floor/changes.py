"""From one reading of the floor to the next: what a screen that has the first must be told. Pure."""

from __future__ import annotations

from typing import Any, TypedDict

from contactcenter.faces.floor.reading import PARTS, Reading


class Change(TypedDict):
    put: dict[str, Any]  # key → row, new or different
    gone: list[str]


def changes(before: Reading, after: Reading) -> dict[str, Change]:
    """By part; a part that is as before is left out."""
    found: dict[str, Change] = {}
    for part in PARTS:
        old, new = getattr(before, part), getattr(after, part)
        put = {key: row for key, row in new.items() if old.get(key) != row}
        gone = [key for key in old if key not in new]
        if put or gone:
            found[part] = {"put": put, "gone": gone}
    return found


def whole(reading: Reading) -> dict[str, Any]:
    return {part: getattr(reading, part) for part in PARTS}
