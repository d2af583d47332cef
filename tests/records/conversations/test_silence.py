"""A silent visitor is reminded, then closed; one who leaves the queue without a word is let go."""

from datetime import datetime, timedelta

import pytest

from contactcenter.operation.agents.models import Agent
from contactcenter.records.conversations import services as conversations
from contactcenter.records.conversations.models import Conversation
from contactcenter.records.conversations.services.silence import Patience
from tenants.models import Endpoint
from tests.records.conftest import Company, texts


def seconds(count: float) -> timedelta:
    return timedelta(seconds=count)


def answered(aurora: Company, ines: Agent, now: datetime, **extra: str) -> Conversation:
    conversation = aurora.held(ines, **extra)
    aurora.reply(conversation, ines, now=now)
    return conversation


def test_reminded_after_two_minutes_and_closed_five_later(aurora: Company, ines: Agent, now: datetime):
    conversation = answered(aurora, ines, now)
    assert conversations.remind_silent(tenant=aurora.tenant, now=now + seconds(119)) == 0
    assert conversations.remind_silent(tenant=aurora.tenant, now=now + seconds(120)) == 1
    assert conversations.remind_silent(tenant=aurora.tenant, now=now + seconds(135)) == 0
    assert conversations.close_silent(tenant=aurora.tenant, now=now + seconds(419)) == 0
    assert conversations.close_silent(tenant=aurora.tenant, now=now + seconds(420)) == 1
    assert conversations.close_silent(tenant=aurora.tenant, now=now + seconds(435)) == 0
    assert texts(conversation)[-2:] == ["visitor.reminded", "conversation.closed_by_silence"]
    assert aurora.item(conversation).state == "wrap_up"


def test_who_answers_is_neither_reminded_nor_closed(aurora: Company, ines: Agent, now: datetime):
    conversation = answered(aurora, ines, now)
    conversations.remind_silent(tenant=aurora.tenant, now=now + seconds(120))
    aurora.receive(conversation, now=now + seconds(130))
    assert conversations.remind_silent(tenant=aurora.tenant, now=now + seconds(600)) == 0
    assert conversations.close_silent(tenant=aurora.tenant, now=now + seconds(600)) == 0


def test_agents_further_message_starts_the_patience_anew(aurora: Company, ines: Agent, now: datetime):
    conversation = answered(aurora, ines, now)
    conversations.remind_silent(tenant=aurora.tenant, now=now + seconds(120))
    aurora.reply(conversation, ines, "Are you there?", now=now + seconds(400))
    assert conversations.close_silent(tenant=aurora.tenant, now=now + seconds(500)) == 0
    assert conversations.remind_silent(tenant=aurora.tenant, now=now + seconds(519)) == 0
    assert conversations.remind_silent(tenant=aurora.tenant, now=now + seconds(520)) == 1


def test_agent_who_has_not_answered_reminds_nobody(aurora: Company, ines: Agent, now: datetime):
    aurora.held(ines)
    assert conversations.remind_silent(tenant=aurora.tenant, now=now + seconds(3600)) == 0


def test_patience_is_the_endpoints(aurora: Company, ines: Agent, now: datetime):
    Endpoint.objects.create(
        tenant=aurora.tenant, channel="chat", address="widget", settings={"remind_seconds": 30, "close_seconds": 10}
    )
    answered(aurora, ines, now, endpoint="widget")
    assert conversations.remind_silent(tenant=aurora.tenant, now=now + seconds(30)) == 1
    assert conversations.close_silent(tenant=aurora.tenant, now=now + seconds(40)) == 1


def test_patience_of_odd_settings_is_the_default():
    assert Patience.of({"remind_seconds": "soon", "other": 1}) == Patience()


def test_visitor_gone_from_the_queue_is_abandoned_at_the_second_look(aurora: Company, now: datetime):
    conversation = aurora.start()
    assert conversations.abandon_gone(tenant=aurora.tenant, now=now + seconds(60)) == 0  # found away
    assert conversations.abandon_gone(tenant=aurora.tenant, now=now + seconds(75)) == 0
    assert conversations.abandon_gone(tenant=aurora.tenant, now=now + seconds(90)) == 1
    item = aurora.item(conversation)
    assert (item.state, item.outcome) == ("closed", "abandoned")
    conversation.refresh_from_db()
    assert (conversation.state, conversation.closed_by) == ("closed", "silence")


def test_visitor_seen_again_keeps_the_place(aurora: Company, now: datetime):
    conversation = aurora.start()
    conversations.abandon_gone(tenant=aurora.tenant, now=now + seconds(600))  # the house itself was away
    assert conversations.see_customers(conversations=[conversation.pk], now=now + seconds(610)) == 1
    assert conversations.abandon_gone(tenant=aurora.tenant, now=now + seconds(640)) == 0
    assert aurora.item(conversation).state == "waiting"


def test_heartbeats_are_written_sparingly_and_only_for_open_conversations(aurora: Company, ines: Agent, now: datetime):
    open_one, closed = aurora.start(), aurora.held(ines)
    conversations.finish(tenant=aurora.tenant, conversation_id=closed.pk, by=Conversation.ClosedBy.CUSTOMER, now=now)
    both = [open_one.pk, closed.pk]
    assert conversations.see_customers(conversations=both, now=now + seconds(10)) == 0
    assert conversations.see_customers(conversations=both, now=now + seconds(21)) == 1


@pytest.mark.parametrize("look", [conversations.remind_silent, conversations.close_silent, conversations.abandon_gone])
def test_deferred_conversations_are_left_alone(aurora: Company, ines: Agent, now: datetime, look):
    aurora.queue.max_waiting = 0
    aurora.queue.save()
    waiting = aurora.start()
    answered_one = answered(aurora, ines, now)
    assert waiting.deferred and answered_one.deferred
    for later in (60, 600, 6000, 60000):
        assert look(tenant=aurora.tenant, now=now + seconds(later)) == 0
    aurora.receive(answered_one, now=now + seconds(60100))
    answered_one.refresh_from_db()
    assert not answered_one.deferred  # somebody sits there again
