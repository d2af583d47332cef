"""The customer's messages arrive once, in order, and always reach somebody."""

import threading
from datetime import datetime, timedelta

import pytest
from django.db import connection

from contactcenter.lib.ids import uuid7
from contactcenter.operation.agents.models import Agent
from contactcenter.operation.outbox.models import Event
from contactcenter.operation.routing.models import WorkItem
from contactcenter.records.conversations import services as conversations
from contactcenter.records.conversations.models import Conversation, Message
from contactcenter.records.customers.services import block
from tenants import door
from tenants.models import OpeningHours
from tests.people import newer_than
from tests.records.conftest import NOW, Company, company, person, texts

DAY = timedelta(days=1)
ClosedBy = Conversation.ClosedBy


def close(aurora: Company, conversation: Conversation, now: datetime = NOW) -> None:
    conversations.finish(
        tenant=aurora.tenant,
        conversation_id=conversation.pk,
        by=ClosedBy.CUSTOMER,
        customer=conversation.customer,
        now=now,
    )
    conversation.refresh_from_db()


def test_numbers_follow_each_other_and_revisions_rise(aurora: Company):
    conversation = aurora.start()
    messages = [aurora.receive(conversation) for _ in range(3)]
    assert [message.sequence for message in messages] == [3, 4, 5]
    assert [message.revision for message in messages] == [3, 4, 5]


def test_same_id_again_gives_the_same_message(aurora: Company):
    conversation = aurora.start()
    message_id = uuid7()
    first = aurora.receive(conversation, "Once", message_id=message_id)
    again = aurora.receive(conversation, "Once, changed", message_id=message_id)
    assert (again.pk, again.sequence, again.text) == (first.pk, first.sequence, "Once")
    assert texts(conversation) == ["conversation.started", "Hello", "Once"]


def test_same_id_after_the_end_still_gives_the_same_message(aurora: Company):
    conversation = aurora.start()
    message_id = uuid7()
    first = aurora.receive(conversation, message_id=message_id)
    close(aurora, conversation)
    assert aurora.receive(conversation, message_id=message_id).pk == first.pk


def test_id_of_another_conversation_is_refused(aurora: Company):
    message_id = uuid7()
    aurora.receive(aurora.start(), message_id=message_id)
    other = aurora.start()
    with pytest.raises(conversations.IdTaken):
        aurora.receive(other, message_id=message_id)
    assert texts(other) == ["conversation.started", "Hello"]
    other.refresh_from_db()
    assert other.last_sequence == 2


def test_agents_message_id_cannot_be_used_by_the_customer(aurora: Company, ines: Agent):
    conversation = aurora.held(ines)
    spoken = aurora.reply(conversation, ines)
    with pytest.raises(conversations.IdTaken):
        aurora.receive(conversation, message_id=spoken.pk)


def test_another_customers_conversation_is_not_found(aurora: Company, now: datetime):
    conversation = aurora.start()
    with pytest.raises(conversations.NotFound):
        conversations.receive(
            tenant=aurora.tenant,
            customer=aurora.customer("Mallory"),
            conversation_id=conversation.pk,
            message_id=uuid7(),
            text="Hi",
            now=now,
        )


def test_closed_conversation_refuses_without_a_window_and_after_it(aurora: Company, now: datetime):
    conversation = aurora.start()
    close(aurora, conversation)
    with pytest.raises(conversations.Closed):
        aurora.receive(conversation)
    with pytest.raises(conversations.Closed):
        aurora.receive(conversation, now=now + DAY, reopen_within=DAY)
    assert texts(conversation)[-1] == "conversation.closed_by_customer"


def test_closed_conversation_opens_again_for_the_same_agent_first(aurora: Company, ines: Agent, now: datetime):
    conversation = aurora.held(ines)
    close(aurora, conversation)
    back = now + DAY - timedelta(seconds=1)
    aurora.receive(conversation, "Still me", now=back, reopen_within=DAY)
    conversation.refresh_from_db()
    assert texts(conversation)[-2:] == ["conversation.reopened", "Still me"]
    assert (conversation.state, conversation.closed_at, conversation.closed_by) == ("open", None, "")
    assert conversation.waiting_since == back
    item = aurora.item(conversation)
    assert (item.state, item.preferred_agent, item.preferred_until) == ("waiting", ines, back + timedelta(minutes=1))


def test_reopened_outside_hours_waits_for_the_opening(aurora: Company, ines: Agent, now: datetime):
    conversation = aurora.held(ines)
    close(aurora, conversation)
    OpeningHours.objects.filter(tenant=aurora.tenant).delete()
    OpeningHours.objects.create(tenant=aurora.tenant, weekday=2, opens="09:30", closes="17:00")
    aurora.receive(conversation, reopen_within=DAY)
    conversation.refresh_from_db()
    assert conversation.deferred
    assert texts(conversation)[-1] == "conversation.deferred"
    opening = now + timedelta(hours=23, minutes=30)
    item = aurora.item(conversation)
    assert (item.not_before, item.preferred_agent) == (opening, ines)
    assert item.preferred_until == opening + timedelta(minutes=1)


def test_open_conversation_without_a_live_item_is_queued_again(aurora: Company, ines: Agent):
    conversation = aurora.held(ines)
    WorkItem.objects.filter(conversation=conversation.pk).update(state="closed")
    aurora.receive(conversation)
    assert aurora.item(conversation).state == "waiting"
    aurora.receive(conversation)
    assert WorkItem.objects.filter(conversation=conversation.pk).count() == 2


def test_blocked_customer_is_refused(aurora: Company, now: datetime):
    conversation = aurora.start()
    block(customer=conversation.customer, by=person("Sam"), reason="Threats", now=now)
    with pytest.raises(conversations.Blocked):
        aurora.receive(conversation)


def test_waiting_clock_starts_with_the_first_unanswered_message(aurora: Company, ines: Agent, now: datetime):
    conversation = aurora.held(ines)
    aurora.reply(conversation, ines, now=now + timedelta(seconds=10))
    aurora.receive(conversation, now=now + timedelta(seconds=20))
    aurora.receive(conversation, now=now + timedelta(seconds=30))
    conversation.refresh_from_db()
    assert conversation.first_reply_at == now + timedelta(seconds=10)
    assert conversation.waiting_since == now + timedelta(seconds=20)


def test_card_number_in_pieces_is_masked_in_the_earlier_messages_too(aurora: Company, now: datetime):
    conversation = aurora.start(text="My card:")
    pieces = [aurora.receive(conversation, piece) for piece in ("4111", "1111 11", "11 1111")]
    assert texts(conversation)[-3:] == ["••••", "•••• ••", "•• 1111"]
    first = Message.objects.get(pk=pieces[0].pk)
    newer = newer_than(conversation.pk, pieces[1].revision)
    assert first in newer.messages  # told again to whoever has seen it
    later = aurora.receive(conversation, "5555", now=now + timedelta(minutes=11))
    assert later.text == "5555"


def test_agents_card_is_told_of_a_new_message(aurora: Company, ines: Agent):
    conversation = aurora.held(ines)
    Event.objects.all().delete()
    aurora.receive(conversation)
    told = {(event.name, event.group.rpartition(".")[2]) for event in Event.objects.all()}
    assert told == {
        ("conversation.changed", "staff"),
        ("conversation.changed", "visitor"),
        ("item.changed", str(ines.pk)),
    }


def test_messages_at_the_same_moment_are_numbered_without_gap_or_double(committed: str):
    """Eight customers' windows at once: the number's order is the order in which others can see the messages."""
    with door.tenant("aurora"):
        aurora = company("aurora")
        conversation = aurora.start()
    shared = [uuid7() for _ in range(10)]  # every thread sends these too: a repeated frame
    errors: list[BaseException] = []

    def send() -> None:
        try:
            with door.tenant("aurora"):
                for number in range(10):
                    aurora.receive(conversation, f"own {number}")
                    aurora.receive(conversation, "shared", message_id=shared[number])
        except BaseException as error:  # noqa: BLE001 - shown by the assertion below
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    with door.tenant("aurora"):
        rows = list(Message.objects.filter(conversation=conversation).order_by("sequence"))
        assert [row.sequence for row in rows] == list(range(1, 2 + 80 + 10 + 1))
        assert [row.revision for row in rows] == [row.sequence for row in rows]
        assert WorkItem.objects.filter(conversation=conversation.pk).count() == 1
