"""Notes on the wall, on the desks concerned at once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from contactcenter.lib.clock import now
from contactcenter.operation.accounts.models import User
from contactcenter.operation.notices import services as notices
from contactcenter.operation.notices.models import Notice
from tenants.door import in_shared
from tests.channels_app.desks import Desk, relay, session_of
from tests.people import company, make_agent


class House:
    def __init__(self) -> None:
        self.sam = User.objects.create(email="sam@bpo.example", name="Sam Whitlock", role="supervisor")
        self.ines = make_agent("Inés", ["aurora"])
        self.session = session_of(self.ines.user)

    def post(self, text: str, schema: str = "", seconds: float = 600) -> Notice:
        tenant = company(schema) if schema else None
        later = now() + timedelta(seconds=seconds)
        return notices.post(text=text, level="warning", tenant=tenant, expires_at=later, by=self.sam, now=now())


@pytest.fixture
def house(committed: str) -> House:
    return House()


async def test_it_comes_at_once_stands_in_the_snapshot_and_goes(house: House) -> None:
    desk = Desk(house.session)
    assert (await desk.open())["notices"] == []
    notice = await in_shared(house.post, "Payments are down", "aurora")
    await relay()
    frame = await desk.next("notices.changed", seconds=2)
    assert frame["notices"] == [
        {
            "id": notice.pk,
            "text": "Payments are down",
            "level": "warning",
            "company": "Aurora Travel",
            "queue": "",
            "by": "Sam Whitlock",
            "posted_at": notice.posted_at.isoformat(),
            "expires_at": notice.expires_at.isoformat(),
        }
    ]
    await desk.send("hello")
    assert (await desk.next("snapshot"))["notices"] == frame["notices"]
    await in_shared(lambda: notices.take_down(notice_id=notice.pk, by=house.sam, now=now()))
    await relay()
    assert (await desk.next("notices.changed"))["notices"] == []
    await desk.leave()


async def test_of_another_company_nothing_comes(house: House) -> None:
    desk = Desk(house.session)
    await desk.open()
    await in_shared(house.post, "Secret of the bank", "borealis")
    await relay()
    await in_shared(house.post, "For all")
    await relay()
    frame = await desk.next("notices.changed")
    assert [notice["text"] for notice in frame["notices"]] == ["For all"]
    assert "bank" not in str(desk.told)
    await desk.leave()


async def test_a_lost_push_comes_with_the_heartbeat(house: House) -> None:
    desk = Desk(house.session)
    whole = await desk.open()
    await in_shared(house.post, "Not told")  # and no relay
    await desk.send("heartbeat", rev=whole["rev"], conversations={})
    await desk.next("heartbeat")
    assert [frame["notices"][0]["text"] for frame in desk.told if frame["t"] == "notices.changed"] == ["Not told"]
    await desk.send("heartbeat", rev=whole["rev"], conversations={})
    await desk.next("heartbeat")
    assert [frame["t"] for frame in desk.told].count("notices.changed") == 1
    await desk.leave()
