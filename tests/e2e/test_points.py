"""A process dies between two steps of a message's way: what was acknowledged is there once, in order, on both screens
(P3).

The ways: the conversation is locked, the message inserted, its news written, all of it committed; the relay has
published it; the page has not yet been told.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from contactcenter.demo.running import MANY_VISITORS, Demo, start_demo
from tests.e2e.points.sitecustomize import POINTS
from tests.e2e.test_faults import Floor, crowd

HERE = Path(__file__).parent / "points"
PASSED_WITHIN, READY_WITHIN = 60.0, 60.0


@pytest.fixture
def mined(tmp_path: Path) -> Iterator[Mines]:
    """A demo whose processes die at points. Gives what kills at one of them and waits until all is up again."""
    points = tmp_path / "points"
    points.mkdir()
    demo = start_demo(tmp_path / "demo", more={**MANY_VISITORS, "PYTHONPATH": str(HERE), "POINTS": str(points)})
    yield Mines(demo, points)
    demo.stop()


class Mines:
    def __init__(self, demo: Demo, folder: Path) -> None:
        self.demo, self.folder = demo, folder

    def kill_at(self, point: str) -> None:
        process = POINTS[point][0]
        old, mine = self.demo.pid(process), self.folder / point
        mine.touch()
        wait_until(lambda: not mine.exists(), PASSED_WITHIN, f"nothing passed {point}")
        wait_until(lambda: self.demo.pid(process) != old, READY_WITHIN, f"{process} was not started again")
        self.demo.wait_ready(READY_WITHIN)


def wait_until(so: Callable[[], bool], seconds: float, otherwise: str) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            if so():
                return
        except (FileNotFoundError, ValueError):  # the process's own file is just being written
            pass
        time.sleep(0.05)
    raise AssertionError(otherwise)


async def chat_through_kills(mines: Mines, floor: Floor, times: int) -> None:
    try:
        await floor.open()
        await floor.start_talking()
        for _ in range(times):
            for point in POINTS:
                await asyncio.to_thread(mines.kill_at, point)
                await asyncio.sleep(1)
        await floor.stop_talking()
    finally:
        await floor.close()


@pytest.mark.faults
async def test_one_death_at_each_point(mined: Mines) -> None:
    await chat_through_kills(mined, Floor(mined.demo), times=1)


@pytest.mark.soak
async def test_seventeen_deaths_at_each_point(mined: Mines) -> None:
    """Six points: 102 deaths, under 200 chats."""
    await chat_through_kills(mined, crowd(mined.demo, pause=8.0), times=17)
