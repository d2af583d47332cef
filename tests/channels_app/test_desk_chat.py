"""The main job over the desk's socket: an offer rings, is accepted, both sides write, it is wrapped up."""

from __future__ import annotations

from uuid import uuid4

import pytest

from contactcenter.operation.agents.models import PresenceSpan
from contactcenter.operation.routing.models import WorkItem
from contactcenter.records.conversations.models import BrandOverride, Conversation, Message
from tenants.door import in_shared, in_tenant
from tests.channels_app.desks import Desk, relay, session_of
from tests.people import chat, held_chat, make_agent, ring, say


class Floor:
    """Inés, who serves two companies, and her open desk."""

    def __init__(self) -> None:
        self.ines = make_agent("Inés", ["aurora", "borealis"])
        self.nils = make_agent("Nils", ["aurora"])
        self.session = session_of(self.ines.user)
        self.session_of_nils = session_of(self.nils.user)


@pytest.fixture
def floor(committed: str) -> Floor:
    return Floor()


async def test_accept_by_socket(floor: Floor) -> None:
    item = await in_shared(chat, "aurora", text="hello?")
    desk = Desk(floor.session)
    before = await desk.open()
    assert before["items"] == []

    await in_shared(ring, item, floor.ines)
    await relay()
    offer = await desk.next("item.changed")
    assert offer["item"]["state"] == "offered"
    assert offer["item"]["offer"]["greeting"] == "Aurora Travel, hola, soy Inés."
    assert offer["rev"] == before["rev"] + 1

    answer = await desk.ask("offer.accept", item=item.pk)
    assert (answer["t"], answer["company"], answer["conversation"]) == ("ok", "aurora", str(item.conversation))
    await relay()
    changed = await desk.until(lambda frame: frame["t"] == "item.changed" and frame["item"]["state"] == "active")
    assert changed["rev"] == before["rev"] + 2
    await desk.leave()


async def test_messages_both_ways_each_once(floor: Floor) -> None:
    item = await in_shared(held_chat, "aurora", floor.ines, text="first")
    talk = {"company": "aurora", "conversation": str(item.conversation)}
    desk = Desk(floor.session)
    await desk.open()
    opened = await desk.ask("conversation.open", **talk)
    assert opened["t"] == "conversation.snapshot"
    assert opened["conversation"]["customer"]["timezone"] == "Asia/Tokyo"
    assert [message["text"] for message in opened["messages"] if message["author"] == "customer"] == ["first"]

    key = str(uuid4())
    sent = await desk.ask("message.send", id=key, text="one moment", files=[], **talk)
    again = await desk.ask("message.send", id=key, text="one moment", files=[], **talk)
    assert sent["t"] == "ok" and (again["sequence"], again["rev"]) == (sent["sequence"], sent["rev"])
    await relay()
    told = await desk.next("messages")
    assert [(message["id"], message["text"]) for message in told["messages"]] == [(key, "one moment")]

    await in_shared(say, item, "thank you")
    await relay()
    told = await desk.next("messages")
    assert [message["text"] for message in told["messages"]] == ["thank you"]
    assert told["messages"][0]["sequence"] == sent["sequence"] + 1
    assert (await stored_texts(item)).count("one moment") == 1
    await desk.leave()


async def test_the_card_counts_what_is_unread(floor: Floor) -> None:
    item = await in_shared(held_chat, "aurora", floor.ines)
    desk = Desk(floor.session)
    whole = await desk.open()
    await relay()
    await in_shared(say, item, "are you there?")
    await relay()
    card = await desk.until(lambda frame: frame["t"] == "item.changed" and frame["item"]["unread"] == 2)
    assert card["item"]["last"]["text"] == "are you there?"
    assert card["rev"] == whole["rev"]  # nothing of the agent's own changed

    await desk.send("read", company="aurora", conversation=str(item.conversation), sequence=99)
    await desk.send("heartbeat", rev=whole["rev"], conversations={})
    await desk.next("heartbeat")
    await relay()
    await desk.until(lambda frame: frame["t"] == "item.changed" and frame["item"]["unread"] == 0)
    await desk.leave()


async def test_another_companys_name_needs_a_reason(floor: Floor) -> None:
    item = await in_shared(held_chat, "aurora", floor.ines)
    talk = {"company": "aurora", "conversation": str(item.conversation)}
    desk = Desk(floor.session)
    await desk.open()
    stopped = await desk.ask("message.send", text="Thank you for calling Borealis Bank.", files=[], **talk)
    assert (stopped["t"], stopped["code"], stopped["field"]) == ("error", "wrong_brand", "text")
    assert stopped["found"] == ["Borealis Bank"]
    assert stopped["message"]

    passed = await desk.ask(
        "message.send", text="Your Borealis Bank card works here.", files=[], override="the card she pays with", **talk
    )
    assert passed["t"] == "ok"
    override = await in_tenant("aurora", BrandOverride.objects.get)
    assert (override.found, override.reason) == ("Borealis Bank", "the card she pays with")
    await desk.leave()


async def test_a_warm_transfer_that_is_refused_comes_back(floor: Floor) -> None:
    item = await in_shared(held_chat, "aurora", floor.ines)
    mine, theirs = Desk(floor.session), Desk(floor.session_of_nils)
    await mine.open()
    await theirs.open()
    without_note = await mine.ask("item.transfer", item=item.pk, agent=floor.nils.pk, warm=True, note="")
    assert (without_note["code"], without_note["field"]) == ("empty", "note")

    moved = await mine.ask("item.transfer", item=item.pk, agent=floor.nils.pk, warm=True, note="wants the 14th")
    assert moved["t"] == "ok"
    new = await in_shared(newest_item)
    assert new.only_agent_id == floor.nils.pk
    await in_shared(ring, new, floor.nils)
    await relay()
    offer = await theirs.until(lambda frame: frame["t"] == "item.changed" and frame["item"]["id"] == new.pk)
    assert offer["item"]["offer"]["warm_note"] == "wants the 14th"
    assert offer["item"]["transferred"]

    assert (await theirs.ask("offer.decline", item=new.pk))["t"] == "ok"
    await relay()
    await theirs.until(lambda frame: frame["t"] == "item.removed" and frame["item"] == new.pk)
    new = await in_shared(newest_item)
    assert new.only_agent_id == floor.ines.pk or new.agent_id == floor.ines.pk
    await mine.leave()
    await theirs.leave()


async def test_take_back_at_once_and_redact_later(floor: Floor) -> None:
    item = await in_shared(held_chat, "aurora", floor.ines, text="my password is hunter2")
    talk = {"company": "aurora", "conversation": str(item.conversation)}
    desk = Desk(floor.session)
    await desk.open()
    opened = await desk.ask("conversation.open", **talk)
    theirs = next(message for message in opened["messages"] if message["author"] == "customer")
    own = str(uuid4())
    await desk.ask("message.send", id=own, text="the wrong window", files=[], **talk)
    assert (await desk.ask("message.redact", message=own, **talk))["t"] == "ok"
    assert (await desk.ask("message.redact", message=theirs["id"], **talk))["t"] == "ok"
    await relay()
    rows: dict[str, dict[str, object]] = {}
    while len(rows) < 2 or not all(row["redacted"] for row in rows.values()):
        rows |= {message["id"]: message for message in (await desk.next("messages"))["messages"]}
    assert rows[own].get("taken_back") is True
    assert rows[theirs["id"]].get("taken_back") is None
    assert {row["text"] for row in rows.values()} == {""}
    await desk.leave()


async def test_wrap_up_needs_an_outcome_and_closes_the_item(floor: Floor) -> None:
    item = await in_shared(held_chat, "aurora", floor.ines)
    desk = Desk(floor.session)
    await desk.open()
    talk = {"company": "aurora", "conversation": str(item.conversation)}
    assert (await desk.ask("conversation.finish", **talk))["t"] == "ok"
    await relay()
    card = await desk.until(lambda frame: frame["t"] == "item.changed" and frame["item"]["state"] == "wrap_up")
    assert card["item"]["wrap_up_until"]

    assert (await desk.ask("wrap_up.extend", item=item.pk))["t"] == "ok"
    assert (await desk.ask("wrap_up.extend", item=item.pk))["code"] == "extended"
    missing = await desk.ask("wrap_up.finish", item=item.pk, disposition="", summary="", then="")
    assert (missing["t"], missing["field"]) == ("error", "disposition")
    done = await desk.ask("wrap_up.finish", item=item.pk, disposition="solved", summary="all well", then="break")
    assert done["t"] == "ok"
    await relay()
    await desk.until(lambda frame: frame["t"] == "item.removed" and frame["item"] == item.pk)
    conversation = await in_tenant("aurora", lambda: Conversation.objects.get(pk=item.conversation))
    assert conversation.summary == "all well"
    span = await in_shared(lambda: PresenceSpan.objects.get(agent=floor.ines, ended_at=None))
    assert (span.presence, span.activity) == ("break", "idle")
    await desk.leave()


async def test_a_private_question_rings_at_the_colleague(floor: Floor) -> None:
    item = await in_shared(held_chat, "aurora", floor.ines)
    talk = {"company": "aurora", "conversation": str(item.conversation)}
    mine, theirs = Desk(floor.session), Desk(floor.session_of_nils)
    await mine.open()
    await theirs.open()
    hidden = await theirs.ask("conversation.open", **talk)
    assert hidden["code"] == "not_found"

    question = str(uuid4())
    asked = await mine.ask(
        "note.add", id=question, kind="question", to=floor.nils.user_id, text="Is the fee waived?", **talk
    )
    assert asked["t"] == "ok"
    await relay()
    [heard] = (await theirs.next("questions.changed"))["questions"]
    assert (heard["company"], heard["conversation"], heard["note"]["text"]) == (*talk.values(), "Is the fee waived?")
    assert (await theirs.ask("conversation.open", **talk))["t"] == "conversation.snapshot"
    assert (await theirs.ask("message.send", text="hi", files=[], **talk))["code"] == "not_yours"
    assert (await theirs.ask("note.add", kind="answer", answers=question, text="Yes", **talk))["t"] == "ok"
    await relay()
    assert (await theirs.next("questions.changed"))["questions"] == [], "in each of their windows"

    await mine.ask("conversation.open", **talk)
    await mine.ask("note.add", text="paid already", kind="note", **talk)
    await relay()
    notes = (await mine.next("messages"))["notes"]
    assert [note["text"] for note in notes] == ["paid already"]
    await mine.leave()
    await theirs.leave()


async def test_typing_goes_straight_to_the_visitor_and_back(floor: Floor) -> None:
    item = await in_shared(held_chat, "aurora", floor.ines)
    talk = {"company": "aurora", "conversation": str(item.conversation)}
    desk = Desk(floor.session)
    await desk.open()
    await desk.ask("conversation.open", **talk)

    from channels.layers import get_channel_layer

    from contactcenter.lib import groups

    layer = get_channel_layer()
    visitor = await layer.new_channel()
    await layer.group_add(groups.conversation_visitor("aurora", item.conversation), visitor)
    await desk.send("typing", on=True, **talk)
    heard = await layer.receive(visitor)
    assert (heard["type"], heard["on"], heard["name"]) == ("typing", True, "Inés")

    await layer.group_send(
        groups.conversation_staff("aurora", item.conversation),
        {"type": "typing", "schema": "aurora", "conversation": talk["conversation"], "on": True, "name": ""},
    )
    told = await desk.next("typing")
    assert (told["company"], told["conversation"], told["on"]) == (*talk.values(), True)
    await desk.leave()


async def stored_texts(item: WorkItem) -> list[str]:
    def read() -> list[str]:
        return list(Message.objects.filter(conversation=item.conversation).values_list("text", flat=True))

    return await in_tenant("aurora", read)


def newest_item() -> WorkItem:
    return WorkItem.objects.order_by("-pk")[0]
