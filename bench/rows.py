"""One figure and the limit or peer it is measured against, in the same run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict


class Row(TypedDict):
    name: str
    value: float
    unit: str
    limit: float
    limit_name: str
    ratio: float
    goal: str
    met: bool


def at_most(name: str, value: float, unit: str, goal: float, *, limit: float, against: str) -> Row:
    return _row(name, value, unit, f"<= {goal:g} {unit}", value <= goal, limit=limit, against=against)


def at_least(name: str, value: float, unit: str, goal: float, *, limit: float, against: str) -> Row:
    return _row(name, value, unit, f">= {goal:g} {unit}", value >= goal, limit=limit, against=against)


def also(row: Row, goal: str, met: bool) -> Row:
    """A row that has two goals."""
    return {**row, "goal": f"{row['goal']}, {goal}", "met": row["met"] and met}


def percentile(values: Sequence[float], share: float) -> float:
    """By nearest rank."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def _row(name: str, value: float, unit: str, goal: str, met: bool, *, limit: float, against: str) -> Row:
    return {
        "name": name,
        "value": round(value, 3),
        "unit": unit,
        "limit": round(limit, 3),
        "limit_name": against,
        "ratio": round(value / limit, 3),
        "goal": goal,
        "met": met,
    }
