"""What is brought to a door: own things, foreign ones, and ones that do not exist."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID, uuid4

OWN, FOREIGN, MISSING = "own", "foreign", "missing"
MISSING_NUMBER = 987_654
Values = Mapping[str, Any]  # what stands where


def others(own: Values, foreign: Mapping[str, Sequence[Any]], *, one_by_one: bool) -> Iterator[tuple[str, Values]]:
    """One after the other foreign, and all at once; then the same with missing ones."""
    missing = {slot: [another_like(value)] for slot, value in own.items()}
    for objects, found in ((FOREIGN, foreign), (MISSING, missing)):
        all_at_once = {slot: values[0] for slot, values in found.items() if values}
        changes = [{slot: value} for slot, values in found.items() for value in values] if one_by_one else []
        for change in changes if all_at_once in changes else [*changes, all_at_once]:
            if change:
                yield objects, {**own, **change}


def another_like(value: Any) -> Any:
    if isinstance(value, UUID):
        return uuid4()
    return MISSING_NUMBER if isinstance(value, int) else "nowhere"
