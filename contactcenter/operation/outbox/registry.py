"""Which Celery task does what a `handle` event asks for. Upper rooms register theirs in their `tasks.py`:

    @handles("wrap_up.expired", task="conversations.flag_wrap_up_missing")
    def flag_missing(*, object_id: str, now: datetime) -> None: ...

The function runs in the event's company, in one transaction with the deletion of its row: repeated deliveries have one
effect, one that failed is delivered again, and a broker that loses its messages loses nothing.

What speaks to the outside takes long and may hold no transaction meanwhile: `carries` registers a function that gets
the object's id, does its work in steps, and deletes the rows by `told` when all of it is written.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime
from typing import Protocol

from celery import shared_task
from django.db import transaction
from django.db.models import QuerySet

from contactcenter.lib import clock
from contactcenter.operation.outbox.models import Event
from tenants.door import SHARED_SCHEMA, current_schema


class Handler(Protocol):
    def __call__(self, *, object_id: str, now: datetime) -> None: ...


class Carrier(Protocol):
    def __call__(self, *, object_id: str) -> None: ...


_tasks: dict[str, str] = {}  # name of an event → name of its task


def handles(name: str, *, task: str) -> Callable[[Handler], Handler]:
    def register(handler: Handler) -> Handler:
        claim(name, task)

        @shared_task(name=task)  # type: ignore[untyped-decorator]
        def run(event_id: int) -> None:
            settle(event_id, handler, clock.now())

        return handler

    return register


def carries(name: str, *, task: str) -> Callable[[Carrier], Carrier]:
    def register(carrier: Carrier) -> Carrier:
        claim(name, task)

        @shared_task(name=task)  # type: ignore[untyped-decorator]
        def run(event_id: int) -> None:
            event = events_here().filter(pk=event_id, name=name).first()
            if event is not None:
                carrier(object_id=event.object_id)

        return carrier

    return register


def claim(name: str, task: str) -> None:
    if name in _tasks:
        raise ValueError(f"{name} is handled by {_tasks[name]} already")
    _tasks[name] = task


def task_for(name: str) -> str | None:
    return _tasks.get(name)


@transaction.atomic
def settle(event_id: int, handler: Handler, now: datetime) -> None:
    """Nothing where the row is gone: done before."""
    event = events_here().select_for_update().filter(pk=event_id).first()
    if event is None:
        return
    handler(object_id=event.object_id, now=now)
    event.delete()


def events_here() -> QuerySet[Event]:
    """Of the company in which the task runs: what another company's event asks for is not done in this one's name."""
    here = current_schema()
    return Event.objects.filter(kind=Event.Kind.HANDLE, schema="" if here == SHARED_SCHEMA else here)


def open_events(name: str, *, schema: str, object_id: str) -> list[int]:
    """The rows that ask for the same thing and are committed: to be read before the work is looked at, so that what is
    written after them has a row of its own.
    """
    rows = Event.objects.filter(kind=Event.Kind.HANDLE, name=name, schema=schema, object_id=object_id)
    return list(rows.values_list("pk", flat=True))


def told(events: Collection[int]) -> None:
    Event.objects.filter(pk__in=events).delete()
