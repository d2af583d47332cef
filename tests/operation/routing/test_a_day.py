"""A floor over hours of a virtual clock: a third of the offers is never answered, and still nobody is lost."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from contactcenter.operation.agents import services as agents
from contactcenter.operation.agents.models import Agent, PresenceSpan
from contactcenter.operation.routing import services as routing
from contactcenter.operation.routing.models import Offer, Repair, WorkItem
from contactcenter.operation.routing.reconciler import reconcile
from tests.operation.floor import Clockwork, ask, assert_consistent, at, make_agent, make_queue, see

CUSTOMERS, AGENTS = 80, 10
UNANSWERED = 0.3


@pytest.mark.slow
@pytest.mark.django_db
def test_every_customer_is_in_one_place_at_every_tick() -> None:
    queues = [make_queue(schema, offer_seconds=15, wrap_up_seconds=30) for schema in ("aurora", "borealis")]
    people = [make_agent(f"Agent{number}", limit=2, available_at=at(0)) for number in range(AGENTS)]
    dice, clockwork, second = random.Random(3), Clockwork(at(0)), 0
    ignored: set[int] = set()
    while second == 0 or WorkItem.objects.exclude(state="closed").exists():
        second += 1
        assert second < 900, "somebody waits for ever"
        now = at(second)
        for _ in range(4 if second <= CUSTOMERS // 4 else 0):
            ask(dice.choice(queues), now=now)
        see(*people, now=now)
        clockwork.turn(now)
        for offer in Offer.objects.filter(state="open").order_by("pk"):
            assert (now - offer.expires_at).total_seconds() < 1
            if offer.pk not in ignored and dice.random() < UNANSWERED:
                ignored.add(offer.pk)
            elif offer.pk not in ignored:
                routing.accept(item_id=offer.item_id, agent_id=offer.agent_id, now=now)
        work_on(people, dice, second)
        if second % 10 == 0:
            assert_consistent()
            assert WorkItem.objects.count() == min(second * 4, CUSTOMERS)
    assert Counter(WorkItem.objects.values_list("outcome", flat=True)) == {"handled": CUSTOMERS}
    assert Offer.objects.filter(state="accepted").count() == CUSTOMERS
    rung_out = Offer.objects.filter(state="rona")
    assert rung_out.count() > 10
    assert sum(WorkItem.objects.values_list("bounces", flat=True)) == rung_out.count()
    assert all(0 <= (offer.ended_at - offer.expires_at).total_seconds() < 1 for offer in rung_out if offer.ended_at)
    assert reconcile(at(second)) == 0
    assert Repair.objects.count() == 0


def work_on(people: list[Agent], dice: random.Random, second: int) -> None:
    for item in WorkItem.objects.filter(state="active", accepted_at__lte=at(second - 10)).select_related("tenant"):
        routing.finish_handling(tenant=item.tenant, conversation=item.conversation, now=at(second))
    for span in PresenceSpan.objects.filter(ended_at=None, presence="not_responding"):
        if dice.random() < 0.2:
            agents.set_presence(agent_id=span.agent_id, presence="available", now=at(second))
