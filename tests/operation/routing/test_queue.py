"""Entering a queue, the place in it, and leaving it unanswered."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from contactcenter.operation.routing import services as routing
from contactcenter.operation.routing.models import Offer, Queue, QueueSkill, WorkItem
from tests.operation.floor import (
    NOON,
    Clockwork,
    ask,
    assert_consistent,
    at,
    company,
    make_agent,
    make_queue,
    make_skill,
    news,
    ringing,
    used,
)

pytestmark = pytest.mark.django_db


def place(item: WorkItem) -> int | None:
    return routing.position(tenant=item.tenant, conversation=item.conversation)


def test_places_count_from_one_in_the_order_of_service() -> None:
    queue = make_queue()
    first, second, urgent = ask(queue), ask(queue, now=at(1)), ask(queue, now=at(2), priority=1)
    given_back = ask(queue, now=at(3))
    WorkItem.objects.filter(pk=given_back.pk).update(front=True)
    elsewhere = ask(make_queue(key="other"), now=at(4))
    assert [place(item) for item in (given_back, urgent, first, second, elsewhere)] == [1, 2, 3, 4, 1]
    make_agent("Ines", limit=4, available_at=NOON)
    Clockwork().turn(at(5))
    order = Offer.objects.order_by("pk").values_list("item", flat=True)
    assert [pk for pk in order if pk != elsewhere.pk] == [given_back.pk, urgent.pk, first.pk, second.pk]


def test_a_place_is_kept_while_it_rings_and_gone_when_answered() -> None:
    queue, ines = make_queue(), make_agent("Ines", limit=1, available_at=NOON)
    first, second = ask(queue), ask(queue, now=at(1))
    Clockwork().turn(at(2))
    assert (place(first), place(second)) == (1, 2)
    routing.accept(item_id=first.pk, agent_id=ines.pk, now=at(3))
    assert (place(first), place(second)) == (None, 1)
    told = [object_id for _, object_id, _ in news("place.changed")]
    assert told == [str(first.conversation), str(second.conversation)]


def test_at_most_fifty_are_told_that_they_moved_up() -> None:
    queue = make_queue()
    items = [ask(queue, now=at(number)) for number in range(55)]
    routing.abandon(tenant=queue.tenant, conversation=items[2].conversation, now=at(60))
    told = [object_id for _, object_id, _ in news("place.changed")]
    assert told == [str(item.conversation) for item in items[2:53]]


def test_held_back_work_has_no_part_in_places() -> None:
    queue = make_queue()
    later = ask(queue, now=at(-10), not_before=at(10**9))
    assert place(ask(queue)) == 1
    Clockwork().turn(at(1))
    make_agent("Ines", available_at=NOON)
    Clockwork().turn(at(2))
    later.refresh_from_db()
    assert later.state == "waiting"


def test_a_full_queue_says_so_but_takes_what_may_wait_until_later() -> None:
    queue = make_queue(max_waiting=2)
    ask(queue)
    first_ringing = make_agent("Ines", limit=1, available_at=NOON)
    Clockwork().turn(at(1))
    assert ringing(first_ringing)  # what rings still waits
    ask(queue, now=at(2))
    with pytest.raises(routing.QueueFull) as refused:
        ask(queue, now=at(3))
    assert refused.value.code == "queue_full"
    ask(queue, now=at(3), not_before=at(900))
    ask(make_queue(key="other", max_waiting=1), now=at(3))


def test_what_the_queue_asks_for_is_fixed_when_entering() -> None:
    queue = make_queue()
    skill = make_skill("visas")
    QueueSkill.objects.create(queue=queue, skill=skill, level=3)
    item = ask(queue, language="es", priority=2, previous=None)
    QueueSkill.objects.all().delete()
    item.refresh_from_db()
    assert item.required_skills == {str(skill.pk): 3}
    assert (item.channel, item.language, item.state, item.entered_at) == ("chat", "es", "waiting", NOON)


def test_a_conversation_has_one_live_item_and_a_queue_one_company() -> None:
    queue, conversation = make_queue(), uuid4()
    ask(queue, conversation=conversation)
    with pytest.raises(IntegrityError), transaction.atomic():
        ask(queue, conversation=conversation)
    with pytest.raises(ValueError, match="is not of company"):
        routing.enqueue(tenant=company("borealis"), conversation=uuid4(), queue=queue, language="", now=NOON)


def test_giving_up_frees_what_was_held() -> None:
    queue, ines = make_queue(), make_agent("Ines", available_at=NOON)
    item = ask(queue)
    Clockwork().turn(at(1))
    assert used(ines) == 1
    gone = routing.abandon(tenant=queue.tenant, conversation=item.conversation, now=at(7))
    assert gone is not None
    item.refresh_from_db()
    assert (item.state, item.outcome, item.ended_at, item.closed_at) == ("closed", "abandoned", at(7), at(7))
    assert Offer.objects.get().state == "withdrawn"
    assert used(ines) == 0
    assert news("item.changed")[-1][:2] == (f"agent.{ines.pk}", str(item.pk))
    assert routing.abandon(tenant=queue.tenant, conversation=item.conversation, now=at(8)) is None
    with pytest.raises(routing.OfferGone):
        routing.accept(item_id=item.pk, agent_id=ines.pk, now=at(8))
    assert_consistent()


def test_an_answered_conversation_is_not_abandoned() -> None:
    queue, ines = make_queue(), make_agent("Ines", available_at=NOON)
    item = ask(queue)
    Clockwork().turn(at(1))
    routing.accept(item_id=item.pk, agent_id=ines.pk, now=at(2))
    assert routing.abandon(tenant=queue.tenant, conversation=item.conversation, now=at(3)) is None
    assert Queue.objects.get().work_items.get().state == "active"
