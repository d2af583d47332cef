"""A handled event has its effect once, whatever is delivered how often."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from contactcenter.celery import app
from contactcenter.operation.accounts.models import User
from contactcenter.operation.outbox import registry, services
from contactcenter.operation.outbox.models import Event
from tenants.door import tenant as inside
from tests.operation.floor import NOON

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_aurora")]


@pytest.fixture
def in_aurora(db: None) -> Iterator[None]:
    """Where the tasks of its events run."""
    with inside("aurora"):
        yield


@pytest.fixture
def event() -> Event:
    services.handle(name="thing.happened", schema="aurora", object_id="7")
    return Event.objects.get()


def test_the_effect_comes_once_and_the_row_goes_with_it(event: Event) -> None:
    calls = []

    def handler(*, object_id: str, now: datetime) -> None:
        calls.append((object_id, now))

    for _ in range(3):
        registry.settle(event.pk, handler, NOON)
    assert calls == [("7", NOON)]
    assert not Event.objects.exists()


def test_a_failure_undoes_what_it_did_and_leaves_the_row(event: Event) -> None:
    def handler(*, object_id: str, now: datetime) -> None:
        User.objects.create(email="half@done.example", name="Half")
        raise RuntimeError("in the middle")

    with pytest.raises(RuntimeError):
        registry.settle(event.pk, handler, NOON)
    assert Event.objects.get() == event
    assert not User.objects.filter(email="half@done.example").exists()


def test_a_push_is_no_task_and_what_another_company_asks_for_is_not_done_here() -> None:
    services.push(name="agent.changed", group="agent.1", schema="aurora", object_id="1")
    services.handle(name="thing.happened", schema="borealis", object_id="7")

    def handler(*, object_id: str, now: datetime) -> None:
        raise AssertionError

    for event in Event.objects.all():
        registry.settle(event.pk, handler, NOON)
    assert Event.objects.count() == 2


def test_one_handler_a_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_tasks", {})

    def handler(*, object_id: str, now: datetime) -> None: ...

    assert registry.handles("thing.happened", task="tests.outbox.handle")(handler) is handler
    assert registry.task_for("thing.happened") == "tests.outbox.handle"
    assert registry.task_for("other.happened") is None
    with pytest.raises(ValueError, match="already"):
        registry.handles("thing.happened", task="tests.outbox.again")(handler)


def test_what_is_carried_out_of_the_house_deletes_its_rows_itself(
    event: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry, "_tasks", {})
    calls = []

    def carrier(*, object_id: str) -> None:
        calls.append(object_id)

    registry.carries("thing.happened", task="tests.outbox.carry")(carrier)
    task = app.tasks["tests.outbox.carry"]
    task.run(event.pk)
    assert calls == ["7"]
    assert Event.objects.get() == event, "still asked for"
    services.handle_later(name="thing.happened", schema="aurora", object_id="7", seconds=60)
    services.handle(name="thing.happened", schema="borealis", object_id="7")
    mine = registry.open_events("thing.happened", schema="aurora", object_id="7")
    assert len(mine) == 2
    later = Event.objects.get(pk=mine[1])
    assert timedelta(seconds=58) < later.next_try_at - timezone.now() < timedelta(seconds=61)
    registry.told(mine)
    task.run(event.pk)
    assert calls == ["7"], "told before"
    assert Event.objects.get().schema == "borealis"
