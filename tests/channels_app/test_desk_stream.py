"""What a desk has is what the server has: through gaps, lost news, reconnects, and in two tabs."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from channels_app import liveness, underway
from contactcenter.faces.desk.snapshot import snapshot
from contactcenter.lib.clock import now
from contactcenter.operation.agents.models import DeskSocket, Presence
from contactcenter.operation.agents.services import lost_agents, set_presence
from tenants.door import in_shared, in_tenant
from tenants.models import Tenant
from tests.channels_app.desks import Desk, Frame, relay, session_of, take_events
from tests.people import chat, held_chat, make_agent, newer_than, ring, say


class Floor:
    def __init__(self) -> None:
        self.ines = make_agent("Inés", ["aurora", "borealis"])
        self.session = session_of(self.ines.user)
        self.item = held_chat("aurora", self.ines)
        self.talk = {"company": "aurora", "conversation": str(self.item.conversation)}
        take_events()


@pytest.fixture
def floor(committed: str) -> Floor:
    return Floor()


async def test_a_heartbeat_brings_what_was_lost_in_an_opened_conversation(floor: Floor) -> None:
    desk = Desk(floor.session)
    whole = await desk.open()
    opened = await desk.ask("conversation.open", **floor.talk)
    key = "/".join(floor.talk.values())
    known = opened["conversation"]["rev"]
    for text in ("one", "two", "three"):
        await in_shared(say, floor.item, text)
    await in_shared(take_events)  # Redis went away with all of it

    await desk.send("heartbeat", rev=whole["rev"], conversations={key: known})
    answer = await desk.next("heartbeat")
    assert answer["rev"] == whole["rev"]
    (missed,) = [frame for frame in desk.told if frame["t"] == "messages"]
    assert [message["text"] for message in missed["messages"]] == ["one", "two", "three"]
    (card,) = [frame["item"] for frame in desk.told if frame["t"] == "item.changed"]
    assert (card["unread"], card["last"]["text"], card["rev"]) == (4, "three", missed["rev"])

    desk.told.clear()
    await desk.send("heartbeat", rev=whole["rev"], conversations={key: missed["rev"]})
    await desk.next("heartbeat")
    assert desk.told == []
    await desk.leave()


async def test_a_message_comes_once_before_its_card_and_a_heartbeat_that_crosses_it_asks_for_nothing(
    floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk(floor.session)
    whole = await desk.open()
    opened = await desk.ask("conversation.open", **floor.talk)
    known = {"/".join(floor.talk.values()): opened["conversation"]["rev"]}
    await in_shared(say, floor.item, "one")
    await relay()
    await desk.next("item.changed")
    await desk.send("heartbeat", rev=whole["rev"], conversations=known)
    await desk.next("heartbeat")
    assert [frame["t"] for frame in desk.told] == ["messages"]

    monkeypatch.setattr(underway, "WITHIN", 0.0)
    await desk.send("heartbeat", rev=whole["rev"], conversations=known)
    await desk.next("heartbeat")
    assert [frame["t"] for frame in desk.told] == ["messages", "messages", "item.changed"], "it did not arrive"
    await desk.leave()


async def test_a_gap_in_the_agents_own_stream_is_answered_with_all_of_it(floor: Floor) -> None:
    desk = Desk(floor.session)
    whole = await desk.open()
    other = await in_shared(chat, "borealis")
    await in_shared(ring, other, floor.ines)
    await in_shared(take_events)

    await desk.send("heartbeat", rev=whole["rev"], conversations={})
    again = await desk.next("snapshot")
    assert again["rev"] == whole["rev"] + 1
    assert {card["id"] for card in again["items"]} == {floor.item.pk, other.pk}
    assert (await desk.next("heartbeat"))["rev"] == again["rev"]
    await desk.leave()


async def test_news_that_came_late_do_not_turn_the_desk_back(floor: Floor) -> None:
    desk = Desk(floor.session)
    other = await in_shared(chat, "borealis")
    await in_shared(ring, other, floor.ines)
    whole = await desk.open()  # holds what the news will say
    await relay()
    await desk.send("heartbeat", rev=whole["rev"], conversations={})
    await desk.next("heartbeat")
    assert all(frame["rev"] >= whole["rev"] for frame in desk.told if "rev" in frame)
    assert [frame for frame in desk.told if frame["t"] == "item.removed"] == []
    await desk.leave()


async def test_who_reconnects_within_the_grace_keeps_presence_and_work(floor: Floor) -> None:
    desk = Desk(floor.session)
    await desk.open()
    await desk.leave()
    for text in ("are you", "still there?"):
        await in_shared(say, floor.item, text)
    await relay()

    back = Desk(floor.session)
    whole = await back.open()
    assert whole["me"]["presence"] == "available"
    assert [card["unread"] for card in whole["items"]] == [3]
    opened = await back.ask("conversation.open", **floor.talk)
    texts = [message["text"] for message in opened["messages"] if message["author"] == "customer"]
    assert texts == ["hello", "are you", "still there?"]
    assert await in_shared(lost_agents, now=now()) == []
    await back.leave()


async def test_nothing_is_chosen_for_who_opens_the_desk(committed: str) -> None:
    rosa = await in_shared(make_agent, "Rosa", ["aurora"], available=False)
    desk = Desk(await in_shared(session_of, rosa.user))
    whole = await desk.open()
    assert whole["me"]["presence"] == "offline"
    assert (await desk.ask("presence.set", presence="not_responding"))["field"] == "presence"
    assert (await desk.ask("presence.set", presence="break", reason="siesta"))["field"] == "reason"
    assert (await desk.ask("presence.set", presence="available"))["t"] == "ok"
    await relay()
    assert (await desk.next("agent.changed"))["me"]["presence"] == "available"
    await desk.leave()


async def test_two_tabs_are_one_agent(floor: Floor) -> None:
    one, two = Desk(floor.session), Desk(floor.session)
    await one.open()
    await two.open()
    assert (await one.ask("presence.set", presence="break"))["t"] == "ok"
    await relay()
    assert (await one.next("agent.changed"))["me"]["presence"] == "break"
    assert (await two.next("agent.changed"))["me"]["presence"] == "break"

    await one.ask("conversation.open", **floor.talk)
    await two.ask("conversation.open", **floor.talk)
    await one.ask("message.send", text="from the first tab", files=[], **floor.talk)
    await relay()
    for tab in (one, two):
        assert (await tab.next("messages"))["messages"][0]["text"] == "from the first tab"

    await one.leave()
    assert await in_shared(lost_agents, now=now()) == []
    await two.send("hello")
    assert (await two.next("snapshot"))["me"]["presence"] == "break"
    await two.leave()


async def test_accepting_in_both_tabs_at_once_is_one_acceptance(floor: Floor) -> None:
    other = await in_shared(chat, "borealis")
    await in_shared(ring, other, floor.ines)
    one, two = Desk(floor.session), Desk(floor.session)
    await one.open()
    await two.open()
    first = await one.ask("offer.accept", item=other.pk)
    second = await two.ask("offer.accept", item=other.pk)
    assert (first["t"], second["t"]) == ("ok", "ok")
    joined = await in_tenant("borealis", joined_messages, other.conversation)
    assert joined == 1
    await one.leave()
    await two.leave()


async def test_a_silent_desk_is_lost_after_the_grace_and_an_alive_one_is_not(floor: Floor) -> None:
    desk = Desk(floor.session)
    await desk.open()
    key = UUID(str((await in_shared(DeskSocket.objects.get)).key))
    long_ago = now() - timedelta(seconds=31)
    await in_shared(lambda: DeskSocket.objects.update(seen_at=long_ago))
    assert await in_shared(lost_agents, now=now()) == [floor.ines.pk]
    liveness.seen(key)
    await desk.send("heartbeat", rev=0, conversations={})
    await desk.next("heartbeat")
    await liveness.tell_now()
    assert await in_shared(lost_agents, now=now()) == []
    await desk.leave()


async def test_what_an_admin_changes_is_on_the_desk_within_a_minute(
    floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk(floor.session)
    whole = await desk.open()
    await in_shared(lambda: Tenant.objects.filter(schema_name="aurora").update(colour="#0a0b0c"))
    await desk.send("heartbeat", rev=whole["rev"])
    assert (await desk.until(lambda frame: True))["t"] == "heartbeat", "not looked at each time"

    monkeypatch.setattr("channels_app.desk.SETTING_EVERY", 0)
    await desk.send("heartbeat", rev=whole["rev"])

    colours = (await desk.next("snapshot"))["companies"]["aurora"]["colours"]
    assert colours != whole["companies"]["aurora"]["colours"]
    await desk.leave()


async def test_a_conversation_that_was_let_go_is_not_delivered(floor: Floor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("channels_app.desk.MOST_OPENED", 1)
    second = await in_shared(held_chat, "borealis", floor.ines)
    await in_shared(take_events)
    desk = Desk(floor.session)
    await desk.open()
    await desk.ask("conversation.open", **floor.talk)
    await desk.ask("conversation.open", company="borealis", conversation=str(second.conversation))
    await in_shared(say, floor.item, "of the first")
    await in_shared(say, second, "of the second")
    await relay()
    told = await desk.next("messages")
    assert [message["text"] for message in told["messages"]] == ["of the second"]
    assert [frame for frame in desk.told if frame["t"] == "messages"] == []
    await desk.leave()


@pytest.mark.parametrize(
    ("name", "fields", "field"),
    [
        ("offer.accept", {"item": "1"}, "item"),
        ("offer.accept", {"item": -1}, "item"),
        ("offer.accept", {"item": True}, "item"),
        ("message.send", {"company": "aurora", "conversation": "no uuid", "text": "x"}, "conversation"),
        ("message.send", {"company": 7, "conversation": str(uuid4()), "text": "x"}, "company"),
        ("conversation.open", {"company": "aurora"}, "conversation"),
        ("heartbeat", {"rev": "x"}, "rev"),
        ("heartbeat", {"rev": 1, "conversations": []}, "conversations"),
        ("heartbeat", {"rev": 1, "conversations": {"aurora": 1}}, "conversations"),
        ("heartbeat", {"rev": 1, "conversations": {f"aurora/{uuid4()}": "1"}}, None),
        ("item.transfer", {"item": 1, "warm": "yes"}, "warm"),
    ],
)
async def test_a_bad_field_is_an_error_frame(floor: Floor, name: str, fields: Frame, field: str | None) -> None:
    desk = Desk(floor.session)
    await desk.open()
    await desk.send(name, id=str(uuid4()), **fields)
    error = await desk.next("error")
    assert error["code"] == "malformed"
    assert field is None or error["field"] == field
    await desk.send("hello")
    await desk.next("snapshot")  # the socket lives
    await desk.leave()


async def test_hostile_texts_are_kept_as_text(floor: Floor) -> None:
    desk = Desk(floor.session)
    await desk.open()
    hostile = "<script>alert(1)</script>\x00 \u202eevil \u200b👩‍👩‍👧 {customer}"
    assert (await desk.ask("message.send", text=hostile, files=[], **floor.talk))["t"] == "ok"
    opened = await desk.ask("conversation.open", **floor.talk)
    text = opened["messages"][-1]["text"]
    assert "<script>alert(1)</script>" in text and "👩‍👩‍👧" in text
    assert "\x00" not in text and "\u202e" not in text
    assert (await desk.ask("message.send", text="x" * 5001, files=[], **floor.talk))["code"] == "too_long"
    assert (await desk.ask("message.send", text=" \n ", files=[], **floor.talk))["code"] == "empty"
    await desk.leave()


async def test_the_desks_words_are_in_the_agents_language(committed: str) -> None:
    def spanish_agent() -> str:
        rosa = make_agent("Rosa", ["aurora"], language="es")
        set_presence(agent_id=rosa.pk, presence=Presence.OFFLINE, now=now())
        return session_of(rosa.user)

    desk = Desk(await in_shared(spanish_agent))
    await desk.open()
    error = await desk.ask("offer.accept", item=1)
    assert error["code"] == "offer_gone"
    assert error["message"]
    await desk.leave()


async def test_a_fresh_snapshot_is_what_hello_gives(floor: Floor) -> None:
    desk = Desk(floor.session)
    whole = await desk.open()
    fresh = await in_shared(snapshot, floor.ines, now())
    assert {**whole, "now": ""} == {"v": 1, "t": "snapshot", **fresh, "now": ""}
    await desk.leave()


def joined_messages(conversation: UUID) -> int:
    newer = newer_than(conversation, 0)
    return sum(message.event == "agent.joined" for message in newer.messages)
