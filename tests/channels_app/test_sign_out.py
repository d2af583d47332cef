"""A deliberate sign-out gives the conversations back at once; a reload does not. With web and router as they run."""

from __future__ import annotations

import asyncio
import json
import time
from http.client import HTTPConnection
from pathlib import Path

import pytest
from websockets.asyncio.client import ClientConnection, connect

from contactcenter.operation.accounts.models import User
from contactcenter.operation.routing.models import Offer, WorkItem
from tenants.door import in_shared
from tests.channels_app.desks import session_of
from tests.channels_app.test_served import Web, hello, web
from tests.operation.routing.test_route_process import routers
from tests.people import held_chat, make_agent

__all__ = ["web"]  # the fixture
AT_ONCE = 2.0  # seconds
TOKEN = "x" * 32


class Browser:
    """One person's, on the shared host."""

    def __init__(self, web: Web, user: User) -> None:
        self.port = web.port
        self.address = f"localhost:{web.port}"
        self.cookies = f"session_{web.port}={session_of(user)}; csrf_{web.port}={TOKEN}"

    async def open_desk(self) -> ClientConnection:
        line = await connect(
            f"ws://{self.address}/ws/desk/",
            host="127.0.0.1",
            port=self.port,
            origin=f"http://{self.address}",  # type: ignore[arg-type]
            additional_headers={"Cookie": self.cookies},
            proxy=None,
        )
        assert (await hello(line))["t"] == "snapshot"
        return line

    def sign_out(self) -> None:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=15)
        headers = {
            "Host": self.address,
            "Origin": f"http://{self.address}",
            "Cookie": self.cookies,
            "Content-Type": "application/x-www-form-urlencoded",
        }
        connection.request("POST", "/accounts/logout/", f"csrfmiddlewaretoken={TOKEN}", headers)
        assert connection.getresponse().status == 302
        connection.close()


@pytest.mark.slow
async def test_signing_out_gives_back_at_once_what_a_reload_keeps(web: Web, committed: str, tmp_path: Path) -> None:
    ines = await in_shared(make_agent, "Inés", ["borealis"])
    nils = await in_shared(make_agent, "Nils", ["borealis"])
    item = await in_shared(held_chat, "borealis", ines)
    hers, telephone = await in_shared(Browser, web, ines.user), await in_shared(Browser, web, ines.user)
    with routers(committed, tmp_path):
        his = await (await in_shared(Browser, web, nils.user)).open_desk()
        line = await hers.open_desk()
        await line.close()
        await asyncio.sleep(AT_ONCE)
        assert await holder(item) == ines.pk, "a reload"

        await hers.open_desk()
        await telephone.open_desk()
        await asyncio.to_thread(hers.sign_out)
        await asyncio.sleep(AT_ONCE)
        assert await holder(item) == ines.pk, "still signed in on another device"

        began = time.monotonic()
        await asyncio.to_thread(telephone.sign_out)
        while not await in_shared(rings_at, item, nils.pk):
            assert time.monotonic() - began < AT_ONCE
            await asyncio.sleep(0.02)
        await his.send(json.dumps({"v": 1, "t": "hello"}))
        whole = json.loads(await asyncio.wait_for(his.recv(), 5))
        assert [(card["id"], card["state"]) for card in whole["items"]] == [(item.pk, "offered")]


async def holder(item: WorkItem) -> int | None:
    await in_shared(item.refresh_from_db)
    return item.agent_id


def rings_at(item: WorkItem, agent_id: int) -> bool:
    return Offer.objects.filter(item=item, agent=agent_id, state=Offer.State.OPEN).exists()
