"""A task runs in the company of its header or not at all (D5): every task with its own company, with none, with one
that is not served, with another company's event; and hundreds of them one after the other in one process.
"""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from celery import shared_task

from contactcenter.access.tasks import TASKS, UndeclaredTask
from contactcenter.access.who import Place
from contactcenter.lib.clock import now
from contactcenter.operation.outbox.models import Event
from tenants.door import current_schema
from tenants.models import Tenant
from tests.access.house import House
from tests.access.task_walk import OF_ONE_COMPANY, OF_ONE_EVENT, OF_THE_HOUSE, send, walk_tasks
from tests.access.walk import Outcome
from tests.access.witness import Witness


@pytest.fixture
def companies(living_house: House) -> House:
    Tenant.objects.filter(schema_name="cumbre").update(is_active=False)
    Tenant.objects.filter(schema_name="borealis").update(fenced_at=now())
    return living_house


def test_no_task_is_forgotten() -> None:
    assert OF_THE_HOUSE | OF_ONE_COMPANY | set(OF_ONE_EVENT) == set(TASKS)


def test_every_task_stands_in_its_company_or_does_not_run(
    companies: House, monkeypatch: pytest.MonkeyPatch, judge: Callable[[Outcome], None]
) -> None:
    outcome = walk_tasks(TASKS, monkeypatch)
    judge(outcome)


@shared_task(name="tests.undeclared")
def undeclared_task() -> None:
    raise AssertionError("never runs")


@pytest.mark.django_db
def test_an_undeclared_task_runs_nowhere() -> None:
    for schema in (None, "aurora"):
        with pytest.raises(UndeclaredTask):
            send("tests.undeclared", schema=schema).get()


def test_what_another_company_asks_for_is_not_done(living_house: House) -> None:
    """By one's own task: the other company's still does it."""
    theirs = living_house.companies["borealis"]
    witness = Witness()
    for task, (name, thing) in OF_ONE_EVENT.items():
        event = Event.objects.create(kind="handle", name=name, schema="borealis", object_id=str(theirs.things[thing]))
        for asked in (event.pk, 987_654):
            send(task, asked, schema="aurora").get()
        assert witness.changed_companies() == [], task
        assert Event.objects.filter(pk=event.pk).exists(), task


STOOD: list[tuple[str | None, str]] = []


@shared_task(name="tests.company")
def company_task(expected: str, fail: bool) -> None:
    STOOD.append((current_schema(), expected))
    if fail:
        raise RuntimeError


@shared_task(name="tests.shared")
def task_of_the_house(expected: str, fail: bool) -> None:
    company_task.run(expected, fail)


@pytest.mark.django_db
def test_hundreds_of_three_companies_one_after_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(TASKS, "tests.company", Place.COMPANY)
    monkeypatch.setitem(TASKS, "tests.shared", Place.SHARED)
    STOOD.clear()
    chance = random.Random(2)
    for _ in range(300):
        schema = chance.choice(["aurora", "borealis", "cumbre", "public"])
        task = "tests.shared" if schema == "public" else "tests.company"
        send(task, schema, chance.random() < 0.3, schema=schema)
        assert current_schema() == "public"
    assert len(STOOD) == 300
    assert all(stood == expected for stood, expected in STOOD)
