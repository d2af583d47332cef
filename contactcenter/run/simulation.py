"""`quiet` and `lively`: whether simulated people keep a running demo alive."""

from __future__ import annotations

from contactcenter.run.place import Place
from contactcenter.run.terminal import say

MARK = "quiet"  # a file in the run folder; the simulation looks for it every second


def quiet(place: Place) -> int:
    place.run.mkdir(parents=True, exist_ok=True)
    (place.run / MARK).touch()
    say("No simulated visitors come any more; those who are there finish. `make lively` brings them back.")
    return 0


def lively(place: Place) -> int:
    (place.run / MARK).unlink(missing_ok=True)
    say("Simulated visitors come again. `make quiet` stops them.")
    return 0
