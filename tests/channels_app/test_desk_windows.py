"""One agent, several windows: five at once, and the one the agent has just come to is never the one that goes."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from contactcenter.lib.clock import now
from contactcenter.operation.agents.models import DeskSocket
from contactcenter.operation.agents.services import open_socket
from contactcenter.operation.outbox.models import Event
from tenants.door import in_shared
from tests.channels_app.desks import Desk, relay, session_of
from tests.people import make_agent


class Ines:
    def __init__(self) -> None:
        self.agent = make_agent("Inés", ["aurora"])
        self.session = session_of(self.agent.user)

    async def windows(self, count: int) -> list[Desk]:
        return [await self.window() for _ in range(count)]

    async def window(self) -> Desk:
        desk = Desk(self.session)
        await desk.open()
        await relay()
        return desk


@pytest.fixture
def ines(committed: str) -> Ines:
    return Ines()


async def beat(desk: Desk) -> bool:
    """Still there?"""
    await desk.send("heartbeat", rev=0)
    return (await desk.next("heartbeat"))["t"] == "heartbeat"


async def test_the_oldest_window_makes_room_for_a_sixth(ines: Ines) -> None:
    first, *others = await ines.windows(6)

    assert await first.closed() == 4409
    assert all([await beat(desk) for desk in others])
    for desk in others:
        await desk.leave()


async def test_one_that_was_not_told_learns_it_by_its_heartbeat(ines: Ines) -> None:
    first, *others = await ines.windows(5)
    sixth = Desk(ines.session)
    await sixth.open()
    await in_shared(Event.objects.all().delete)

    await first.send("heartbeat", rev=0)

    assert await first.closed() == 4409
    for desk in (*others, sixth):
        await desk.leave()


async def test_a_reload_again_and_again_costs_no_other_window_its_place(ines: Ines) -> None:
    steady = await ines.window()
    for _ in range(8):
        await (await ines.window()).leave()

    assert await beat(steady)
    await steady.leave()


async def test_what_a_killed_process_held_takes_no_place(ines: Ines) -> None:
    def leave_five_behind() -> None:
        a_moment_ago = now() - timedelta(seconds=3)
        for _ in range(5):
            open_socket(agent_id=ines.agent.pk, key=uuid4(), session="", process="killed:1", now=a_moment_ago)

    await in_shared(leave_five_behind)
    windows = await ines.windows(5)

    assert all([await beat(desk) for desk in windows])
    for desk in windows:
        await desk.leave()
    assert await in_shared(DeskSocket.objects.filter(closed_at=None).count) == 5, "only theirs; forgotten in 30 s"


async def test_another_agents_windows_do_not_count(ines: Ines) -> None:
    nils = await in_shared(lambda: session_of(make_agent("Nils", ["aurora"]).user))
    mine, others = await ines.window(), [Desk(nils) for _ in range(6)]
    for desk in others:
        await desk.open()
    await relay()

    assert await beat(mine)
    for desk in (mine, *others[1:]):
        await desk.leave()
