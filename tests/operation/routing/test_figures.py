"""The figures of today, each expected value worked by hand beside it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contactcenter.operation.agents import services as agents
from contactcenter.operation.agents.models import Agent
from contactcenter.operation.routing import services as routing
from contactcenter.operation.routing.claims import Claim, claim
from contactcenter.operation.routing.figures import (
    Headcount,
    Staff,
    Standing,
    Tally,
    day_start,
    figures_of,
    staff_now,
    standing_of,
)
from contactcenter.operation.routing.models import Queue, WorkItem
from tenants.models import Tenant
from tests.operation.floor import NOON, ask, at, company, make_agent, make_pool, make_queue

pytestmark = pytest.mark.django_db


@pytest.fixture
def ines() -> Agent:
    return make_agent("Inés", limit=50, available_at=NOON - timedelta(days=2))


def answer(item: WorkItem, agent: Agent, now: datetime) -> WorkItem:
    """It rings at the agent, who takes it at once."""
    ring(item, agent, now)
    return routing.accept(item_id=item.pk, agent_id=agent.pk, now=now)


def ring(item: WorkItem, agent: Agent, now: datetime) -> None:
    item.refresh_from_db()
    capacity = agent.capacity
    capacity.refresh_from_db()
    assert claim([Claim(item.pk, item.revision, agent.pk, capacity.version)], now).offers


def give_up(item: WorkItem, now: datetime) -> None:
    routing.abandon(tenant=item.tenant, conversation=item.conversation, now=now)


def today(queue: Queue, now: datetime) -> Tally:
    figures = figures_of([queue.tenant], now=now)[queue.tenant_id]
    return next(row.today for row in figures.queues if row.queue == queue.pk)


def test_service_level_asa_and_abandoned_of_a_morning(ines: Agent) -> None:
    queue = make_queue(answer_within_seconds=20)
    for wait in (0, 5, 20, 21, 44):  # 3 in time, the 20th second included
        answer(ask(queue, now=at(0)), ines, at(wait))
    give_up(ask(queue, now=at(0)), at(8))  # soon: counts neither way
    give_up(ask(queue, now=at(0)), at(20))
    give_up(ask(queue, now=at(0)), at(61))  # late: a miss
    ask(queue, now=at(50))  # waits: not yet to be judged

    found = today(queue, at(70))

    assert found == Tally(
        offered=9, answered=5, answered_within=3, abandoned=3, abandoned_after=1, answer_seconds=90.0
    )  # 0 + 5 + 20 + 21 + 44
    assert found.service_level == 50.0  # 3 of 5 + 1
    assert found.speed_of_answer == 18.0  # 90 / 5
    assert found.abandoned_share == pytest.approx(33.333, abs=0.001)  # 3 of 9


def test_nothing_measured_is_no_hundred_percent() -> None:
    queue = make_queue()
    ask(queue)
    found = today(queue, at(5))
    assert (found.offered, found.service_level, found.speed_of_answer) == (1, None, None)
    assert (Tally().service_level, Tally().abandoned_share) == (None, None)
    assert standing_of(None, 80) is Standing.NONE


def test_standing_is_on_target_at_risk_or_below() -> None:
    assert standing_of(80.0, 80) is Standing.ON_TARGET
    assert standing_of(79.9, 80) is Standing.AT_RISK
    assert standing_of(75.0, 80) is Standing.AT_RISK
    assert standing_of(74.9, 80) is Standing.BELOW


def test_each_company_has_its_own_day(ines: Agent) -> None:
    """At 03:30 UTC on 24 November it is 03:30 in London, 04:30 in Madrid and 22:30 of the 23rd in New York."""
    now = datetime(2026, 11, 24, 3, 30, tzinfo=UTC)
    queues = {schema: make_queue(schema) for schema in ("aurora", "borealis", "cumbre")}
    for queue in queues.values():
        for hours_ago in (1, 4, 20, 23):
            ask(queue, now=now - timedelta(hours=hours_ago))
    # Since midnight there: London 3.5 h, Madrid 4.5 h, New York 22.5 h.
    assert {schema: today(queue, now).offered for schema, queue in queues.items()} == {
        "aurora": 1,
        "borealis": 2,
        "cumbre": 3,
    }


def test_the_day_of_a_clock_change_begins_at_its_midnight() -> None:
    """Madrid goes from +01:00 to +02:00 at 01:00 UTC of 29 March 2026."""
    evening = datetime(2026, 3, 29, 20, 0, tzinfo=UTC)
    assert day_start("Europe/Madrid", evening) == datetime(2026, 3, 28, 23, 0, tzinfo=UTC)
    assert day_start("no such zone", evening) == datetime(2026, 3, 29, 0, 0, tzinfo=UTC)


def test_the_last_half_hour_stands_beside_the_day(ines: Agent) -> None:
    queue = make_queue()
    answer(ask(queue, now=at(0)), ines, at(90))
    answer(ask(queue, now=at(1800)), ines, at(1805))
    row = figures_of([queue.tenant], now=at(2000))[queue.tenant_id].queues[0]
    assert (row.today.service_level, row.recent.service_level) == (50.0, 100.0)
    assert (row.today.offered, row.recent.offered) == (2, 1)


def test_who_asked_outside_the_hours_waits_from_the_opening_on(ines: Agent) -> None:
    queue = make_queue()
    opening = at(3600)
    item = ask(queue, now=NOON - timedelta(days=1), not_before=opening)
    assert today(queue, at(0)).offered == 0
    assert live(queue, at(0)) == (0, None)
    assert live(queue, at(3601)) == (1, opening)
    answer(item, ines, at(3610))
    assert today(queue, at(3700)) == Tally(offered=1, answered=1, answered_within=1, answer_seconds=10.0)


def test_a_transfer_counts_once_and_its_wait_begins_anew(ines: Agent) -> None:
    queue, second = make_queue(), make_queue(key="second")
    item = answer(ask(queue, now=at(0)), ines, at(10))
    moved = routing.transfer(item_id=item.pk, agent_id=ines.pk, to_queue=second.pk, now=at(600))
    assert live(second, at(640)) == (1, at(600))  # not since 0: from then to 600 somebody was there
    make_agent("Nils", available_at=at(600))
    nils = Agent.objects.get(alias="Nils")
    answer(moved, nils, at(700))
    assert today(queue, at(800)) == Tally(offered=1, answered=1, answered_within=1, answer_seconds=10.0)
    assert today(second, at(800)) == Tally()


def test_a_lost_agents_customer_was_answered_and_waits_again(ines: Agent) -> None:
    queue = make_queue()
    item = answer(ask(queue, now=at(0)), ines, at(7))
    routing.leave_behind(agent_id=ines.pk, now=at(100))
    assert live(queue, at(130)) == (1, at(100))
    assert today(queue, at(130)) == Tally(offered=1, answered=1, answered_within=1, answer_seconds=7.0)
    give_up(item, at(160))
    assert today(queue, at(170)) == Tally(offered=1, answered=1, answered_within=1, answer_seconds=7.0)


def test_a_bounce_does_not_make_the_wait_shorter(ines: Agent) -> None:
    queue = make_queue(offer_seconds=20)
    item = ask(queue, now=at(0))
    ring(item, ines, at(1))
    assert live(queue, at(15)) == (1, at(0))  # ringing is waiting
    routing.ring_no_answer(item_id=item.pk, now=at(21))
    assert live(queue, at(30)) == (1, at(0))


def test_a_company_is_all_its_queues_each_by_its_own_threshold(ines: Agent) -> None:
    quick = make_queue(key="quick", answer_within_seconds=10, answer_target_percent=90)
    slow = make_queue(key="slow", answer_within_seconds=60, answer_target_percent=60)
    make_queue("borealis")
    for queue in (quick, slow):
        for wait in (5, 30):
            answer(ask(queue, now=at(0)), ines, at(wait))
    answer(ask(slow, now=at(0)), ines, at(40))
    ask(quick, now=at(50))
    ask(slow, now=at(45))

    figures = figures_of([company("aurora")], now=at(60))[company("aurora").pk]

    assert figures.today.service_level == 80.0  # 1 of 2 and 3 of 3
    assert figures.target == 72.0  # (2 * 90 + 3 * 60) / 5
    assert (figures.waiting, figures.longest_since, figures.in_hand) == (2, at(45), 5)
    assert [queue.queue for queue in figures.queues] == [quick.pk, slow.pk]


def test_agents_are_counted_once_by_company_and_pool() -> None:
    shared, bank = make_pool(), make_pool("Bank")
    make_agent("Free", available_at=NOON)
    make_agent("Full", available_at=NOON, limit=0)
    both = make_agent("Both", available_at=NOON, companies=["borealis"])
    bank.agents.add(both)
    resting = make_agent("Rest", available_at=NOON, companies=["aurora"], pool=bank)
    agents.set_presence(agent_id=resting.pk, presence="break", now=at(1))
    make_agent("Home")  # never signed in
    gone = make_agent("Gone", available_at=NOON)
    agents.set_presence(agent_id=gone.pk, presence="offline", now=at(1))
    heads = Headcount(staff_now())
    aurora, borealis = company("aurora").pk, company("borealis").pk

    assert heads.of() == Staff(free=2, busy=1, on_break=1)
    assert heads.of().signed_in == 4
    assert heads.of(tenant=aurora) == Staff(free=1, busy=1, on_break=1)
    assert heads.of(tenant=borealis) == Staff(free=2, busy=1)
    assert heads.of(pools=[bank.pk]) == Staff(free=1, on_break=1)
    assert heads.of(tenant=aurora, pools=[bank.pk]) == Staff(on_break=1)
    assert heads.of(pools=[shared.pk, bank.pk]).free == 2  # Both stands in both


def test_the_number_of_queries_does_not_grow_with_companies(ines: Agent) -> None:
    for schema in ("aurora", "borealis", "cumbre"):
        answer(ask(make_queue(schema)), ines, at(1))
    everybody = list(Tenant.objects.filter(schema_name__in=["aurora", "borealis", "cumbre"]))
    counts = []
    for some in (everybody[:1], everybody):
        with CaptureQueriesContext(connection) as queries:
            figures = figures_of(some, now=at(10))
            staff_now()
        counts.append(sum("search_path" not in query["sql"] for query in queries))
        assert len(figures) == len(some)
    assert counts == [7, 7]


def live(queue: Queue, now: datetime) -> tuple[int, datetime | None]:
    figures = figures_of([queue.tenant], now=now)[queue.tenant_id]
    row = next(row for row in figures.queues if row.queue == queue.pk)
    return row.waiting, row.longest_since
