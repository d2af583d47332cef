"""Promise P7, on the screens: after a random history, of which a third of the frames were lost or came twice, what the
desk, the floor and a visitor's chat show equals what the same page shows to whoever opens it just now.

The pages, their scripts, views and sockets are the product's own; only the line between them is bad, and the news
inside the house are lost, doubled and out of order too.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from channels.layers import get_channel_layer
from django.conf import settings
from playwright.async_api import Page

from channels_app import boards, desk
from contactcenter.lib.clock import now
from tenants.door import in_shared
from tests.channels_app.desks import session_of, take_events
from tests.channels_app.histories import KEPT, History, furnish
from tests.channels_app.screens import Chaos, Screens, screens
from tests.people import make_agent
from tests.webchat import give_widget, start

pytestmark = pytest.mark.browser

DESK, FLOOR = f"http://localhost:{settings.PORT}/desk/", f"http://localhost:{settings.PORT}/floor/"
WIDGET = f"http://aurora.localhost:{settings.PORT}/widget/"
STATE = "file => import(`/static/js/${file}/store.js`).then(store => store.now())"
OPEN = "key => import('/static/js/desk/talk.js').then(talk => talk.open(key, { write: false }))"
PATIENCE = 15.0  # seconds
DESK_PARTS = ("rev", "me", "items", "companies", "queues", "breaks", "dispositions")
FLOOR_PARTS = ("companies", "queues", "pools", "items", "agents", "alarms", "repairs")


class House:
    def __init__(self, seed: int) -> None:
        furnish()
        give_widget("aurora")
        self.ines = make_agent("Inés", ["aurora", "borealis"])
        self.history = History(self.ines, make_agent("Nils", ["aurora", "borealis"]), seed)
        self.desk, self.floor = session_of(self.ines.user), session_of(self.history.sam)
        begun = start(text="Where is my booking?")
        self.token, self.talk = begun["token"], UUID(begun["conversation"])


class Life:
    """A desk, a floor and a visitor's chat, and what happens around them."""

    def __init__(self, house: House, made: Screens, seed: int) -> None:
        self.house, self.made = house, made
        self.chance = random.Random(seed)
        self.chaos = Chaos(seed, lost=0.15, twice=0.15)
        self.said: list[str] = []

    async def open(self) -> None:
        self.desk, self.floor, self.chat = await self.pages(self.chaos)

    async def pages(self, chaos: Chaos, *, haste: int | None = None) -> tuple[Page, Page, Page]:
        desk = await self.made.window(chaos, session=self.house.desk, haste=haste)
        floor = await self.made.window(chaos, session=self.house.floor, haste=haste)
        chat = await self.made.window(chaos, storage={"chat.token": self.house.token}, haste=haste)
        return await desk.open(DESK), await floor.open(FLOOR), await chat.open(WIDGET)

    async def live(self, steps: int) -> None:
        """On a bad line, then on a good one, where only what is lost inside the house must heal."""
        for number in range(steps):
            self.chaos.over = number >= steps / 2
            await in_shared(self.house.history.step)
            await self.deliver(lost=0.15, twice=0.15)
            if number % 10 == 0:
                await self.look_at_some()
            if number % 25 == 0:
                await self.visitor_writes(number)
            if number % 3 == 0:
                await in_shared(self.house.history.go_on, "aurora", self.house.talk)
                await self.deliver(lost=0.15, twice=0.15)
            await asyncio.sleep(0.02)

    async def deliver(self, *, lost: float = 0, twice: float = 0) -> None:
        layer, events = get_channel_layer(), await in_shared(take_events)
        self.chance.shuffle(events)
        for event in events:
            fate = self.chance.random()
            message = {"type": "news", "name": event.name, "schema": event.schema, "object_id": event.object_id}
            for _ in range(0 if fate < lost else 2 if fate < lost + twice else 1):
                await layer.group_send(event.group, {**message, "revision": event.revision})

    async def look_at_some(self) -> None:
        cards = list((await self.desk.evaluate(STATE, "desk"))["items"].values())
        if cards:
            card = self.chance.choice(cards)
            await self.desk.evaluate(OPEN, f"{card['company']}/{card['conversation']}")

    async def visitor_writes(self, number: int) -> None:
        if await self.chat.is_enabled("#text") and await self.chat.is_visible("#text"):
            self.said.append(f"{KEPT} {number}")
            await self.chat.fill("#text", self.said[-1])
            await self.chat.press("#text", "Enter")


def of_desk(state: Any) -> dict[str, Any]:
    talk = state["talks"].get(state["front"]) or {}
    standing = [notice for notice in state["notices"] if datetime.fromisoformat(notice["expires_at"]) > now()]
    return {
        **{part: state[part] for part in DESK_PARTS},
        "notices": standing,
        "questions": sorted(question["note"]["id"] for question in state["questions"]),
        "front": state["front"],
        "talk": {part: talk.get(part) for part in ("messages", "notes", "customerRead", "missing")},
    }


def of_floor(state: Any) -> dict[str, Any]:
    return {part: state[part] for part in FLOOR_PARTS}


async def same(life: Life, show: Callable[[Page], Awaitable[Any]], pages: tuple[Page, Page]) -> None:
    """Within the patience of a person who looks at it: heartbeats take their time, and what is new reaches both."""
    clock = asyncio.get_running_loop().time
    until = clock() + PATIENCE
    while True:
        await life.deliver()
        old, fresh = [await show(page) for page in pages]
        if clock() > until:
            assert old == fresh
        if old == fresh:
            return
        await asyncio.sleep(0.2)


async def check(life: Life) -> None:
    desk, floor, chat = await life.pages(Chaos(0, lost=0, twice=0), haste=1)
    await same(life, lambda page: page.inner_text("body"), (life.chat, chat))
    await same(life, lambda page: state_of(page, "floor", of_floor), (life.floor, floor))
    state = await life.desk.evaluate(STATE, "desk")
    for key in [state["front"], *(key_of(card) for card in state["items"].values())]:
        for page in (life.desk, desk):
            await page.evaluate(OPEN, key)
        await same(life, lambda page: state_of(page, "desk", of_desk), (life.desk, desk))
    shown = await chat.inner_text("body")
    assert [text for text in life.said if shown.count(text) != 1] == []


async def state_of(page: Page, which: str, parts: Callable[[Any], Any]) -> Any:
    return parts(await page.evaluate(STATE, which))


def key_of(card: Any) -> str:
    return f"{card['company']}/{card['conversation']}"


@pytest.mark.parametrize(
    ("seed", "steps"), [(11, 40), *(pytest.param(seed, 200, marks=pytest.mark.soak) for seed in range(1, 11))]
)
async def test_screens_equal_fresh_ones(committed: str, monkeypatch: pytest.MonkeyPatch, seed: int, steps: int) -> None:
    monkeypatch.setattr(boards, "AT_LEAST_EVERY", 1.0)
    monkeypatch.setattr(desk, "SETTING_EVERY", 1.0)
    house = await in_shared(House, seed)
    async with screens() as made:
        life = Life(house, made, seed)
        await life.open()
        await life.live(steps)
        await check(life)
        chaos = life.chaos
    print(f"seed {seed}: {chaos.frames} frames, {chaos.dropped} lost, {chaos.doubled} twice, {chaos.lines} lines")
    assert chaos.dropped + chaos.doubled > chaos.frames / 5
