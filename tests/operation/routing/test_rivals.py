"""Many routers at once, all of them offering: nobody is booked twice, nobody over capacity, no counter drifts."""

from __future__ import annotations

import multiprocessing
import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.synchronize import Event as Signal

import pytest
from django.db import connection
from django.db.models import Count

from contactcenter.lib import clock
from contactcenter.operation.agents import services as agents
from contactcenter.operation.agents.models import Agent, PresenceSpan
from contactcenter.operation.routing import engine
from contactcenter.operation.routing import services as routing
from contactcenter.operation.routing.models import ItemSpan, Offer, Repair, WorkItem
from contactcenter.operation.routing.picture import Picture
from contactcenter.operation.routing.reconciler import reconcile
from tests.operation.floor import ask, assert_consistent, make_agent, make_queue

ROUTERS, AGENTS, LIMIT = 8, 20, 3
SECONDS = 900


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


@pytest.mark.parametrize("items", [pytest.param(60, marks=pytest.mark.slow), pytest.param(600, marks=pytest.mark.soak)])
def test_eight_routers_three_companies_twenty_agents(committed: str, items: int) -> None:
    queues = [make_queue(schema, offer_seconds=3, wrap_up_seconds=0) for schema in ("aurora", "borealis", "cumbre")]
    people = [make_agent(f"Agent{number}", limit=LIMIT, available_at=clock.now()) for number in range(AGENTS)]
    for number in range(items):
        ask(queues[number % 3], now=clock.now())
    watch_capacity()
    dice = random.Random(7)
    with routers(ROUTERS):
        deadline = time.monotonic() + SECONDS
        while WorkItem.objects.exclude(state="closed").exists():
            assert time.monotonic() < deadline, "work is left"
            live_on(people, dice)
    assert set(WorkItem.objects.values_list("outcome", flat=True)) == {"handled"}
    assert Offer.objects.filter(state="accepted").count() == items
    assert overbooked() == 0
    assert not ItemSpan.objects.filter(kind="handling").values("item").annotate(n=Count("id")).exclude(n=1)
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


WATCH = f"""
CREATE TABLE public.overbooked (agent bigint);
CREATE FUNCTION public.watch_offer() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (SELECT count(*) FROM public.routing_offer WHERE agent_id = NEW.agent_id AND state = 'open')
   + (SELECT count(*) FROM public.routing_workitem WHERE agent_id = NEW.agent_id AND state IN ('active', 'wrap_up'))
   > {LIMIT} THEN
    INSERT INTO public.overbooked VALUES (NEW.agent_id);
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER watch_offer AFTER INSERT ON public.routing_offer
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.watch_offer();
"""


def watch_capacity() -> None:
    """The database itself counts at each commit of an offer. The rows' times could not tell: a router writes the time
    at which its turn began, and a slot may have been freed since then.
    """
    with connection.cursor() as cursor:
        cursor.execute(WATCH)


def overbooked() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM public.overbooked")
        return int(cursor.fetchone()[0])
