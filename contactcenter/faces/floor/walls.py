"""What a screen on the wall shows of a reading: figures of companies, and alarms by queue. Nobody is named."""

from __future__ import annotations

from typing import Any

from contactcenter.faces.floor.reading import Hands, Reading


def wall_of(reading: Reading, schema: str | None) -> dict[str, Any]:
    """Of one company, or, with None, of all."""
    companies = [row for row in reading.companies.values() if schema in (None, row["schema"])]
    shown = {row["schema"] for row in companies}
    waiting = sum(row["waiting"] for row in companies)
    alarms = [
        {
            "kind": alarm["kind"],
            "company": alarm["company"],
            "queue": reading.queues[str(alarm["queue"])]["name"] if str(alarm["queue"]) in reading.queues else "",
            "items": len(alarm["items"]),
        }
        for alarm in reading.alarms.values()
        if alarm["company"] in shown
    ]
    signed_in = len(reading.agents) if schema is None else sum(on(row["staff"]) for row in companies)
    return {"companies": companies, "waiting": waiting, "agents": signed_in, "alarms": alarms}


def on(staff: Hands) -> int:
    return staff["free"] + staff["busy"] + staff["on_break"] + staff["not_responding"]
