"""A simulated visitor: opens the chat, waits as long as they have patience, and talks their story through."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from enum import StrEnum
from random import Random

from contactcenter.demo.clients import Visitor
from contactcenter.demo.simulate.plan import Arrival

LETTERS_A_SECOND = 12
LONGEST_ANSWER = 120.0  # seconds without a word from the agent, after which a visitor goes


class Fate(StrEnum):
    SERVED = "served"
    GAVE_UP = "gave up waiting"
    LEFT_ALONE = "left without an answer"
    TOOK_A_MESSAGE = "left a message"


async def play(arrival: Arrival, *, port: int, host: str, chance: Random) -> Fate:
    """Raises visitor.Refused where the company's door is shut."""
    visitor = Visitor(port=port, host=host, name=arrival.name, source=arrival.source)
    visitor.heartbeat_seconds = 10.0
    first, *rest = arrival.story.lines[arrival.language]
    begun = await visitor.open(first, language=arrival.language)
    try:
        if begun["deferred"]:
            return Fate.TOOK_A_MESSAGE
        if not await comes(visitor, lambda: bool(visitor.conversation.get("agent")), arrival.patience):
            await visitor.ask("conversation.end")
            return Fate.GAVE_UP
        for line in rest:
            if not await answered(visitor):
                return Fate.LEFT_ALONE
            await visitor.send({"v": 1, "t": "read", "sequence": max(visitor.screen.sequences)})
            await asyncio.sleep(chance.uniform(2, 5))
            await visitor.send({"v": 1, "t": "typing", "on": True})
            await asyncio.sleep(len(line) / LETTERS_A_SECOND)
            if over(visitor):
                break
            await visitor.say(line)
        if not await comes(visitor, lambda: over(visitor), chance.uniform(10, 30)):
            await visitor.ask("conversation.end")
        return Fate.SERVED
    finally:
        await visitor.stop()


async def answered(visitor: Visitor) -> bool:
    """The agent has spoken since the visitor's own last words."""
    return await comes(visitor, lambda: whose_turn(visitor) == "customer", LONGEST_ANSWER)


async def comes(visitor: Visitor, true: Callable[[], bool], seconds: float) -> bool:
    try:
        await visitor.until(true, seconds=seconds)
    except TimeoutError:
        return False
    return True


def whose_turn(visitor: Visitor) -> str:
    spoken = [message for message in visitor.screen.by_id.values() if message["author"] in ("agent", "customer")]
    last = max(spoken, key=lambda message: message["sequence"], default={"author": "customer"})
    return "customer" if last["author"] == "agent" else "agent"


def over(visitor: Visitor) -> bool:
    return visitor.conversation.get("state") == "closed"
