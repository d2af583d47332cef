"""However a conversation ends, the customer is told, and nobody keeps waiting or holding."""

from datetime import datetime

import pytest

from contactcenter.operation.accounts.models import User
from contactcenter.operation.agents.models import Agent
from contactcenter.operation.outbox.models import Event
from contactcenter.operation.routing.models import WorkItem
from contactcenter.records.conversations import services as conversations
from contactcenter.records.conversations.models import Conversation
from contactcenter.records.customers.models import Block
from contactcenter.records.customers.services import lift_block
from tests.records.conftest import Company, texts

ClosedBy = Conversation.ClosedBy


def test_customer_who_ends_while_waiting_abandons(aurora: Company, now: datetime):
    conversation = aurora.start()
    ended = conversations.finish(
        tenant=aurora.tenant,
        conversation_id=conversation.pk,
        by=ClosedBy.CUSTOMER,
        customer=conversation.customer,
        now=now,
    )
    assert (ended.state, ended.closed_by, ended.closed_at, ended.waiting_since) == ("closed", "customer", now, None)
    assert texts(conversation)[-1] == "conversation.closed_by_customer"
    item = aurora.item(conversation)
    assert (item.state, item.outcome) == ("closed", "abandoned")


@pytest.mark.parametrize("by", [ClosedBy.CUSTOMER, ClosedBy.AGENT, ClosedBy.SILENCE])
def test_held_conversation_goes_to_wrap_up(aurora: Company, ines: Agent, now: datetime, by: Conversation.ClosedBy):
    conversation = aurora.held(ines)
    conversations.finish(tenant=aurora.tenant, conversation_id=conversation.pk, by=by, agent=ines, now=now)
    assert texts(conversation)[-1] == f"conversation.closed_by_{by}"
    assert aurora.item(conversation).state == "wrap_up"


def test_ending_twice_is_ending_once(aurora: Company, ines: Agent, now: datetime):
    conversation = aurora.held(ines)
    for by in (ClosedBy.AGENT, ClosedBy.CUSTOMER, ClosedBy.AGENT):
        conversations.finish(tenant=aurora.tenant, conversation_id=conversation.pk, by=by, agent=ines, now=now)
    conversation.refresh_from_db()
    assert conversation.closed_by == "agent"
    assert len([text for text in texts(conversation) if text.startswith("conversation.closed")]) == 1


def test_who_does_not_hold_or_own_it_cannot_end_it(aurora: Company, ines: Agent, nils: Agent, now: datetime):
    conversation = aurora.held(ines)
    with pytest.raises(conversations.NotYours):
        conversations.finish(
            tenant=aurora.tenant, conversation_id=conversation.pk, by=ClosedBy.AGENT, agent=nils, now=now
        )
    with pytest.raises(conversations.NotYours):
        conversations.finish(tenant=aurora.tenant, conversation_id=conversation.pk, by=ClosedBy.AGENT, now=now)
    with pytest.raises(conversations.NotFound):
        conversations.finish(
            tenant=aurora.tenant,
            conversation_id=conversation.pk,
            by=ClosedBy.CUSTOMER,
            customer=aurora.customer("Mallory"),
            now=now,
        )
    conversation.refresh_from_db()
    assert conversation.state == "open"


def test_block_ends_whatever_the_customer_has_open(aurora: Company, ines: Agent, now: datetime):
    conversation = aurora.held(ines)
    block = conversations.block_customer(
        tenant=aurora.tenant, conversation_id=conversation.pk, user=ines.user, reason="Threats", now=now
    )
    conversation.refresh_from_db()
    assert (conversation.state, block.by, block.reason) == ("closed", ines.user, "Threats")
    assert aurora.item(conversation).state == "wrap_up"
    with pytest.raises(conversations.Blocked):
        aurora.start(conversation.customer)
    assert lift_block(customer=conversation.customer, by=ines.user, now=now)
    aurora.start(conversation.customer)


def test_a_blocked_customer_s_screens_are_told_also_where_the_talk_is_over(aurora: Company, ines: Agent, now: datetime):
    conversation = aurora.held(ines)
    conversations.finish(tenant=aurora.tenant, conversation_id=conversation.pk, by=ClosedBy.AGENT, agent=ines, now=now)
    conversations.block_customer(
        tenant=aurora.tenant, conversation_id=conversation.pk, user=ines.user, reason="Threats", now=now
    )
    told = Event.objects.get(name="customer.blocked")
    assert (told.group, told.object_id) == (
        f"t.aurora.customer.{conversation.customer_id}",
        str(conversation.customer_id),
    )


def test_block_twice_is_one_block_and_needs_a_reason(aurora: Company, sam: User, now: datetime):
    conversation = aurora.start()
    with pytest.raises(conversations.Empty) as refused:
        conversations.block_customer(
            tenant=aurora.tenant, conversation_id=conversation.pk, user=sam, reason=" ", now=now
        )
    assert refused.value.field == "reason"
    for reason in ("Threats", "Again"):
        conversations.block_customer(
            tenant=aurora.tenant, conversation_id=conversation.pk, user=sam, reason=reason, now=now
        )
    assert Block.objects.get().reason == "Threats"
    assert WorkItem.objects.get().state == "closed"


def test_block_is_for_the_holder_or_a_supervisor(aurora: Company, ines: Agent, nils: Agent, now: datetime):
    conversation = aurora.held(ines)
    with pytest.raises(conversations.NotYours):
        conversations.block_customer(
            tenant=aurora.tenant, conversation_id=conversation.pk, user=nils.user, reason="No", now=now
        )
    assert not Block.objects.exists()
