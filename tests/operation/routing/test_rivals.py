"""Many routers at once, all of them offering: nobody is booked twice, nobody over capacity, no counter drifts."""

from __future__ import annotations

import multiprocessing
import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from multiprocessing.synchronize import Event as Signal

import pytest
from django.db import connection

from contactcenter.lib import clock
from contactcenter.operation.agents import services as agents
from contactcenter.operation.agents.models import Agent, PresenceSpan
from contactcenter.operation.routing import engine
from contactcenter.operation.routing import services as routing
from contactcenter.operation.routing.models import ItemSpan, Offer, Repair, WorkItem
from contactcenter.operation.routing.picture import Picture
from contactcenter.operation.routing.reconciler import reconcile
from tests.operation.floor import ask, assert_consistent, make_agent, make_queue

ROUTERS, ITEMS, AGENTS, LIMIT = 8, 150, 20, 3
SECONDS = 300


def offer_until(stop: Signal, seed: int) -> None:
    """One router without an election."""
    connection.close()  # the parent's
    dice, picture = random.Random(seed), Picture()
    while not stop.is_set():
        picture.read_all()
        engine.route(picture, clock.now())
        time.sleep(dice.uniform(0.02, 0.1))
    connection.close()


@contextmanager
def routers(number: int) -> Iterator[None]:
    context = multiprocessing.get_context("fork")
    stop = context.Event()
    connection.close()
    processes = [context.Process(target=offer_until, args=(stop, seed), daemon=True) for seed in range(number)]
    for process in processes:
        process.start()
    try:
        yield
    finally:
        stop.set()
        for process in processes:
            process.join(20)
        assert [process.exitcode for process in processes] == [0] * number


@pytest.mark.slow
def test_eight_routers_three_companies_twenty_agents(committed: str) -> None:
    queues = [make_queue(schema, offer_seconds=3, wrap_up_seconds=0) for schema in ("aurora", "borealis", "cumbre")]
    people = [make_agent(f"Agent{number}", limit=LIMIT, available_at=clock.now()) for number in range(AGENTS)]
    for number in range(ITEMS):
        ask(queues[number % 3], now=clock.now())
    dice = random.Random(7)
    with routers(ROUTERS):
        deadline = time.monotonic() + SECONDS
        while WorkItem.objects.exclude(state="closed").exists():
            assert time.monotonic() < deadline, "work is left"
            live_on(people, dice)
    assert set(WorkItem.objects.values_list("outcome", flat=True)) == {"handled"}
    assert Offer.objects.filter(state="accepted").count() == ITEMS
    assert_nobody_was_over_capacity(people)
    assert_consistent()
    assert reconcile(clock.now()) == 0
    assert Repair.objects.count() == 0


def live_on(people: list[Agent], dice: random.Random) -> None:
    """Most accept, some decline, some let it ring or take a break; talks and wrap-ups end."""
    for offer in Offer.objects.filter(state="open").select_related("item"):
        chance = dice.random()
        if chance < 0.8:
            try:
                routing.accept(item_id=offer.item_id, agent_id=offer.agent_id, now=clock.now())
            except routing.OfferGone:
                continue
        elif chance < 0.83:
            agents.set_presence(agent_id=offer.agent_id, presence="break", now=clock.now())
    for item in WorkItem.objects.filter(state="active").select_related("tenant"):
        if dice.random() < 0.5:
            routing.finish_handling(tenant=item.tenant, conversation=item.conversation, now=clock.now())
    for item in WorkItem.objects.filter(state="wrap_up"):
        routing.expire_wrap_up(item_id=item.pk, now=clock.now())
    away = PresenceSpan.objects.filter(ended_at=None).exclude(presence="available")
    for agent_id in away.values_list("agent", flat=True):
        agents.set_presence(agent_id=agent_id, presence="available", now=clock.now())


def assert_nobody_was_over_capacity(people: list[Agent]) -> None:
    """From the rows alone: at no moment more than the limit, from the first ring to the end of the wrap-up."""
    for agent in people:
        moments: list[tuple[datetime, int]] = []
        for offer in Offer.objects.filter(agent=agent).select_related("item"):
            end = offer.item.closed_at if offer.state == "accepted" else offer.ended_at
            assert end is not None
            moments += [(offer.offered_at, 1), (end, -1)]
        held = highest = 0
        for _, change in sorted(moments):  # at the same moment a slot is first freed
            held += change
            highest = max(highest, held)
        assert highest <= LIMIT
    for item in WorkItem.objects.all():
        assert ItemSpan.objects.filter(item=item, kind="handling").count() == 1
