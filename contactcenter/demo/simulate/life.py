"""Plays a plan against a running demo, until it is stopped or paused."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from contactcenter.demo.clients.visitor import Refused
from contactcenter.demo.simulate.plan import Arrival, Plan, arrivals
from contactcenter.demo.simulate.robots import Robot
from contactcenter.demo.simulate.visitors import play

MOST_AT_ONCE = 200
SUMMARY_EVERY = 60.0
LOOK_EVERY = 1.0
SIGN_IN_AGAIN = 10.0

Say = Callable[[str], None]


@dataclass
class Life:
    """`facts` is demo.json. While the file `pause` exists nobody new comes and the robots are on a break."""

    plan: Plan
    facts: Mapping[str, Any]
    pause: Path
    say: Say
    fates: Counter[str] = field(default_factory=Counter)
    visitors: set[asyncio.Task[None]] = field(default_factory=set)
    robots: list[Robot] = field(default_factory=list)

    @property
    def port(self) -> int:
        return int(self.facts["hosts"]["shared"].split(":")[1])

    async def run(self, seconds: float | None = None) -> None:
        """For so long; None: for ever."""
        beside = [asyncio.create_task(work) for work in (self.staff(), self.tell())]
        try:
            async with asyncio.timeout(seconds):
                await self.receive()
        except TimeoutError:
            self.tell_once()
        finally:
            for task in (*beside, *self.visitors):
                task.cancel()
            for robot in self.robots:
                await robot.stop()

    async def receive(self) -> None:
        loop = asyncio.get_running_loop()
        began = loop.time()
        for arrival in arrivals(self.plan):
            await asyncio.sleep(max(0.0, began + arrival.at - loop.time()))
            while self.pause.exists() or len(self.visitors) >= MOST_AT_ONCE:
                await asyncio.sleep(LOOK_EVERY)
                began += LOOK_EVERY
            task = asyncio.create_task(self.visit(arrival))
            self.visitors.add(task)
            task.add_done_callback(self.visitors.discard)

    async def visit(self, arrival: Arrival) -> None:
        host = self.facts["hosts"]["companies"].get(arrival.story.company, "").split(":")[0]
        if not host:
            return
        chance = Random(f"{self.plan.seed} {arrival.at}")  # noqa: S311  no secret
        try:
            fate: str = await play(arrival, port=self.port, host=host, chance=chance)
        except Refused as refused:
            fate = f"refused ({refused.status})"
        except (OSError, TimeoutError):
            fate = "found nobody at home"
        self.fates[fate] += 1

    async def staff(self) -> None:
        """The robots sign in, each by itself, and on a pause go to a break."""
        for number, login in enumerate(self.facts["logins"].get("simulated", [])):
            robot = Robot(
                port=self.port,
                email=login["email"],
                password=login["password"],
                source=f"127.9.0.{number + 1}",
                chance=Random(f"{self.plan.seed} {login['email']}"),  # noqa: S311
            )
            self.robots.append(robot)
            await self.sign_in(robot)
        on_break = False
        while True:
            await asyncio.sleep(LOOK_EVERY)
            if self.pause.exists() != on_break:
                on_break = not on_break
                for robot in self.robots:
                    robot.later(robot.ask("presence.set", presence="break" if on_break else "available"))

    async def sign_in(self, robot: Robot) -> None:
        while True:
            try:
                await robot.open()
            except (OSError, TimeoutError, PermissionError) as error:
                self.say(f"{robot.email} cannot sign in yet ({error}): again in {SIGN_IN_AGAIN:.0f} s")
                await robot.stop()
                await asyncio.sleep(SIGN_IN_AGAIN)
            else:
                return

    async def tell(self) -> None:
        while True:
            await asyncio.sleep(SUMMARY_EVERY)
            self.tell_once()

    def tell_once(self) -> None:
        told = [f"{number} {fate}" for fate, number in sorted(self.fates.items())]
        self.say(f"visitors: {', '.join([f'{len(self.visitors)} there now', *told])}")
