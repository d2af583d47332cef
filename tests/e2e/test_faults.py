"""Mid-chat, processes die. What both sides have on screen afterwards is the judge: nothing lost, doubled or out of
order, and each conversation with exactly one agent."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
import signal
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import psycopg
import pytest
import redis

from bench.house import House, address
from contactcenter.demo.clients import Desk, Frame, Visitor
from contactcenter.demo.running import Demo

VICTIMS = ("web", "router", "relay", "worker", "redis", "postgres")
CHATS = 10
SECONDS_TO_SETTLE = 15


class Floor:
    """Visitors on two companies' sites, each with something to say every `pause` seconds, and agents who answer each
    message once. Visitors say `turns` things, or go on until they are stopped. Whatever is said is acknowledged within
    `patience` seconds, however often it takes."""

    patience = 60.0

    def __init__(
        self,
        demo: Demo,
        *,
        logins: Sequence[Mapping[str, str]] = (),
        chats: int = CHATS,
        pause: float = 0.6,
        turns: int | None = None,
        comes_every: float = 0.0,
    ) -> None:
        self.demo, self.pause, self.turns_each, self.comes_every = demo, pause, turns, comes_every
        logins = logins or [
            *(demo.login("agent", email) for email in ("ines@bpo.example", "nils@bpo.example")),
            demo.login("supervisor"),
        ]
        self.desks = [
            Desk(port=demo.port, email=login["email"], password=login["password"], source=address(number))
            for number, login in enumerate(logins)
        ]
        companies = demo.facts["hosts"]["companies"]
        hosts = [companies["aurora"], companies["borealis"]]
        self.visitors = [
            Visitor(port=demo.port, host=host.split(":")[0], name=f"Visitor {number}", source=address(number))
            for number, host in zip(range(chats), itertools.cycle(hosts), strict=False)
        ]
        self.said: dict[str, list[str]] = {}  # conversation → what each side sent and saw acknowledged, per author
        self.talking = True
        self.turns: list[asyncio.Task[None]] = []

    async def open(self) -> None:
        for desk in self.desks:
            desk.on_message = self.answering(desk)
            await desk.open()
        for number, visitor in enumerate(self.visitors):
            await visitor.open(f"in {number} 0")
            await asyncio.sleep(self.comes_every)
        for visitor in self.visitors:
            await visitor.until(lambda v=visitor: bool(v.conversation.get("agent")), seconds=60, what="an agent")

    def answering(self, desk: Desk) -> Callable[[tuple[str, str], Frame], Awaitable[None]]:
        async def answer(key: tuple[str, str], message: Frame) -> None:
            if message["author"] == "customer" and self.holds(desk, key):
                desk.later(self.reply(desk, key, message["text"].replace("in", "out", 1)))

        return answer

    async def reply(self, desk: Desk, key: tuple[str, str], text: str) -> Frame:
        if text in desk.screens[key].texts:
            return {}
        answer = await desk.say(key, text, seconds=self.patience)
        if answer["t"] == "ok":
            self.said.setdefault(key[1], []).append(text)
        return answer

    def holds(self, desk: Desk, key: tuple[str, str]) -> bool:
        return any(
            (item["company"], item["conversation"]) == key and item["state"] == "active" for item in desk.items.values()
        )

    async def talk(self, number: int, visitor: Visitor) -> None:
        for turn in itertools.count(1):
            if not self.talking or turn == self.turns_each:
                return
            text = f"in {number} {turn}"
            answer = await visitor.say(text, seconds=self.patience)
            assert answer["t"] == "ok", answer
            self.said.setdefault(visitor.conversation["id"], []).append(text)
            await asyncio.sleep(self.pause)

    async def start_talking(self) -> None:
        self.turns = [asyncio.create_task(self.talk(number, visitor)) for number, visitor in enumerate(self.visitors)]

    async def stop_talking(self) -> None:
        """Until everything said was acknowledged; then the screens have their seconds to agree."""
        self.talking = False
        await asyncio.wait_for(asyncio.gather(*self.turns), 1.5 * self.patience)
        while answers := [task for desk in self.desks for task in desk.background if not task.done()]:
            await asyncio.wait_for(asyncio.gather(*answers), 1.5 * self.patience)
        for _ in range(SECONDS_TO_SETTLE):
            await asyncio.sleep(1)
            with contextlib.suppress(AssertionError):
                return self.check()
        return self.check()

    async def close(self) -> None:
        for client in (*self.visitors, *self.desks):
            await client.stop()

    def check(self) -> None:
        for number, visitor in enumerate(self.visitors):
            holders = [
                (desk, key)
                for desk in self.desks
                for key in desk.screens
                if key[1] == visitor.conversation["id"] and self.holds(desk, key)
            ]
            assert len(holders) == 1, f"{visitor.name} has {len(holders)} agents"
            desk, key = holders[0]
            seen, shown = visitor.screen, desk.screens[key]
            assert seen.texts == shown.texts, f"{visitor.name} and the agent see different talks"
            assert seen.sequences == list(range(1, len(seen.sequences) + 1)), f"{visitor.name}: a number is missing"
            asked = [text for text in seen.texts if text.startswith("in ")]
            assert asked == [f"in {number} {turn}" for turn in range(len(asked))], (
                f"{visitor.name}: lost, doubled or out of order"
            )
            answered = [text for text in seen.texts if text.startswith("out ")]
            assert len(answered) == len(set(answered)), f"{visitor.name}: an answer came twice"
            missing = set(self.said.get(visitor.conversation["id"], [])) - set(seen.texts)
            assert not missing, f"{visitor.name}: acknowledged and lost: {missing}"


async def chat_through(floor: Floor, faults: list[Callable[[], None]], *, every: float = 4.0) -> None:
    try:
        await floor.open()
        await floor.start_talking()
        for fault in faults:
            await asyncio.sleep(every / 2)
            await asyncio.to_thread(fault)
            await asyncio.sleep(every / 2)
        if floor.turns_each is not None:
            await asyncio.gather(*floor.turns)
        await floor.stop_talking()
    finally:
        await floor.close()


def flush_redis(demo: Demo) -> None:
    redis.Redis(unix_socket_path=demo.environment()["REDIS_URL"].split("://")[1].split("?")[0]).flushall()


@pytest.mark.faults
async def test_each_process_may_die_once_mid_chat(fresh_demo: Demo) -> None:
    faults = [lambda name=name: fresh_demo.kill(name) for name in VICTIMS]
    await chat_through(Floor(fresh_demo), [*faults, lambda: flush_redis(fresh_demo)])


def keep_away(demo: Demo, name: str, seconds: float) -> None:
    """Killed again as often as it is started."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        with contextlib.suppress(FileNotFoundError, ValueError, ProcessLookupError):
            os.kill(demo.pid(name), signal.SIGKILL)
        time.sleep(0.2)


@pytest.mark.faults
async def test_whoever_waits_is_answered_within_seconds_of_a_database_that_was_long_away(fresh_demo: Demo) -> None:
    """No process may go on pausing for longer and longer between its looks."""
    login = fresh_demo.login("supervisor")
    desk = Desk(port=fresh_demo.port, email=login["email"], password=login["password"])
    await desk.open()
    try:
        await asyncio.to_thread(keep_away, fresh_demo, "postgres", 20)
        await asyncio.to_thread(wait_for_postgres, fresh_demo)
        assert (await desk.ask("presence.set", presence="break", reason="lunch", seconds=8))["t"] == "ok"
        await asyncio.to_thread(fresh_demo.wait_ready, 5)
    finally:
        await desk.stop()


def wait_for_postgres(demo: Demo) -> None:
    """The supervisor starts again at most 10 s after the last death."""
    for _ in range(300):
        with contextlib.suppress(psycopg.OperationalError), psycopg.connect(demo.environment()["DATABASE_URL"]):
            return
        time.sleep(0.1)
    raise AssertionError("PostgreSQL was not started again")


@pytest.mark.soak
async def test_each_process_may_die_five_times_mid_chat(fresh_demo: Demo) -> None:
    faults = [lambda name=name: fresh_demo.kill(name) for name in VICTIMS for _ in range(5)]
    await chat_through(Floor(fresh_demo), [*faults, lambda: flush_redis(fresh_demo)])


def crowd(demo: Demo, **more: Any) -> Floor:
    """200 visitors, who come within a minute or two, and 20 agents."""
    house = House(demo)
    house.inside("open_always")
    floor = Floor(demo, logins=house.staff("agents", 20), chats=200, comes_every=0.3, **more)
    floor.patience = 240.0  # what gathered while something was dead is worked off at the machine's own pace
    for client in (*floor.desks, *floor.visitors):
        client.heartbeat_seconds = 10.0  # as the pages do
    return floor


@pytest.mark.soak
async def test_four_thousand_messages_come_through_five_deaths_of_redis_and_a_flush(fresh_demo: Demo) -> None:
    """P5."""
    floor = crowd(fresh_demo, turns=20, pause=6.0)
    redis_dies = [lambda: fresh_demo.kill("redis")] * 5
    await chat_through(floor, [*redis_dies, lambda: flush_redis(fresh_demo)], every=16.0)
    said = [text for visitor in floor.visitors for text in visitor.screen.texts if text.startswith("in ")]
    assert len(said) == len(set(said)) == 4000


@pytest.mark.soak
async def test_twenty_immediate_stops_of_postgresql_lose_nothing_that_was_acknowledged(fresh_demo: Demo) -> None:
    """P6: as `pg_ctl restart -m immediate` does it; the supervisor starts it again."""
    await chat_through(crowd(fresh_demo, pause=15.0), [lambda: stop_postgres(fresh_demo)] * 20, every=6.0)


def stop_postgres(demo: Demo) -> None:
    demo.kill("postgres", signal.SIGQUIT)
    wait_for_postgres(demo)
