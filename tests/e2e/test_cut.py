"""Half of a hundred agents lose their line (P4): whoever is back in time keeps their talks, and the customers of those
who stay away have another agent."""

from __future__ import annotations

import asyncio
import time

import pytest

from bench.house import House
from contactcenter.demo.clients import Desk
from contactcenter.demo.running import Demo
from tests.e2e.test_faults import Floor

AGENTS, CUT = 100, 50
AWAY_SECONDS = 10.0  # of the 30 that they have
ANOTHER_WITHIN = 45.0


@pytest.mark.soak
async def test_half_of_a_hundred_agents_are_cut(fresh_demo: Demo) -> None:
    house = House(fresh_demo)
    house.inside("open_always")
    floor = Floor(fresh_demo, logins=house.staff("agents", AGENTS), chats=AGENTS)
    for client in (*floor.desks, *floor.visitors):
        client.heartbeat_seconds = 10.0  # as the pages do
    try:
        await floor.open()
        before = served_by(floor)
        lost = floor.desks[:CUT]

        for desk in lost:
            desk.cut()
        await asyncio.sleep(AWAY_SECONDS)
        for desk in lost:
            await desk.start()
        await asyncio.sleep(ANOTHER_WITHIN)
        assert served_by(floor) == before, "back in time, they kept their talks"

        theirs = {name for desk in lost for name in held_by(desk)}
        assert theirs
        for desk in lost:
            desk.cut()
        began = time.monotonic()
        for visitor in floor.visitors:
            if visitor.conversation["id"] in theirs:
                left = ANOTHER_WITHIN - (time.monotonic() - began)
                was = before[visitor.name]
                await visitor.until(
                    lambda v=visitor, was=was: v.conversation.get("agent") not in (None, was),
                    seconds=max(left, 0.1),
                    what=f"another agent for {visitor.name}",
                )
        print(f"{len(theirs)} talks had another agent after {time.monotonic() - began:.1f} s")
    finally:
        await floor.close()


def served_by(floor: Floor) -> dict[str, str | None]:
    return {visitor.name: visitor.conversation.get("agent") for visitor in floor.visitors}


def held_by(desk: Desk) -> list[str]:
    return [item["conversation"] for item in desk.items.values() if item["state"] == "active"]
