"""A company's talks and the floor's work items agree again within a look, and each repair is explained."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from contactcenter.operation.agents.models import Agent, Capacity
from contactcenter.operation.outbox.models import Event
from contactcenter.operation.routing import services as routing
from contactcenter.operation.routing.models import Repair, WorkItem
from contactcenter.records.conversations.models import Conversation
from contactcenter.records.conversations.services.reconciling import SUSPECT, reconcile
from tenants import door
from tenants.across import suspected
from tests.records.conftest import Company


def suspects() -> list[str]:
    with door.shared():
        return suspected(SUSPECT)


def mended(company: Company, now: datetime, *kinds: str) -> None:
    assert suspects() == ([company.tenant.schema_name] if kinds else [])
    assert reconcile(tenant=company.tenant, now=now) == len(kinds)
    found = Repair.objects.order_by("pk")
    assert [repair.kind for repair in found] == list(kinds)
    assert all(len(repair.explanation) > 40 for repair in found)
    assert suspects() == []
    assert reconcile(tenant=company.tenant, now=now) == 0


def test_nothing_to_mend(aurora: Company, ines: Agent, now: datetime) -> None:
    aurora.start()
    aurora.held(ines)
    mended(aurora, now)


def test_a_talk_that_waits_for_nobody_waits_again_in_its_queue(aurora: Company, now: datetime) -> None:
    talk = aurora.start()
    WorkItem.objects.filter(conversation=talk.pk).update(state="closed", closed_at=now)
    mended(aurora, now, "conversation_without_item")
    item = WorkItem.objects.get(conversation=talk.pk, state="waiting")
    assert item.queue == aurora.queue
    assert Repair.objects.get().item == item


def test_a_restored_talk_without_any_item_goes_to_the_default_queue(aurora: Company, now: datetime) -> None:
    talk = aurora.start()
    item = WorkItem.objects.get(conversation=talk.pk)
    item.delete()
    mended(aurora, now, "conversation_without_item")
    assert WorkItem.objects.get(conversation=talk.pk).queue == aurora.queue


@pytest.mark.parametrize("there", [True, False])
def test_waiting_work_of_a_talk_that_has_ended_or_is_not_there(aurora: Company, now: datetime, there: bool) -> None:
    talk = aurora.start()
    if there:
        Conversation.objects.filter(pk=talk.pk).update(state="closed", closed_at=now)
    else:
        Conversation.objects.filter(pk=talk.pk).update(state="closed", closed_at=now)
        WorkItem.objects.filter(conversation=talk.pk).update(conversation=uuid4())
    mended(aurora, now, "item_without_conversation")
    item = WorkItem.objects.get()
    assert (item.state, item.outcome) == ("closed", "abandoned")


def test_an_agent_wraps_up_what_has_ended_under_their_hands(aurora: Company, ines: Agent, now: datetime) -> None:
    talk = aurora.held(ines)
    Conversation.objects.filter(pk=talk.pk).update(state="closed", closed_at=now)
    mended(aurora, now, "item_without_conversation")
    item = WorkItem.objects.get(conversation=talk.pk)
    assert (item.state, item.agent) == ("wrap_up", ines)
    routing.close(item_id=item.pk, agent_id=ines.pk, now=now + timedelta(seconds=5))
    assert Capacity.objects.get(agent=ines).chat_used == 0


def test_only_the_company_concerned_is_suspect(aurora: Company, borealis: Company, now: datetime) -> None:
    aurora.start()
    with door.tenant("borealis"):
        talk = borealis.start()
        WorkItem.objects.filter(conversation=talk.pk).update(state="closed", closed_at=now)
    assert suspects() == ["borealis"]
    assert reconcile(tenant=aurora.tenant, now=now) == 0
    with door.tenant("borealis"):
        assert reconcile(tenant=borealis.tenant, now=now) == 1
    assert not Event.objects.filter(schema="aurora", object_id=str(talk.pk)).exists()
