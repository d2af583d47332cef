"""Who waits for nobody leaves what was written as a message: nothing is typed twice, and no place is lost."""

from datetime import datetime, timedelta

import pytest

from contactcenter.operation.agents.models import Agent
from contactcenter.operation.routing import services as routing
from contactcenter.operation.routing.models import WorkItem
from contactcenter.records.conversations import services as conversations
from contactcenter.records.conversations.models import Conversation
from contactcenter.records.customers.services import block
from tests.records.conftest import Company, offer, texts

HOUR = timedelta(hours=1)


def leave(aurora: Company, conversation: Conversation, now: datetime) -> Conversation:
    return conversations.leave_message(
        tenant=aurora.tenant, customer=conversation.customer, conversation_id=conversation.pk, now=now
    )


def test_the_same_item_waits_on_in_its_place(aurora: Company, now: datetime):
    conversation, behind = aurora.start(text="Two seats, please"), aurora.start()
    before = aurora.item(conversation)
    for _ in range(2):  # the answer was lost, and the page asked again
        left = leave(aurora, conversation, now)

    assert left.deferred
    assert texts(conversation) == ["conversation.started", "Two seats, please", "conversation.deferred"]
    item = WorkItem.objects.get(conversation=conversation.pk)
    assert (item.pk, item.state, item.outcome, item.entered_at) == (before.pk, "waiting", "", before.entered_at)
    assert routing.position(tenant=aurora.tenant, conversation=behind.pk) == 2


def test_one_who_left_a_message_may_close_the_page(aurora: Company, now: datetime):
    conversation = aurora.start()
    leave(aurora, conversation, now)
    for hours in (1, 2):
        conversations.abandon_gone(tenant=aurora.tenant, now=now + hours * HOUR)

    conversation.refresh_from_db()
    assert conversation.state == "open"
    assert aurora.item(conversation).state == "waiting"


def test_whoever_comes_answers_it_and_a_word_makes_it_a_talk_again(aurora: Company, ines: Agent, now: datetime):
    conversation = aurora.start()
    leave(aurora, conversation, now)
    aurora.take(conversation, ines)
    assert conversation.deferred
    aurora.receive(conversation, "I am still here")

    conversation.refresh_from_db()
    assert not conversation.deferred


@pytest.mark.parametrize("state", ["in hand", "over"])
def test_a_talk_in_hand_or_over_stays_as_it_is(aurora: Company, ines: Agent, now: datetime, state: str):
    conversation = aurora.held(ines)
    if state == "over":
        conversations.finish(
            tenant=aurora.tenant,
            conversation_id=conversation.pk,
            by=Conversation.ClosedBy.CUSTOMER,
            customer=conversation.customer,
            now=now,
        )
    before = texts(conversation)

    assert not leave(aurora, conversation, now).deferred
    assert texts(conversation) == before


def test_one_that_rings_rings_on(aurora: Company, ines: Agent, now: datetime):
    conversation = aurora.start()
    offer(aurora.item(conversation), ines)
    assert leave(aurora, conversation, now).deferred
    assert aurora.item(conversation).state == "offered"


def test_only_one_s_own_and_not_when_blocked(aurora: Company, ines: Agent, now: datetime):
    conversation = aurora.start()
    with pytest.raises(conversations.NotFound):
        conversations.leave_message(
            tenant=aurora.tenant, customer=aurora.customer("Mallory"), conversation_id=conversation.pk, now=now
        )
    block(customer=conversation.customer, by=ines.user, reason="Threats", now=now)
    with pytest.raises(conversations.Blocked):
        leave(aurora, conversation, now)
