"""A simulated agent: accepts what rings, answers each message after a while, finishes when thanked, and wraps up."""

from __future__ import annotations

import asyncio
from collections import Counter
from random import Random

from contactcenter.demo.clients import Desk, Frame
from contactcenter.demo.clients.desk import TalkKey
from contactcenter.demo.simulate.stories import ANSWERS


class Robot(Desk):
    def __init__(self, *, port: int, email: str, password: str, source: str, chance: Random) -> None:
        super().__init__(port=port, email=email, password=password, source=source)
        self.heartbeat_seconds = 10.0
        self.chance = chance
        self.outcomes: dict[str, list[str]] = {}  # company → keys of its dispositions
        self.said: Counter[TalkKey] = Counter()
        self.wrapping_up: set[int] = set()
        self.on_message = self.hear

    async def take_in(self, frame: Frame) -> None:
        if frame["t"] == "snapshot":
            self.outcomes = {
                company: [choice["key"] for choice in choices] for company, choices in frame["dispositions"].items()
            }
            if frame["me"]["presence"] in ("offline", "not_responding"):  # signed off while its line was cut
                self.later(self.ask("presence.set", presence="available"))
        await super().take_in(frame)

    def work_on(self, item: Frame) -> None:
        super().work_on(item)
        if item["state"] == "wrap_up" and item["id"] not in self.wrapping_up:
            self.wrapping_up.add(item["id"])
            self.later(self.wrap_up(item))

    async def hear(self, key: TalkKey, message: Frame) -> None:
        if message["author"] == "customer" and self.holds(key):
            self.later(self.answer(key))

    def holds(self, key: TalkKey) -> bool:
        return self.item_of(key) is not None

    def item_of(self, key: TalkKey) -> Frame | None:
        active = (item for item in self.items.values() if item["state"] == "active")
        return next((item for item in active if (item["company"], item["conversation"]) == key), None)

    async def answer(self, key: TalkKey) -> None:
        await asyncio.sleep(self.chance.uniform(3, 9))
        item = self.item_of(key)
        if item is None:
            return
        lines = ANSWERS.get(item["language"], ANSWERS["en"])
        number = self.said[key]
        self.said[key] += 1
        await self.say(key, lines[min(number, len(lines) - 1)])
        if number + 1 >= len(lines):
            await asyncio.sleep(self.chance.uniform(3, 6))
            if self.holds(key):
                await self.ask("conversation.finish", company=key[0], conversation=key[1])

    async def wrap_up(self, item: Frame) -> None:
        await asyncio.sleep(self.chance.uniform(5, 15))
        outcomes = self.outcomes.get(item["company"])
        if outcomes:
            outcome = self.chance.choice(outcomes)
            await self.ask("wrap_up.finish", item=item["id"], disposition=outcome, summary="", then="")
        self.wrapping_up.discard(item["id"])
        self.said.pop((item["company"], item["conversation"]), None)
