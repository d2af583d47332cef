"""Delivered, read, taken back, redacted: each change is told to both sides, and only when it is one."""

from datetime import datetime, timedelta

import pytest

from contactcenter.operation.accounts.models import User
from contactcenter.operation.agents.models import Agent
from contactcenter.operation.outbox.models import Event
from contactcenter.records.conversations import services as conversations
from contactcenter.records.conversations.models import Conversation, Message
from tests.people import newer_than
from tests.records.conftest import Company


def delivery(message: Message) -> str:
    message.refresh_from_db()
    return message.delivery


def read_by_customer(aurora: Company, conversation: Conversation, sequence: int) -> bool:
    return conversations.mark_read(
        tenant=aurora.tenant, conversation_id=conversation.pk, customer=conversation.customer, sequence=sequence
    )


def test_delivery_goes_from_sent_over_delivered_to_read(aurora: Company, ines: Agent):
    conversation = aurora.held(ines)
    first, second = aurora.reply(conversation, ines), aurora.reply(conversation, ines)
    given = {"tenant": aurora.tenant, "conversation_id": conversation.pk, "customer": conversation.customer}
    assert delivery(first) == "sent"
    assert conversations.mark_delivered(**given, sequence=first.sequence)
    assert not conversations.mark_delivered(**given, sequence=first.sequence)
    assert (delivery(first), delivery(second)) == ("delivered", "sent")
    assert read_by_customer(aurora, conversation, second.sequence)
    assert (delivery(first), delivery(second)) == ("read", "read")
    assert not conversations.mark_delivered(**given, sequence=second.sequence)
    assert second.revision > second.sequence


def test_reading_backwards_or_twice_changes_nothing(aurora: Company, ines: Agent):
    conversation = aurora.held(ines)
    message = aurora.reply(conversation, ines)
    assert read_by_customer(aurora, conversation, message.sequence)
    Event.objects.all().delete()
    assert not read_by_customer(aurora, conversation, message.sequence)
    assert not read_by_customer(aurora, conversation, 1)
    assert not Event.objects.exists()


def test_nobody_reads_what_is_not_written(aurora: Company):
    conversation = aurora.start()
    read_by_customer(aurora, conversation, 10**9)
    conversation.refresh_from_db()
    assert conversation.customer_read == 2


def test_agents_reading_marks_the_customers_messages(aurora: Company, ines: Agent, nils: Agent):
    conversation = aurora.held(ines)
    message = aurora.receive(conversation)
    given = {"tenant": aurora.tenant, "conversation_id": conversation.pk, "sequence": message.sequence}
    for stranger in (nils, None):
        with pytest.raises(conversations.NotYours):
            conversations.mark_read(**given, agent=stranger)
    assert delivery(message) == "sent"
    assert conversations.mark_read(**given, agent=ines)
    conversation.refresh_from_db()
    assert (delivery(message), conversation.agent_read) == ("read", message.sequence)


def redact(aurora: Company, message: Message, user: User, now: datetime) -> Message:
    return conversations.redact(
        tenant=aurora.tenant, conversation_id=message.conversation_id, message_id=message.pk, user=user, now=now
    )


def test_own_last_message_is_taken_back_within_a_minute(aurora: Company, ines: Agent, now: datetime):
    conversation = aurora.held(ines)
    message = aurora.reply(conversation, ines, "Wrong window")
    seen = newer_than(conversation.pk, 0).revision
    gone = redact(aurora, message, ines.user, now + timedelta(seconds=59))
    assert (gone.text, gone.taken_back, gone.redacted_at) == ("", True, now + timedelta(seconds=59))
    assert newer_than(conversation.pk, seen).messages == [gone]


@pytest.mark.parametrize("case", ["late", "not last", "customer's", "supervisor"])
def test_otherwise_it_is_a_redaction_with_who_and_when(
    aurora: Company, ines: Agent, sam: User, now: datetime, case: str
):
    conversation = aurora.held(ines)
    message = aurora.receive(conversation) if case == "customer's" else aurora.reply(conversation, ines)
    if case == "not last":
        aurora.reply(conversation, ines)
    user = sam if case == "supervisor" else ines.user
    at = now + timedelta(seconds=60 if case == "late" else 1)
    gone = redact(aurora, message, user, at)
    assert (gone.text, gone.taken_back, gone.redacted_by, gone.redacted_at) == ("", False, user, at)


def test_redacting_twice_keeps_the_first_who_and_when(aurora: Company, ines: Agent, sam: User, now: datetime):
    message = aurora.reply(aurora.held(ines), ines)
    redact(aurora, message, ines.user, now)
    again = redact(aurora, message, sam, now + timedelta(hours=1))
    assert (again.redacted_by, again.redacted_at, again.taken_back) == (ines.user, now, True)


def test_strangers_and_system_messages(aurora: Company, ines: Agent, nils: Agent, now: datetime):
    conversation, other = aurora.held(ines), aurora.start()
    message = aurora.reply(conversation, ines)
    with pytest.raises(conversations.NotYours):
        redact(aurora, message, nils.user, now)
    with pytest.raises(conversations.NotFound):
        redact(aurora, Message.objects.get(conversation=conversation, event="agent.joined"), ines.user, now)
    with pytest.raises(conversations.NotFound):
        conversations.redact(
            tenant=aurora.tenant, conversation_id=other.pk, message_id=message.pk, user=ines.user, now=now
        )


def test_agent_in_wrap_up_may_still_take_back(aurora: Company, ines: Agent, now: datetime):
    conversation = aurora.held(ines)
    message = aurora.reply(conversation, ines)
    conversations.finish(
        tenant=aurora.tenant, conversation_id=conversation.pk, by=Conversation.ClosedBy.CUSTOMER, now=now
    )
    assert redact(aurora, message, ines.user, now).taken_back
