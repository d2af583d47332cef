"""A visitor's message on its way to the agent's screen, and how many of them a second one web process takes.

200 visitors of two companies talk with 20 agents, by the widget's and the desk's own protocols.
"""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from websockets.asyncio.client import ClientConnection, connect

from bench.house import House, address
from bench.peers.bare import AGENTS as BARE_AGENTS
from bench.peers.running import peer
from bench.requests import requests_a_second
from bench.rows import Row, also, at_least, at_most, percentile
from contactcenter.demo.clients import Desk, Frame, Visitor

AGENTS, CHATS = 20, 200
COMES_EVERY = 0.4  # seconds: all of them are there after 80
EVERY = 5.0  # seconds between two messages of one visitor
SECONDS = 30.0
BURST = 15  # messages each visitor sends as fast as they are acknowledged: fewer than a visitor may in a minute
LENGTH = 60
HEARTBEAT = 10.0  # of the real pages
COMPANIES = ("aurora", "borealis")


def measure(house: House) -> list[Row]:
    latency, ingest = asyncio.run(talk(house))
    with peer(house, site=False) as bare:
        bare_latency = asyncio.run(talk_barely(bare.port))
    with peer(house, site=True) as site:
        floor = requests_a_second(site.port, "/ingest", json.dumps({"chat": 1, "text": text_of(1, 1)}).encode())
    half, most = percentile(bare_latency, 0.5), percentile(bare_latency, 0.99)
    name = "bare socket, insert and commit"
    p99 = at_most("chat.visitor_to_agent_p99_ms", percentile(latency, 0.99), "ms", 3 * most, limit=most, against=name)
    return [
        at_most("chat.visitor_to_agent_p50_ms", percentile(latency, 0.5), "ms", 200, limit=half, against=name),
        also(p99, "< 200 ms", p99["value"] < 200),
        at_least(
            "chat.socket_ingest_x_floor",
            ingest / floor,
            "x",
            0.4,
            limit=1.0,
            against=f"a view that inserts and notifies, {floor:.0f}/s",
        ),
    ]


def text_of(chat: int, turn: int) -> str:
    return f"{chat} {turn} ".ljust(LENGTH, "x")


@dataclass
class Clock:
    """From the moment a visitor presses Enter to the agent's screen, in ms."""

    sent: dict[str, float] = field(default_factory=dict)
    took: list[float] = field(default_factory=list)

    def start(self, text: str) -> None:
        self.sent[text] = time.perf_counter()

    def arrived(self, text: str) -> None:
        if (at := self.sent.pop(text, None)) is not None:
            self.took.append((time.perf_counter() - at) * 1000)

    async def all_here(self, seconds: float) -> None:
        """Raises RuntimeError."""
        deadline = time.perf_counter() + seconds
        while self.sent:
            if time.perf_counter() > deadline:
                raise RuntimeError(f"{len(self.sent)} messages never reached the agent")
            await asyncio.sleep(0.05)


async def talk(house: House) -> tuple[list[float], float]:
    """Latencies, and messages a second."""
    clock = Clock()
    desks = [
        Desk(port=house.port, source=address(number), email=login["email"], password=login["password"])
        for number, login in enumerate(house.staff("agents", AGENTS))
    ]
    visitors = [
        Visitor(port=house.port, host=house.host(COMPANIES[number % 2]), name=f"V{number}", source=address(number))
        for number in range(CHATS)
    ]
    try:
        for desk in desks:
            desk.heartbeat_seconds = HEARTBEAT
            desk.on_message = seen_by(clock)
            await desk.open()
        await come(visitors)
        await asyncio.gather(*(turns(clock, number, EVERY, visitor.say) for number, visitor in enumerate(visitors)))
        await clock.all_here(30)
        latency = list(clock.took)
        await asyncio.sleep(60 - SECONDS)  # so that each may send as many as a visitor may in a minute
        started = time.perf_counter()
        await asyncio.gather(*(burst(number, visitor.say) for number, visitor in enumerate(visitors)))
        return latency, CHATS * BURST / (time.perf_counter() - started)
    finally:
        for client in (*visitors, *desks):
            await client.stop()
        house.inside("end_talks")


def seen_by(clock: Clock) -> Callable[[tuple[str, str], Frame], Awaitable[None]]:
    async def seen(_key: tuple[str, str], message: Frame) -> None:
        clock.arrived(message["text"])

    return seen


async def come(visitors: list[Visitor]) -> None:
    """One after the other, as fast as agents can take them, and wait until each is served."""
    coming = []
    for number, visitor in enumerate(visitors):
        visitor.heartbeat_seconds = HEARTBEAT
        coming.append(asyncio.create_task(visitor.open(f"{number} hello")))
        await asyncio.sleep(COMES_EVERY)
    await asyncio.gather(*coming)
    await asyncio.gather(*(served(visitor) for visitor in visitors))


async def served(visitor: Visitor) -> None:
    await visitor.until(lambda: bool(visitor.conversation.get("agent")), seconds=60, what="an agent")


async def turns(clock: Clock, number: int, every: float, say: Callable[[str], Coroutine[Any, Any, object]]) -> None:
    await asyncio.sleep(random.uniform(0, every))  # noqa: S311
    for turn in range(int(SECONDS / every)):
        text = text_of(number, turn)
        clock.start(text)
        saying = asyncio.create_task(say(text))
        await asyncio.sleep(every)
        await saying


async def burst(number: int, say: Callable[[str], Awaitable[Frame]]) -> None:
    for turn in range(BURST):
        answer = await say(text_of(number, 1000 + turn))
        if answer["t"] != "ok":
            raise RuntimeError(f"a message was not taken: {answer}")


async def talk_barely(port: int) -> list[float]:
    clock = Clock()
    lines: list[ClientConnection] = []

    async def open_line(path: str) -> ClientConnection:
        lines.append(await connect(f"ws://127.0.0.1:{port}{path}", compression=None, proxy=None))
        return lines[-1]

    async def read(line: ClientConnection) -> None:
        async for text in line:
            clock.arrived(str(text))

    agents = [await open_line(f"/agent/{number}") for number in range(BARE_AGENTS)]
    visitors = [await open_line(f"/visitor/{number}") for number in range(CHATS)]
    readers = [asyncio.create_task(read(line)) for line in (*agents, *visitors)]
    try:
        await asyncio.gather(*(turns(clock, number, EVERY, line.send) for number, line in enumerate(visitors)))
        await clock.all_here(30)
        return clock.took
    finally:
        for line in lines:
            with suppress(OSError):
                await line.close()
        for reader in readers:
            reader.cancel()
