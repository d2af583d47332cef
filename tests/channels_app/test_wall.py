"""A screen on the wall: figures and alarms, nobody's name, its token read at each delivery."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from channels_app import boards
from contactcenter.lib.clock import now
from contactcenter.operation.accounts.models import User
from contactcenter.operation.wallboards import services as wallboards
from contactcenter.operation.wallboards.models import Wallboard
from contactcenter.operation.wallboards.services import Made
from tenants.door import in_shared
from tests.channels_app.desks import relay
from tests.channels_app.floors import WallSocket
from tests.people import chat, company, held_chat, make_agent

REVOKED = 4403


class House:
    def __init__(self) -> None:
        self.sam = User.objects.create(email="sam@bpo.example", name="Sam Whitlock", role="supervisor")
        self.ines = make_agent("Inés", ["aurora", "borealis"])
        held_chat("aurora", self.ines)

    def wall(self, schema: str = "") -> Made:
        tenant = company(schema) if schema else None
        later = now() + timedelta(days=1)
        return wallboards.make(name="Door", tenant=tenant, expires_at=later, by=self.sam, now=now())


@pytest.fixture
def house(committed: str) -> House:
    return House()


async def test_it_shows_figures_and_follows_within_two_seconds(house: House) -> None:
    made = await in_shared(house.wall)
    wall = WallSocket(made.token)
    whole = await wall.open()
    assert {row["schema"] for row in whole["companies"]} == {"aurora", "borealis", "cumbre"}
    aurora = next(row for row in whole["companies"] if row["schema"] == "aurora")
    assert (aurora["in_hand"], aurora["waiting"], aurora["today"]["level"]) == (1, 0, 100.0)
    assert whole["agents"] == 1
    await in_shared(chat, "aurora")
    await relay()
    changed = await wall.next("wall.changed", seconds=2)
    assert changed["waiting"] == 1
    assert changed["rev"] == whole["rev"] + 1
    for name in ("Inés", "Vera", "Sam"):
        assert name not in str([whole, changed])
    await wall.leave()


async def test_of_one_company_it_shows_no_other(house: House) -> None:
    made = await in_shared(house.wall, "borealis")
    wall = WallSocket(made.token)
    whole = await wall.open()
    assert [row["schema"] for row in whole["companies"]] == ["borealis"]
    await in_shared(chat, "aurora")
    await relay()
    await asyncio.sleep(1)
    await wall.send("heartbeat", rev=whole["rev"])
    assert (await wall.next("heartbeat"))["rev"] == whole["rev"]
    assert "aurora" not in str([whole, *wall.told]).lower()
    await wall.leave()


@pytest.mark.parametrize("how", ["revoked", "over"])
async def test_it_goes_dark_at_once_and_stays_dark(house: House, how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(boards, "AT_LEAST_EVERY", 1.0)
    made = await in_shared(house.wall)
    wall = WallSocket(made.token)
    await wall.open()

    def end() -> None:
        if how == "revoked":
            wallboards.revoke(wallboard_id=made.wallboard.pk, by=house.sam, now=now())
        else:
            Wallboard.objects.filter(pk=made.wallboard.pk).update(expires_at=now())

    await in_shared(end)
    if how == "revoked":
        await relay()
    assert await wall.closed(seconds=2) == REVOKED
    again = WallSocket(made.token)
    assert await again.connect()
    await again.send("hello")
    assert await again.closed() == REVOKED


@pytest.mark.parametrize("token", ["", "wrong", "é"])
async def test_without_its_token_it_shows_nothing(house: House, token: str) -> None:
    wall = WallSocket(token)
    assert await wall.connect()
    await wall.send("heartbeat", rev=0)
    assert (await wall.next("error"))["code"] == "hello_first"
    await wall.send("hello")
    assert await wall.closed() == REVOKED
    assert wall.told == []


async def test_it_is_opened_by_our_own_page_alone(house: House) -> None:
    made = await in_shared(house.wall)
    assert not await WallSocket(made.token, origin="http://evil.example").connect()


async def test_it_steers_nothing(house: House) -> None:
    made = await in_shared(house.wall)
    wall = WallSocket(made.token)
    await wall.open()
    answer: dict[str, Any] = await wall.ask("agent.force", agent=house.ines.pk, presence="offline", reason="x")
    assert (answer["t"], answer["code"]) == ("error", "unknown")
    await wall.leave()
