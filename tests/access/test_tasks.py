"""A task runs in the company of its header or not at all, whatever ran before it in the same process (D5)."""

from __future__ import annotations

import random
from typing import Any

import pytest
from celery import shared_task

from contactcenter.access.tasks import TASKS, UndeclaredTask, check_task
from contactcenter.access.who import Place
from contactcenter.celery import app
from tenants.door import current_schema
from tenants.models import Tenant

pytestmark = pytest.mark.django_db
SEEN: list[tuple[str | None, str | None]] = []


@shared_task(name="tests.company")
def company_task(expected: str, fail: bool) -> None:
    SEEN.append((current_schema(), expected))
    if fail:
        raise RuntimeError


@shared_task(name="tests.shared")
def shared_task_(expected: str, fail: bool) -> None:
    company_task.run(expected, fail)


@shared_task(name="tests.undeclared")
def undeclared_task() -> None:
    raise AssertionError("never runs")


@pytest.fixture(autouse=True)
def declared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(TASKS, "tests.company", Place.COMPANY)
    monkeypatch.setitem(TASKS, "tests.shared", Place.SHARED)
    app.finalize()


def send(task: Any, *args: Any, schema: str | None) -> Any:
    return app.tasks[task.name].apply(args=args, headers={"_schema_name": schema})


def test_hundreds_of_tasks_of_three_companies_one_after_the_other() -> None:
    SEEN.clear()
    chance = random.Random(2)
    for _ in range(500):
        schema = chance.choice(["aurora", "borealis", "cumbre", "public"])
        send(shared_task_ if schema == "public" else company_task, schema, chance.random() < 0.3, schema=schema)
        assert current_schema() == "public"
    assert len(SEEN) == 500
    assert all(stood == expected for stood, expected in SEEN)


@pytest.mark.parametrize("schema", [None, "", "public", "nowhere", "pg_catalog", "aurora'", "Aurora"])
def test_a_companys_task_without_its_company_does_not_run(schema: str | None) -> None:
    SEEN.clear()
    with pytest.raises(UndeclaredTask):
        send(company_task, "x", False, schema=schema).get()
    assert not SEEN


def test_nor_for_an_inactive_company_nor_undeclared_nor_with_a_company_too_many() -> None:
    Tenant.objects.filter(schema_name="cumbre").update(is_active=False)
    with pytest.raises(UndeclaredTask):
        check_task("tests.company", "cumbre")
    with pytest.raises(UndeclaredTask):
        send(undeclared_task, schema="aurora").get()
    with pytest.raises(UndeclaredTask):
        check_task("tests.shared", "aurora")
    assert check_task("tests.shared", None) == "public"
