"""An agent at a desk and visitors of a company that nobody attacks: how long they wait for each other, all the time."""

from __future__ import annotations

import asyncio
import http.client
import itertools
import time
from collections import defaultdict
from typing import Any

from contactcenter.demo.clients import Desk, Frame, Visitor
from contactcenter.demo.running import Demo

COMPANY, AGENT = "cumbre", "rosa@bpo.example"
SAYS_EVERY, SAVES_EVERY, LOOKS_EVERY = 3.2, 0.5, 1.0  # seconds
SOURCE = "127.9.0.1"


class Talker(Visitor):
    """`heard` is called with each message that stands on the page."""

    heard: Any = None

    async def take_in(self, frame: Frame) -> None:
        await super().take_in(frame)
        for message in frame.get("messages", []):
            self.heard(message["text"])


class Neighbours:
    """`took`: milliseconds, by what was waited for."""

    def __init__(self, demo: Demo, *, visitors: int = 4) -> None:
        login = demo.login("agent", AGENT)
        self.port = demo.port
        self.host = demo.facts["hosts"]["companies"][COMPANY].split(":")[0]
        self.desk = Desk(port=demo.port, email=login["email"], password=login["password"], source=SOURCE)
        self.visitors = [
            Talker(port=demo.port, host=self.host, name=f"Vera {number}", source=f"127.9.1.{number + 1}")
            for number in range(visitors)
        ]
        self.sent: dict[str, float] = {}
        self.took: defaultdict[str, list[float]] = defaultdict(list)
        self.life: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Neighbours:
        self.desk.on_message = self.answer
        await self.desk.open()
        for visitor in self.visitors:
            visitor.heard = lambda text: self.arrived(text, "agent to visitor")
            await visitor.open("hola", language="es")
        for visitor in self.visitors:
            await visitor.until(lambda v=visitor: bool(v.conversation.get("agent")), seconds=60, what="an agent")
        works = [*(self.talk(*each) for each in enumerate(self.visitors)), self.save(), self.look()]
        self.life = [asyncio.create_task(work) for work in works]
        return self

    async def __aexit__(self, *_exception: object) -> None:
        for task in self.life:
            task.cancel()
        ended = await asyncio.gather(*self.life, return_exceptions=True)
        for client in (*self.visitors, self.desk):
            await client.stop()
        for each in ended:
            if isinstance(each, Exception):
                raise each

    async def talk(self, place: int, visitor: Talker) -> None:
        """One after the other: the desk's client sends its answers in turns."""
        await asyncio.sleep(place * SAYS_EVERY / len(self.visitors))
        for number in itertools.count():
            started = time.perf_counter()
            text = f"in {visitor.name} {number}"
            self.sent[text] = started
            answer = await visitor.say(text, seconds=60)
            assert answer["t"] == "ok", answer
            await asyncio.sleep(SAYS_EVERY - (time.perf_counter() - started))

    async def answer(self, key: tuple[str, str], message: Frame) -> None:
        if self.arrived(message["text"], "visitor to agent"):
            text = message["text"].replace("in", "out", 1)
            self.sent[text] = time.perf_counter()
            self.desk.later(self.desk.say(key, text, seconds=60))

    def arrived(self, text: str, kind: str) -> bool:
        """The first time it stands there, and not where it was written."""
        if text not in self.sent or text.startswith("in") is (kind == "agent to visitor"):
            return False
        self.took[kind].append((time.perf_counter() - self.sent.pop(text)) * 1000)
        return True

    async def save(self) -> None:
        """A request of the desk that is answered, and so a round trip of its own."""
        while True:
            for company, conversation in list(self.desk.screens):
                started = time.perf_counter()
                asked = self.desk.ask("draft.save", company=company, conversation=conversation, text=str(started))
                assert (await asked)["t"] == "ok"
                self.took["round trip"].append((time.perf_counter() - started) * 1000)
                await asyncio.sleep(SAVES_EVERY)

    async def look(self) -> None:
        while True:
            started = time.perf_counter()
            status = await asyncio.to_thread(self.get, "/widget/hours/")
            assert status == http.client.OK, status
            self.took["page"].append((time.perf_counter() - started) * 1000)
            await asyncio.sleep(LOOKS_EVERY)

    def get(self, path: str) -> int:
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30, source_address=(SOURCE, 0))
        line.request("GET", path, headers={"Host": f"{self.host}:{self.port}"})
        answer = line.getresponse()
        answer.read()
        line.close()
        return answer.status

    def p95(self) -> dict[str, float]:
        return {kind: percentile(took, 0.95) for kind, took in self.took.items()}


def percentile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]
