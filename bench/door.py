"""Work handed into a company's schema from asynchronous code."""

from __future__ import annotations

from bench.house import House
from bench.rows import Row, at_least


def measure(house: House) -> list[Row]:
    found = house.inside("door_calls")
    return [
        at_least(
            "door.calls_s",
            found["ours"],
            "calls/s",
            0.5 * found["bare"],
            limit=found["bare"],
            against="the same count by cursor in the shared schema",
        )
    ]
