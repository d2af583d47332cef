"""Orders from another terminal: carried out one at a time, answered in words, and not over the end of the product."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from contactcenter.run.orders import order, taking_orders
from contactcenter.run.place import Place, make_folders
from contactcenter.run.refusal import Refusal


@pytest.fixture
def place(tmp_path: Path) -> Place:
    place = Place(tmp_path / "data", 1)
    make_folders(place)
    return place


async def ask(place: Place) -> int:
    return await asyncio.to_thread(order, place, "restart")


async def test_each_step_is_shown_and_the_end(place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    async def restart(tell: Callable[[str], None]) -> None:
        tell("web")
        await asyncio.sleep(0.1)
        tell("web-2")

    async with taking_orders(place, {"restart": restart}):
        assert place.control.stat().st_mode & 0o777 == 0o600
        assert await ask(place) == 0
    assert capsys.readouterr().out.splitlines() == ["  web", "  web-2", "Done after 0 s."]


async def test_what_fails_is_said_and_the_next_order_is_taken(place: Place) -> None:
    failures: list[Exception] = [Refusal("The new web did not become ready."), KeyError("x")]

    async def restart(tell: Callable[[str], None]) -> None:
        if failures:
            raise failures.pop(0)

    async with taking_orders(place, {"restart": restart}):
        with pytest.raises(Refusal, match="did not become ready"):
            await ask(place)
        with pytest.raises(Refusal, match="something broke on our side"):
            await ask(place)
        assert await ask(place) == 0


async def test_a_second_order_is_refused_and_the_end_cancels_the_first(place: Place) -> None:
    begun = asyncio.Event()
    ended: list[str] = []

    async def restart(tell: Callable[[str], None]) -> None:
        begun.set()
        try:
            await asyncio.sleep(600)
        finally:
            ended.append("cancelled")

    async with taking_orders(place, {"restart": restart}):
        first = asyncio.create_task(ask(place))
        await begun.wait()
        with pytest.raises(Refusal, match="one is being carried out already"):
            await ask(place)
    assert ended == ["cancelled"]
    with pytest.raises(Refusal, match="The supervisor ended meanwhile"):
        await first
    with pytest.raises(Refusal, match="Nothing that takes orders runs in"):
        await ask(place)
