"""One agent's desk in one snapshot: over all companies, each read inside its own schema."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contactcenter.faces.desk.cards import card_of
from contactcenter.faces.desk.snapshot import snapshot
from contactcenter.lib.clock import now
from contactcenter.operation.agents.models import Agent, BreakReason, Capacity
from contactcenter.operation.agents.services import set_presence
from contactcenter.operation.routing import services as routing
from contactcenter.operation.routing.models import Queue, WorkItem
from contactcenter.operation.routing.sweeps import stop_waiting
from contactcenter.records.conversations import services as conversations
from contactcenter.records.conversations.models import Conversation, Message, Note
from contactcenter.records.customers.services import start_customer
from tenants.door import tenant as inside
from tests.people import chat, company, held_chat, make_agent, make_outcomes, make_queue, ring, say

pytestmark = pytest.mark.django_db


@pytest.fixture
def ines() -> Agent:
    return make_agent("Inés", ["aurora", "borealis"])


def test_an_offer_says_company_language_wish_and_greeting_in_the_customers_language(ines: Agent) -> None:
    rings = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
    item = chat("aurora", name="Vera", text="¿Dónde está mi reserva?")
    ring(item, ines, seconds=20, now=rings)

    (card,) = snapshot(ines, now())["items"]

    assert card["state"] == "offered"
    assert (card["company"], card["conversation"], card["channel"]) == ("aurora", str(item.conversation), "chat")
    assert (card["customer"], card["language"], card["subject"]) == ("Vera", "es", "A wish")
    assert card["offer"] == {
        "offered_at": "2026-11-24T09:00:00+00:00",
        "expires_at": "2026-11-24T09:00:20+00:00",
        "seconds": 20,
        "greeting": "Aurora Travel, hola, soy Inés.",
        "first_words": "¿Dónde está mi reserva?",
        "warm_note": "",
    }
    assert card["last"] is not None
    assert (card["last"]["text"], card["last"]["direction"]) == ("¿Dónde está mi reserva?", "in")
    assert (card["unread"], card["reply_due"], card["returned_by"]) == (1, None, "")


def test_work_of_several_companies_stands_on_one_desk(ines: Agent) -> None:
    aurora, borealis = held_chat("aurora", ines, name="Ana"), held_chat("borealis", ines, name="Boris")
    whole = snapshot(ines, now())
    assert {(card["company"], card["customer"], card["state"]) for card in whole["items"]} == {
        ("aurora", "Ana", "active"),
        ("borealis", "Boris", "active"),
    }
    assert {card["id"] for card in whole["items"]} == {aurora.pk, borealis.pk}
    assert whole["me"]["capacity"] == {"chat": {"used": 2, "limit": 20}}
    assert (whole["me"]["presence"], whole["me"]["activity"]) == ("available", "on_work")
    assert whole["rev"] == Capacity.objects.get(agent=ines).version


def test_the_first_reply_is_due_from_accepting_and_the_next_from_the_question(ines: Agent) -> None:
    Queue.objects.filter(pk=make_queue("aurora").pk).update(first_reply_seconds=30, next_reply_seconds=90)
    item = held_chat("aurora", ines)
    first = only_card(ines)
    assert item.accepted_at is not None
    assert first["reply_due"] == (item.accepted_at + timedelta(seconds=30)).isoformat()

    reply(ines, item.conversation)
    assert (only_card(ines)["reply_due"], only_card(ines)["waiting_since"]) == (None, None)

    say(item, "and then?")
    card = only_card(ines)
    assert card["waiting_since"] is not None
    assert card["reply_due"] == (datetime.fromisoformat(card["waiting_since"]) + timedelta(seconds=90)).isoformat()
    assert card["unread"] == 2  # nobody has marked them read


def test_companies_queues_breaks_and_outcomes_are_those_served_in_the_agents_language() -> None:
    rosa = make_agent("Rosa", ["aurora"], language="es", available=False)
    make_queue("borealis")
    queue = make_queue("aurora", "Changes")
    make_outcomes("aurora")
    BreakReason.objects.create(key="lunch", name="Lunch")

    whole = snapshot(rosa, now())

    assert list(whole["companies"]) == ["aurora"]
    aurora = whole["companies"]["aurora"]
    assert (aurora["name"], aurora["monogram"], aurora["timezone"], aurora["logo"]) == (
        "Aurora Travel",
        "AT",
        "Europe/London",
        None,
    )
    assert set(aurora["colours"]) == {"light", "dark"}
    assert set(aurora["colours"]["light"]) == {"solid", "on", "ink", "soft"}
    assert whole["queues"] == [{"id": queue.pk, "company": "aurora", "name": "Changes", "channel": "chat"}]
    assert whole["breaks"] == [{"key": "lunch", "name": "Lunch"}]
    assert whole["dispositions"] == {"aurora": [{"key": "solved", "label": "Resuelto"}]}
    assert (whole["me"]["presence"], whole["me"]["since"], whole["me"]["reason"]) == ("offline", None, None)


def test_work_of_a_company_no_longer_served_is_not_shown(ines: Agent) -> None:
    item = held_chat("aurora", ines)
    ines.tenants.remove(company("aurora"))
    assert snapshot(ines, now())["items"] == []
    assert card_of(ines, item.pk) is None


def test_a_colleagues_card_is_none_of_mine(ines: Agent) -> None:
    nils = make_agent("Nils", ["aurora"])
    item = held_chat("aurora", nils)
    assert snapshot(ines, now())["items"] == []
    assert card_of(ines, item.pk) is None
    assert card_of(nils, item.pk) is not None


def test_a_transferred_conversation_rings_with_its_note(ines: Agent) -> None:
    nils = make_agent("Nils", ["aurora"])
    item = held_chat("aurora", ines)
    moved = conversations.transfer(
        item_id=item.pk, agent=ines, to_agent=nils.pk, warm=True, note="wants the 14th", now=now()
    )
    if moved.state == "waiting":
        ring(moved, nils)
    card = card_of(nils, moved.pk)
    assert card is not None and card["offer"] is not None
    assert card["transferred"]
    assert card["offer"]["warm_note"] == "wants the 14th"


def test_an_offer_has_the_first_words_of_this_wait_cut(ines: Agent) -> None:
    item = chat("aurora", text="a" * 139 + "bc", now=now() - timedelta(hours=2))
    say(item, "are you there?")
    ring(item, ines)
    assert first_words(ines) == "a" * 139 + "b"
    conversations.take(item_id=item.pk, agent=ines, now=now())
    with inside("aurora"):
        conversations.finish(
            tenant=company("aurora"), conversation_id=item.conversation, by=Conversation.ClosedBy.CUSTOMER, now=now()
        )
        talk = Conversation.objects.select_related("customer").get(pk=item.conversation)
        for text in ("and my seat?", "hello?"):
            conversations.receive(
                tenant=company("aurora"),
                customer=talk.customer,
                conversation_id=talk.pk,
                message_id=uuid4(),
                text=text,
                reopen_within=timedelta(days=1),
                now=now(),
            )
    ring(WorkItem.objects.get(conversation=item.conversation, state="waiting"), ines)
    assert first_words(ines) == "and my seat?"


def test_first_words_that_were_taken_away_are_not_shown(ines: Agent) -> None:
    item = held_chat("aurora", ines, text="4929 is my secret")
    with inside("aurora"):
        message = Message.objects.get(conversation=item.conversation, author="customer")
        conversations.redact(
            tenant=company("aurora"),
            user=ines.user,
            conversation_id=item.conversation,
            message_id=message.pk,
            now=now(),
        )
    nils = make_agent("Nils", ["aurora"])
    moved = conversations.transfer(item_id=item.pk, agent=ines, to_agent=nils.pk, note="", now=now())
    ring(moved, nils)
    assert first_words(nils) == ""


@pytest.mark.parametrize("refusal", ["declined", "unanswered", "not there"])
def test_what_a_colleague_could_not_take_says_so_while_it_is_with_its_sender(ines: Agent, refusal: str) -> None:
    nils, olga = make_agent("Nils", ["aurora"]), make_agent("Olga", ["aurora"])
    item = held_chat("aurora", ines)
    moved = conversations.transfer(
        item_id=item.pk, agent=ines, to_agent=nils.pk, warm=True, note="wants the 14th", now=now()
    )
    if refusal != "not there":
        ring(moved, nils, now=now() - timedelta(seconds=21))
        assert card_at(nils, moved)["returned_by"] == ""
    if refusal == "declined":
        routing.decline(item_id=moved.pk, agent_id=nils.pk, now=now())
    elif refusal == "unanswered":
        routing.ring_no_answer(item_id=moved.pk, now=now())
    else:
        set_presence(agent_id=nils.pk, presence="break", now=now())
        stop_waiting(item_id=moved.pk, now=now())
    moved.refresh_from_db()
    ring(moved, ines)
    back = card_at(ines, moved)
    assert (back["state"], back["returned_by"]) == ("offered", "Nils")
    assert back["offer"]["warm_note"] == "wants the 14th"
    conversations.take(item_id=moved.pk, agent=ines, now=now())
    assert card_at(ines, moved)["returned_by"] == "Nils"
    with inside("aurora"):
        assert Note.objects.get(conversation=item.conversation).text == "wants the 14th"

    again = conversations.transfer(item_id=moved.pk, agent=ines, to_agent=olga.pk, note="", now=now())
    ring(again, olga)
    assert card_at(olga, again)["returned_by"] == ""


def test_it_says_so_to_nobody_but_its_sender(ines: Agent) -> None:
    nils, olga = make_agent("Nils", ["aurora"]), make_agent("Olga", ["aurora"])
    item = held_chat("aurora", ines)
    moved = conversations.transfer(item_id=item.pk, agent=ines, to_agent=nils.pk, warm=True, note="x", now=now())
    ring(moved, nils)
    routing.decline(item_id=moved.pk, agent_id=nils.pk, now=now())
    ring(WorkItem.objects.get(pk=moved.pk), ines)
    routing.decline(item_id=moved.pk, agent_id=ines.pk, now=now())
    ring(WorkItem.objects.get(pk=moved.pk), olga)
    assert card_at(olga, moved)["returned_by"] == ""


def test_a_question_stays_on_the_desk_until_it_is_answered(ines: Agent) -> None:
    nils = make_agent("Nils", ["aurora"])
    item = held_chat("aurora", nils)
    question = uuid4()
    with inside("aurora"):
        conversations.add_note(
            tenant=company("aurora"),
            user=nils.user,
            conversation_id=item.conversation,
            note_id=question,
            text="Is the fee waived?",
            kind=Note.Kind.QUESTION,
            to=ines.user_id,
            now=now(),
        )
    (asked,) = snapshot(ines, now())["questions"]
    assert (asked["company"], asked["conversation"]) == ("aurora", str(item.conversation))
    assert (asked["note"]["id"], asked["note"]["text"]) == (str(question), "Is the fee waived?")
    assert snapshot(nils, now())["questions"] == []

    with inside("aurora"):
        conversations.add_note(
            tenant=company("aurora"),
            user=ines.user,
            conversation_id=item.conversation,
            note_id=uuid4(),
            text="Yes",
            kind=Note.Kind.ANSWER,
            answers=question,
            now=now(),
        )
    assert snapshot(ines, now())["questions"] == []


def test_queries_do_not_grow_with_work(ines: Agent) -> None:
    for schema in ("aurora", "borealis"):
        held_chat(schema, ines)
        ring(chat(schema), ines)
    few = queries_of(ines)
    assert few - queries_of(make_agent("Nils", ["aurora", "borealis"])) == 10  # five in each company with work
    for _ in range(4):
        held_chat("aurora", ines)
        held_chat("borealis", ines)
        ring(chat("aurora"), ines)
    assert queries_of(ines) == few


def test_equal_ids_in_two_companies_do_not_meet(ines: Agent) -> None:
    item = held_chat("aurora", ines, name="Ana of Aurora")
    with inside("borealis"):
        stranger = start_customer(name="Boris of Borealis", email="", language="en", timezone="", now=now())
        Conversation.objects.create(pk=item.conversation, customer=stranger, channel="chat", created_at=now())
    assert only_card(ines)["customer"] == "Ana of Aurora"


def queries_of(agent: Agent) -> int:
    with CaptureQueriesContext(connection) as captured:
        snapshot(agent, now())
    return len([query for query in captured.captured_queries if "search_path" not in query["sql"]])


def card_at(agent: Agent, item: WorkItem) -> dict[str, Any]:
    card = card_of(agent, item.pk)
    assert card is not None
    return dict(card)


def first_words(agent: Agent) -> str:
    (offer,) = [card["offer"] for card in snapshot(agent, now())["items"] if card["offer"]]
    return offer["first_words"]


def only_card(agent: Agent) -> dict[str, object]:
    (card,) = snapshot(agent, now())["items"]
    return dict(card)


def reply(agent: Agent, conversation: object) -> None:
    with inside("aurora"):
        conversations.reply(
            tenant=company("aurora"),
            agent=agent,
            conversation_id=conversation,  # type: ignore[arg-type]
            message_id=uuid4(),
            text="one moment",
            now=now(),
        )
