"""One reading of the floor: what stands in its rows, and that it costs the same whatever waits."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contactcenter.faces.floor.reading import Reading, read_floor
from contactcenter.operation.agents import services as agents
from contactcenter.operation.agents.models import BreakReason
from contactcenter.operation.routing import services as routing
from contactcenter.operation.routing.models import WorkItem
from tests.operation.floor import NOON, Clockwork, ask, at, company, make_agent, make_pool, make_queue

pytestmark = pytest.mark.django_db


def read(now: datetime, **more: object) -> Reading:
    return read_floor(now, **more)  # type: ignore[arg-type]


def test_a_queue_its_company_and_its_pool() -> None:
    queue = make_queue(answer_within_seconds=20, answer_target_percent=90)
    make_agent("Free", available_at=NOON, limit=0)
    ines = make_agent("Ines", available_at=NOON, limit=2)
    item = ask(queue)
    Clockwork().turn(at(5))
    routing.accept(item_id=item.pk, agent_id=ines.pk, now=at(15))
    agents.set_presence(agent_id=ines.pk, presence="break", now=at(16))
    ask(queue, now=at(20))
    ask(queue, now=at(30), not_before=at(5000))

    found = read(at(40))

    row = found.queues[str(queue.pk)]
    assert (row["company"], row["name"], row["within"], row["pool"]) == ("aurora", "Help", 20, queue.pool_id)
    assert (row["waiting"], row["longest"], row["in_hand"]) == (1, at(20).isoformat(), 1)
    assert row["today"] == {
        "level": 100.0,  # 1 of 1, after 15 s
        "target": 90.0,
        "standing": "on_target",
        "recent": 100.0,
        "asa": 15.0,
        "offered": 2,  # the third has not asked yet
        "abandoned": 0.0,
    }
    staff = {"free": 0, "busy": 1, "on_break": 1, "not_responding": 0}
    assert row["staff"] == staff
    assert found.pools[str(queue.pool_id)] == {"id": queue.pool_id, "name": "Shared floor", "staff": staff}
    aurora = found.companies["aurora"]
    assert (aurora["name"], aurora["monogram"], aurora["waiting"], aurora["in_hand"]) == ("Aurora Travel", "AT", 1, 1)
    assert (aurora["today"], aurora["staff"], aurora["longest"]) == (row["today"], staff, row["longest"])
    assert found.companies["borealis"]["today"]["standing"] == "none"
    assert found.companies["borealis"]["staff"]["busy"] == 0  # it has no queue in that pool


def test_who_waits_says_since_when_why_and_sorts_as_it_is_served() -> None:
    queue = make_queue(offer_seconds=20)
    ines = make_agent("Ines", available_at=NOON, limit=1)
    ringing, low, later = ask(queue), ask(queue, now=at(1)), ask(queue, now=at(2), priority=2)
    lonely = ask(make_queue("borealis", pool=make_pool("Empty")), now=at(3))
    Clockwork().turn(at(4))
    rung = next(pk for pk in (ringing.pk, low.pk, later.pk) if WorkItem.objects.get(pk=pk).state == "offered")
    assert rung == later.pk  # of the highest priority

    items = read(at(6)).items

    row = items[str(later.pk)]
    assert (row["why"], row["agent"], row["until"]) == ("ringing", ines.pk, at(24).isoformat())
    assert (row["since"], row["priority"], row["bounces"], row["front"]) == (at(2).isoformat(), 2, 0, False)
    assert (row["company"], row["queue"], row["channel"]) == ("aurora", queue.pk, "chat")
    assert row["conversation"] == str(later.conversation)
    assert row["due"] == at(22).isoformat()  # 20 s from asking
    assert (items[str(ringing.pk)]["why"], items[str(ringing.pk)]["agent"]) == ("busy", None)
    assert items[str(lonely.pk)]["why"] == "nobody"
    assert sorted((row["turn"], row["id"]) for row in items.values())[0][1] == later.pk


def test_a_second_wait_is_not_measured_again() -> None:
    queue = make_queue()
    ines = make_agent("Ines", available_at=NOON)
    item = ask(queue)
    Clockwork().turn(at(1))
    routing.accept(item_id=item.pk, agent_id=ines.pk, now=at(2))
    routing.leave_behind(agent_id=ines.pk, now=at(100))
    row = read(at(200)).items[str(item.pk)]
    assert (row["since"], row["due"], row["front"]) == (at(100).isoformat(), None, True)
    assert [alarm["kind"] for alarm in read(at(200)).alarms.values()] == ["nobody"]


def test_an_agent_shows_presence_load_and_what_is_held_but_no_customer() -> None:
    queue = make_queue()
    ines = make_agent("Ines", available_at=NOON, limit=2, companies=["aurora", "borealis"])
    make_agent("Home")
    item = ask(queue)
    Clockwork().turn(at(1))
    routing.accept(item_id=item.pk, agent_id=ines.pk, now=at(2))
    reason = BreakReason.objects.create(key="lunch", name="Lunch")
    agents.set_presence(agent_id=ines.pk, presence="break", reason=reason.key, now=at(9))

    found = read(at(10)).agents

    assert list(found) == [str(ines.pk)]
    assert found[str(ines.pk)] == {
        "id": ines.pk,
        "name": "Ines",
        "presence": "break",
        "reason": "Lunch",
        "activity": "on_work",
        "since": at(9).isoformat(),
        "used": 1,
        "limit": 2,
        "companies": ["aurora", "borealis"],
        "pools": [queue.pool_id],
        "holds": [
            {
                "item": item.pk,
                "company": "aurora",
                "conversation": str(item.conversation),
                "channel": "chat",
                "queue": queue.pk,
                "state": "active",
                "since": at(2).isoformat(),
            }
        ],
    }


def test_alarms_name_company_queue_and_items() -> None:
    queue = make_queue(answer_within_seconds=20)
    item = ask(queue)
    WorkItem.objects.filter(pk=item.pk).update(required_skills="broken", set_aside="its skills cannot be read")
    found = read(at(15)).alarms
    assert list(found) == [f"set_aside.{queue.pk}", f"breach.{queue.pk}"]
    assert found[f"breach.{queue.pk}"] == {
        "key": f"breach.{queue.pk}",
        "kind": "breach",
        "company": "aurora",
        "queue": queue.pk,
        "items": [item.pk],
        "since": NOON.isoformat(),
        "resting": 0,
        "late": 0,
    }


def test_only_touched_companies_are_counted_again() -> None:
    aurora, borealis = make_queue("aurora"), make_queue("borealis")
    first = read(NOON)
    for queue in (aurora, borealis):
        routing.abandon(tenant=queue.tenant, conversation=ask(queue).conversation, now=at(30))
    second = read(at(31), before=first, touched={"aurora"})
    assert second.queues[str(aurora.pk)]["today"]["offered"] == 1
    assert second.queues[str(borealis.pk)]["today"]["offered"] == 0
    assert read(at(31)).queues[str(borealis.pk)]["today"]["offered"] == 1


def test_five_hundred_open_items_cost_no_more_queries_than_three() -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            read(at(60))
        return sum("search_path" not in query["sql"] for query in captured)

    queues = [make_queue(schema) for schema in ("aurora", "borealis", "cumbre")]
    make_agent("Ines", available_at=NOON, limit=2)
    for queue in queues:
        ask(queue)
    few = queries()
    WorkItem.objects.bulk_create(
        WorkItem(
            tenant=queue.tenant,
            conversation=uuid4(),
            channel="chat",
            queue=queue,
            entered_at=NOON + timedelta(seconds=number / 10),
            queued_at=NOON,
        )
        for number in range(500)
        for queue in [queues[number % 3]]
    )
    for number in range(20):
        make_agent(f"More{number}", available_at=NOON)
    assert len(read(at(60)).items) == 503
    assert queries() == few <= 18


def test_a_company_that_was_closed_is_not_there() -> None:
    queue = make_queue()
    ask(queue)
    tenant = company("aurora")
    tenant.is_active = False
    tenant.save(update_fields=["is_active"])
    found = read(at(1))
    assert "aurora" not in found.companies
    assert (found.items, found.queues) == ({}, {})
