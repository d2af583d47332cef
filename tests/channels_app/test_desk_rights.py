"""What is revoked stops at once. Who is let in, and that what is foreign is missing: tests/access."""

from __future__ import annotations

import asyncio
import time
from uuid import uuid4

import pytest
from django.conf import settings

from contactcenter.lib.clock import now
from contactcenter.operation.accounts import services as accounts
from contactcenter.operation.accounts.models import Role, User
from contactcenter.operation.agents.models import DeskSocket
from contactcenter.operation.agents.services import lost_agents
from contactcenter.operation.outbox import relay as outbox_relay
from tenants.door import in_shared
from tests.channels_app.desks import Desk, relay, session_of
from tests.people import company, held_chat, make_agent, say
from tests.signed_in import signed_in


class Floor:
    def __init__(self) -> None:
        self.admin = User.objects.create_user("ada@bpo.example", None, name="Ada", role=Role.ADMIN)
        self.ines = make_agent("Inés", ["aurora"])
        self.session = session_of(self.ines.user)
        self.mine = held_chat("aurora", self.ines)


@pytest.fixture
def floor(committed: str) -> Floor:
    return Floor()


async def test_another_sites_page_is_refused_before_accept(floor: Floor) -> None:
    assert not await Desk(floor.session, origin="http://evil.example").connect()


async def test_a_session_of_another_host_is_none(floor: Floor) -> None:
    def elsewhere() -> str:
        client = signed_in(floor.ines.user, host="aurora.localhost")
        return next(iter(client.cookies.values())).value

    desk = Desk(await in_shared(elsewhere))
    assert await desk.connect()
    assert await desk.closed() == 4401


async def test_revoked_rights_close_the_socket(floor: Floor) -> None:
    desk = Desk(floor.session)
    await desk.open()
    await in_shared(accounts.change_companies, agent=floor.ines, tenants=[], by=floor.admin, now=now())
    began = time.monotonic()
    await relay()
    assert await desk.closed() == 4403
    assert time.monotonic() - began < 2


async def test_revoked_rights_close_pages_and_sockets_in_time(floor: Floor) -> None:
    """Promise P12, through the real relay: pages within one second, sockets within two."""
    relaying = asyncio.create_task(outbox_relay.run())
    for number in range(5):
        agent = await in_shared(make_agent, f"Leaver{number}", ["aurora"])
        browser = await in_shared(signed_in, agent.user)
        desk = Desk(browser.cookies[settings.SESSION_COOKIE_NAME].value)
        await desk.open()
        assert (await asyncio.to_thread(browser.get, "/desk/")).status_code == 200

        await in_shared(accounts.change_companies, agent=agent, tenants=[], by=floor.admin, now=now())
        began = time.monotonic()
        assert (await asyncio.to_thread(browser.get, "/desk/")).status_code == 302
        assert time.monotonic() - began < 1
        assert await desk.closed(seconds=2) in (4401, 4403)  # the refused page has ended the session too
        assert time.monotonic() - began < 2
    relaying.cancel()


async def test_a_deactivated_agent_is_stopped_even_if_the_news_is_lost(floor: Floor) -> None:
    desk = Desk(floor.session)
    await desk.open()
    await in_shared(accounts.deactivate, user=floor.ines.user, by=floor.admin, now=now())
    await desk.send(
        "message.send",
        id=str(uuid4()),
        company="aurora",
        conversation=str(floor.mine.conversation),
        text="too late",
        files=[],
    )
    assert await desk.closed() == 4403


async def test_signed_out_closes_every_socket_of_the_session(floor: Floor) -> None:
    desk = Desk(floor.session)
    await desk.open()

    await in_shared(accounts.leave, user=floor.ines.user, session_key=floor.session, now=now())
    await relay()
    assert await desk.closed() == 4401


async def test_signed_out_from_elsewhere_the_desk_closes_in_time(floor: Floor) -> None:
    """From the list of one's own sessions, in another browser."""
    there = await in_shared(signed_in, floor.ines.user)
    await in_shared(there.get, "/accounts/sessions/")
    desk = Desk(there.cookies[settings.SESSION_COOKIE_NAME].value)
    await desk.open()
    here = await in_shared(signed_in, floor.ines.user)
    page = await asyncio.to_thread(here.get, "/accounts/sessions/")
    [other] = [one for one in page.context["sessions"] if not one.is_this]
    started = time.monotonic()
    await asyncio.to_thread(here.post, f"/accounts/sessions/{other.id}/end/")
    await relay()
    assert await desk.closed() == 4401
    assert time.monotonic() - started < 2


async def test_a_refused_session_gives_up_what_its_desk_held(floor: Floor) -> None:
    """Not after the grace of a lost line: whoever it was, the line is there, and the right is not."""
    desk = Desk(floor.session)
    await desk.open()
    await in_shared(accounts.revoke, floor.ines.user)
    await relay()
    assert await desk.closed() == 4403
    await in_shared(floor.mine.refresh_from_db)
    assert (floor.mine.state, floor.mine.front) == ("waiting", True)


async def test_who_changes_the_password_keeps_what_is_in_hand(floor: Floor) -> None:
    """The other tab's desk closes, and there is the grace to open it again."""
    old, new = "a long walk on the beach", "another long walk in the hills"
    floor.ines.user.set_password(old)
    await in_shared(floor.ines.user.save)
    browser = await in_shared(signed_in, floor.ines.user)
    desk = Desk(browser.cookies[settings.SESSION_COOKIE_NAME].value)
    await desk.open()
    fields = {"oldpassword": old, "password1": new, "password2": new}
    answer = await asyncio.to_thread(browser.post, "/accounts/password/change/", fields)
    assert answer.status_code == 302
    await relay()
    assert await desk.closed() == 4401
    await in_shared(floor.mine.refresh_from_db)
    assert (floor.mine.state, floor.mine.agent_id) == ("active", floor.ines.pk)
    assert floor.ines.pk not in await in_shared(lost_agents, now=now())
    await asyncio.to_thread(browser.post, "/accounts/logout/")
    await in_shared(floor.mine.refresh_from_db)
    assert floor.mine.state == "waiting", "the desk went with the session it had become part of"


async def test_who_gains_a_company_gets_a_new_desk(floor: Floor) -> None:
    desk = Desk(floor.session)
    whole = await desk.open()
    assert list(whole["companies"]) == ["aurora"]

    def gain() -> None:
        served = [company("aurora"), company("cumbre")]
        accounts.change_companies(agent=floor.ines, tenants=served, by=floor.admin, now=now())

    await in_shared(gain)
    await relay()
    whole = await desk.next("snapshot")
    assert list(whole["companies"]) == ["aurora", "cumbre"]
    await desk.leave()


async def test_a_delivery_is_checked_again(floor: Floor) -> None:
    """The news of a conversation comes, yet the company was taken away: nothing of it is sent."""
    desk = Desk(floor.session)
    await desk.open()
    talk = {"company": "aurora", "conversation": str(floor.mine.conversation)}
    await desk.ask("conversation.open", **talk)

    def take_away() -> None:
        floor.ines.tenants.clear()  # without the epoch, without news
        say(floor.mine, "for others only")

    await in_shared(take_away)
    await relay()
    hidden = await desk.next("conversation.hidden")
    assert (hidden["company"], hidden["conversation"]) == tuple(talk.values())
    await desk.send("heartbeat", rev=None, conversations={f"aurora/{floor.mine.conversation}": 0})
    await desk.next("heartbeat")
    assert "for others only" not in str(desk.told)
    await desk.leave()


async def test_the_open_socket_is_known_to_the_floor(floor: Floor) -> None:
    desk = Desk(floor.session)
    await desk.open()
    assert await in_shared(DeskSocket.objects.filter(agent=floor.ines).count) == 1
    await desk.leave()
