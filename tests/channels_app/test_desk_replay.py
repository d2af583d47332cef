"""Promise P7: what a desk made of its frames equals a fresh snapshot, though news are lost or come twice."""

from __future__ import annotations

import asyncio
import random
from datetime import datetime

import pytest
from channels.layers import get_channel_layer

from contactcenter.faces.desk.snapshot import snapshot
from contactcenter.lib.clock import now
from tenants.door import in_shared
from tests.channels_app.desks import Desk, Frame, session_of, take_events
from tests.channels_app.histories import History, Screen, furnish
from tests.people import make_agent


class Floor:
    def __init__(self) -> None:
        furnish()
        self.ines = make_agent("Inés", ["aurora", "borealis"])
        self.nils = make_agent("Nils", ["aurora", "borealis"])
        self.session = session_of(self.ines.user)


@pytest.fixture
def floor(committed: str) -> Floor:
    return Floor()


class Replay:
    """A desk that lives through a history and keeps every frame it was sent."""

    def __init__(self, floor: Floor, seed: int, *, lost: float, twice: float) -> None:
        self.floor, self.lost, self.twice = floor, lost, twice
        self.history = History(floor.ines, floor.nils, seed)
        self.chance = random.Random(seed)
        self.desk = Desk(floor.session)
        self.screen = Screen()
        self.frames: list[Frame] = []

    async def live(self, steps: int) -> None:
        assert await self.desk.connect()
        await self.desk.send("hello")
        for number in range(steps):
            await in_shared(self.history.step)
            await self.deliver()
            if number % 5 == 0:
                await self.open_some()
            if number % 7 == 0:
                await self.beat()
        await self.beat()
        await self.beat()  # the first may have led to a snapshot

    async def deliver(self) -> None:
        layer = get_channel_layer()
        for event in await in_shared(take_events):
            message = {
                "type": "news",
                "name": event.name,
                "schema": event.schema,
                "object_id": event.object_id,
                "revision": event.revision,
            }
            for _ in range(0 if self.chance.random() < self.lost else 2 if self.chance.random() < self.twice else 1):
                await layer.group_send(event.group, message)

    async def open_some(self) -> None:
        cards = sorted(self.screen.items.values(), key=lambda card: card["id"])
        cards = [card for card in cards if card["state"] != "offered"]
        if cards:
            card = self.chance.choice(cards)
            await self.take_in(
                await self.desk.ask("conversation.open", company=card["company"], conversation=card["conversation"])
            )

    async def beat(self) -> None:
        """A heartbeat, and everything that came until its answer; a desk that sees a gap asks anew."""
        await asyncio.sleep(0.05)  # news under way are no lost ones
        await self.desk.send("heartbeat", rev=self.screen.rev, conversations=self.screen.known())
        await self.take_in(await self.desk.next("heartbeat"))
        if self.screen.stale:
            await self.desk.send("hello")
            await self.take_in(await self.desk.next("snapshot"))

    async def take_in(self, last: Frame) -> None:
        for frame in [*self.desk.told, last]:
            self.frames.append(frame)
            self.screen.take_in(frame)
        self.desk.told.clear()


def standing(notices: list[Frame], moment: datetime) -> list[Frame]:
    """Each goes by the desk's own clock."""
    return [notice for notice in notices if datetime.fromisoformat(notice["expires_at"]) > moment]


async def check(replay: Replay) -> None:
    """Against a desk opened just now."""
    moment = now()
    fresh = await in_shared(snapshot, replay.floor.ines, moment)
    assert replay.screen.items == {card["id"]: card for card in fresh["items"]}
    assert replay.screen.me == fresh["me"]
    assert replay.screen.rev == fresh["rev"]
    assert replay.screen.questions == fresh["questions"]
    assert standing(replay.screen.notices, moment) == fresh["notices"]
    other = Desk(replay.floor.session)
    await other.open()
    for key, talk in replay.screen.talks.items():
        company, conversation = key.split("/")
        opened = await other.ask("conversation.open", company=company, conversation=conversation)
        if opened["t"] == "error":
            continue  # not to be read any more
        assert talk["rows"] == {row["id"]: row for row in [*opened["messages"], *opened["notes"]]}
        assert talk["read"] == opened["conversation"]["customer_read"]
    await other.leave()


@pytest.mark.parametrize(
    ("seed", "steps"),
    [(1, 50), *(pytest.param(seed, 200, marks=pytest.mark.soak) for seed in range(2, 12))],
)
async def test_frames_add_up_to_a_fresh_snapshot(floor: Floor, seed: int, steps: int) -> None:
    replay = Replay(floor, seed, lost=0.3, twice=0.2)
    await replay.live(steps)
    await check(replay)
    await replay.desk.leave()


async def test_without_a_loss_no_second_snapshot_is_needed(floor: Floor) -> None:
    replay = Replay(floor, 4, lost=0, twice=0.3)
    await replay.live(60)
    await check(replay)
    assert [frame["t"] for frame in replay.frames].count("snapshot") == 1
    await replay.desk.leave()
