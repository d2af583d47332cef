"""An agent is gone without a word: the customer reads it, once, and the talk waits at the head."""

from datetime import datetime, timedelta

from contactcenter.operation.agents.models import Agent
from contactcenter.operation.outbox.models import Event
from contactcenter.operation.outbox.registry import settle
from contactcenter.operation.routing import services as routing
from contactcenter.records.conversations import services as conversations
from contactcenter.records.conversations.models import Conversation
from tests.records.conftest import Company, texts


def left(now: datetime) -> None:
    """What the relay and the worker do with the event; a delivery that comes twice finds no row."""
    (event,) = Event.objects.filter(kind=Event.Kind.HANDLE, name="agent.left")
    handler = lambda *, object_id, now: conversations.tell_agent_left(item_id=int(object_id), now=now)  # noqa: E731
    settle(event.pk, handler, now)
    settle(event.pk, handler, now)


def test_the_customer_reads_who_left(aurora: Company, ines: Agent, now: datetime) -> None:
    conversation = aurora.held(ines)
    assert routing.leave_behind(agent_id=ines.pk, now=now + timedelta(seconds=40)) == 1
    left(now + timedelta(seconds=41))
    assert texts(conversation).count("agent.left") == 1
    assert conversation.messages.get(event="agent.left").author_name == ines.alias
    item = aurora.item(conversation)
    assert (item.state, item.front) == ("waiting", True)


def test_a_talk_that_ended_meanwhile_says_nothing_more(aurora: Company, ines: Agent, now: datetime) -> None:
    conversation = aurora.held(ines)
    routing.leave_behind(agent_id=ines.pk, now=now + timedelta(seconds=40))
    conversations.finish(
        tenant=aurora.tenant,
        conversation_id=conversation.pk,
        by=Conversation.ClosedBy.CUSTOMER,
        customer=conversation.customer,
        now=now + timedelta(seconds=41),
    )
    left(now + timedelta(seconds=42))
    assert "agent.left" not in texts(conversation)
