"""The supervisor's socket: what it shows, to whom, how often, and what it changes on the desks."""

from __future__ import annotations

import asyncio
import itertools
import random
from typing import Any

import pytest
from django.contrib.sessions.models import Session

from channels_app import boards
from contactcenter.faces.floor.changes import whole
from contactcenter.faces.floor.reading import read_floor
from contactcenter.lib.clock import now
from contactcenter.operation.accounts.models import User
from contactcenter.operation.agents.models import Presence
from contactcenter.operation.agents.services import set_presence
from contactcenter.operation.routing.models import WorkItem
from contactcenter.operation.routing.services import reprioritise
from tenants.door import in_shared
from tests.channels_app.desks import Desk, relay, session_of
from tests.channels_app.floors import FloorScreen, FloorSocket
from tests.channels_app.histories import History, furnish
from tests.people import chat, held_chat, make_agent, make_queue

CLOSED_REVOKED, CLOSED_SIGNED_OUT = 4403, 4401


class House:
    def __init__(self) -> None:
        self.sam = User.objects.create(email="sam@bpo.example", name="Sam Whitlock", role="supervisor")
        self.ines = make_agent("Inés", ["aurora", "borealis"])
        self.nils = make_agent("Nils", ["aurora", "borealis"])
        self.session = session_of(self.sam)


@pytest.fixture
def house(committed: str) -> House:
    return House()


@pytest.fixture
def heals_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(boards, "AT_LEAST_EVERY", 1.0)


async def watching(house: House) -> FloorSocket:
    floor = FloorSocket(house.session)
    await floor.open()
    return floor


def row_of(frame: dict[str, Any], part: str, key: object) -> Any:
    return frame.get(part, {}).get("put", {}).get(str(key))


async def test_it_shows_who_waits_and_follows(house: House) -> None:
    first = await in_shared(chat, "aurora")
    floor = FloorSocket(house.session)
    snapshot = await floor.open()
    assert snapshot["items"][str(first.pk)]["why"] == "next"
    assert {agent["name"] for agent in snapshot["agents"].values()} == {"Inés Surname", "Nils Surname"}
    assert "Vera" not in str(snapshot)

    second = await in_shared(chat, "borealis")
    await relay()
    frame = await floor.until(lambda frame: row_of(frame, "items", second.pk) is not None, seconds=2)
    assert frame["t"] == "floor.changed"
    assert row_of(frame, "companies", "borealis")["waiting"] == 1
    assert row_of(frame, "companies", "aurora") is None  # nothing of it has changed
    await floor.leave()


async def test_news_that_were_lost_come_by_themselves(house: House, heals_soon: None) -> None:
    floor = await watching(house)
    item = await in_shared(chat, "aurora")  # and no relay
    await floor.until(lambda frame: row_of(frame, "items", item.pk) is not None, seconds=4)
    await floor.leave()


async def test_hundreds_of_changes_are_a_few_frames(house: House) -> None:
    floor = await watching(house)
    queue = await in_shared(make_queue, "aurora")
    await in_shared(lambda: type(queue).objects.filter(pk=queue.pk).update(max_waiting=500))
    for _ in range(10):
        for _ in range(10):
            await in_shared(chat, "aurora")
        await relay()
        await asyncio.sleep(0.05)
    started = asyncio.get_running_loop().time()
    await floor.until(
        lambda frame: frame["t"] == "floor.changed" and frame["companies"]["put"]["aurora"]["waiting"] == 100,
        seconds=10,
    )
    seconds = asyncio.get_running_loop().time() - started
    changed = [frame for frame in floor.told if frame["t"] == "floor.changed"]
    assert len(changed) <= 2 * (seconds + 30)  # at most two a second of this test
    await floor.leave()


async def test_two_frames_are_half_a_second_apart(house: House) -> None:
    floor = await watching(house)
    moments = []
    for _ in range(3):
        item = await in_shared(chat, "aurora")
        await relay()
        await floor.until(lambda frame, pk=item.pk: row_of(frame, "items", pk) is not None)
        moments.append(asyncio.get_running_loop().time())
    assert all(later - sooner >= 0.45 for sooner, later in itertools.pairwise(moments))
    await floor.leave()


async def test_all_who_watch_share_one_reading(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    readings = []
    real = boards.look

    def counted(*args: Any) -> Any:
        readings.append(len(args[3]))
        return real(*args)

    monkeypatch.setattr(boards, "look", counted)
    floors = [await watching(house) for _ in range(5)]
    await asyncio.sleep(0.6)
    before = len(readings)
    item = await in_shared(chat, "aurora")
    await relay()
    for floor in floors:
        await floor.until(lambda frame, pk=item.pk: row_of(frame, "items", pk) is not None)
    assert len(readings) - before <= 2
    for floor in floors:
        await floor.leave()


@pytest.mark.parametrize("role", ["agent", "", "admin"])
async def test_it_is_for_supervisors_and_admins(house: House, role: str) -> None:
    def make() -> str:
        return session_of(User.objects.create(email="x@bpo.example", name="X", role=role))

    floor = FloorSocket(await in_shared(make))
    assert await floor.connect()
    await floor.send("hello")
    if role == "admin":
        assert (await floor.next("snapshot"))["companies"]
        await floor.leave()
    else:
        assert await floor.closed() == CLOSED_REVOKED


async def test_without_a_session_or_from_another_page_nothing_opens(house: House) -> None:
    stranger = FloorSocket("no-such-session")
    assert await stranger.connect()
    assert await stranger.closed() == CLOSED_SIGNED_OUT
    assert not await FloorSocket(house.session, origin="http://evil.example").connect()


async def test_the_right_is_asked_for_at_each_delivery(house: House) -> None:
    floor = await watching(house)
    await in_shared(lambda: User.objects.filter(pk=house.sam.pk).update(role="agent"))  # without epoch or news
    await in_shared(chat, "aurora")
    await relay()
    assert await floor.closed() == CLOSED_REVOKED
    assert not [frame for frame in floor.told if frame.get("items", {}).get("put")]


async def test_who_signs_out_is_shown_no_more(house: House, heals_soon: None) -> None:
    floor = await watching(house)
    await in_shared(lambda: Session.objects.all().delete())
    assert await floor.closed() == CLOSED_SIGNED_OUT


async def test_a_heartbeat_says_what_was_sent(house: House) -> None:
    floor = FloorSocket(house.session)
    assert await floor.connect()
    await floor.send("heartbeat", rev=0)
    assert (await floor.next("error"))["code"] == "hello_first"
    await floor.send("hello")
    snapshot = await floor.next("snapshot")
    assert (await floor.next("heartbeat"))["rev"] == snapshot["rev"]
    await floor.send("heartbeat", rev=snapshot["rev"])
    assert (await floor.next("heartbeat"))["rev"] >= snapshot["rev"]
    await floor.leave()


# What it changes --------------------------------------------------------------------------------------------------


async def test_what_is_given_away_leaves_one_desk_at_once(house: House) -> None:
    item = await in_shared(held_chat, "aurora", house.ines)
    desk, floor = Desk(await in_shared(session_of, house.ines.user)), await watching(house)
    await desk.open()
    answer = await floor.ask("item.reassign", item=item.pk, agent=house.nils.pk)
    assert answer["t"] == "ok"
    await relay()
    removed = await desk.next("item.removed")
    assert removed["item"] == item.pk
    told = await floor.until(lambda frame: row_of(frame, "items", item.pk) is not None)
    row = row_of(told, "items", item.pk)
    assert (row["why"], row["agent"], row["front"]) == ("for_one", house.nils.pk, True)
    await desk.leave()
    await floor.leave()


async def test_move_and_priority_and_their_refusals_in_words(house: House) -> None:
    item = await in_shared(chat, "aurora")
    second = await in_shared(make_queue, "aurora", "Second", is_default=False)
    foreign = await in_shared(make_queue, "borealis")
    floor = await watching(house)
    assert (await floor.ask("item.move", item=item.pk, queue=second.pk))["t"] == "ok"
    assert (await floor.ask("item.reprioritise", item=item.pk, priority=-2))["t"] == "ok"
    await in_shared(item.refresh_from_db)
    assert (item.queue_id, item.priority) == (second.pk, -2)
    for frame, code in (
        ({"t": "item.move", "item": item.pk, "queue": foreign.pk}, "no_such_target"),
        ({"t": "item.move", "item": 10**9, "queue": second.pk}, "not_waiting"),
        ({"t": "item.reassign", "item": item.pk, "agent": 10**9}, "no_such_target"),
        ({"t": "item.reprioritise", "item": item.pk, "priority": 3}, "not_chosen"),
        ({"t": "item.reprioritise", "item": item.pk, "priority": True}, "malformed"),
        ({"t": "agent.force", "agent": house.ines.pk, "presence": "break", "reason": " "}, "reason_missing"),
        ({"t": "agent.force", "agent": house.ines.pk, "presence": "not_responding", "reason": "x"}, "not_from_here"),
        ({"t": "agent.day", "agent": 10**9, "zone": "UTC"}, "no_such_target"),
        ({"t": "item.story", "item": 10**9}, "not_waiting"),
    ):
        answer = await floor.ask(**frame)
        assert (answer["t"], answer["code"]) == ("error", code), frame
        assert answer["message"] or code == "malformed"
    await floor.leave()


async def test_a_forced_state_is_on_the_desk_with_the_reason(house: House) -> None:
    desk, floor = Desk(await in_shared(session_of, house.ines.user)), await watching(house)
    await desk.open()
    answer = await floor.ask("agent.force", agent=house.ines.pk, presence="break", reason="Fire drill")
    assert answer["t"] == "ok"
    await relay()
    forced = await desk.next("presence.forced")
    assert (forced["by"], forced["presence"], forced["reason"]) == ("Sam Whitlock", "break", "Fire drill")
    changed = [frame for frame in desk.told if frame["t"] == "agent.changed"] or [await desk.next("agent.changed")]
    assert changed[-1]["me"]["presence"] == "break"
    await desk.leave()
    await floor.leave()


async def test_why_did_it_go_there(house: House) -> None:
    item = await in_shared(held_chat, "aurora", house.ines)
    await in_shared(lambda: reprioritise_fails(item, house.sam))
    floor = await watching(house)
    await floor.ask("item.reassign", item=item.pk, agent=house.nils.pk)
    events = (await floor.ask("item.story", item=item.pk))["events"]
    assert [event["what"] for event in events] == ["queued", "rang", "handled", "reassigned"]
    assert events[1]["agent"] == "Inés Surname"
    assert events[1]["outcome"] == "accepted"
    assert (events[3]["by"], events[3]["before"], events[3]["after"]) == (
        "Sam Whitlock",
        "Inés Surname",
        "Nils Surname",
    )
    assert "Vera" not in str(events)
    await floor.leave()


def reprioritise_fails(item: WorkItem, sam: User) -> None:
    with pytest.raises(Exception, match=str(item.pk)):
        reprioritise(item_id=item.pk, priority=1, by=sam, now=now())


async def test_an_agents_day(house: House) -> None:
    await in_shared(lambda: set_presence(agent_id=house.ines.pk, presence=Presence.BREAK, now=now()))
    floor = await watching(house)
    day = (await floor.ask("agent.day", agent=house.ines.pk, zone="Pacific/Kiritimati"))["day"]
    assert day["name"] == "Inés Surname"
    assert [stretch["presence"] for stretch in day["stretches"]][-2:] == ["available", "break"]
    assert day["stretches"][-1]["end"] == day["end"]
    assert day["start"].endswith("+14:00")
    await floor.leave()


# Frames add up ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lost", [0.0, 0.3])
async def test_frames_add_up_to_a_fresh_reading(house: House, lost: float) -> None:
    await in_shared(furnish)
    history, chance = History(house.ines, house.nils, 8), random.Random(8)
    floor, screen = FloorSocket(house.session), FloorScreen()
    screen.take_in(await floor.open())
    await floor.next("heartbeat")

    def take_in(frames: list[dict[str, Any]]) -> None:
        for frame in frames:
            if frame["t"] == "snapshot" or chance.random() >= lost:
                screen.take_in(frame)

    async def beat() -> None:
        """A heartbeat, and everything that came until its answer; a page that sees a gap asks anew."""
        await floor.send("heartbeat", rev=screen.rev or 0)
        answer = await floor.next("heartbeat")
        take_in(floor.told)
        screen.take_in(answer)
        if screen.stale:
            await floor.send("hello")
            floor.told.clear()
            screen.take_in(await floor.next("snapshot"))
            await floor.next("heartbeat")
        floor.told.clear()

    for _ in range(12):
        for _ in range(4):
            await in_shared(history.step)
        await relay()
        await asyncio.sleep(0.55)
        await beat()
    await in_shared(chat, "aurora")
    await relay()
    await asyncio.sleep(1.2)  # the last reading is told
    await beat()
    fresh = whole(await in_shared(read_floor, now()))
    for part in ("items", "agents", "pools"):
        assert screen.parts[part] == fresh[part], part
    assert fresh["items"]
    await floor.leave()
