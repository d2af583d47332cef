"""Which Celery task does what a `handle` event asks for. Upper rooms register theirs in their `tasks.py`:

    @handles("wrap_up.expired", task="conversations.flag_wrap_up_missing")
    def flag_missing(*, object_id: str, now: datetime) -> None: ...

The function runs in the event's company, in one transaction with the deletion of its row: repeated deliveries have one
effect, one that failed is delivered again, and a broker that loses its messages loses nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from celery import shared_task
from django.db import transaction

from contactcenter.lib import clock
from contactcenter.operation.outbox.models import Event


class Handler(Protocol):
    def __call__(self, *, object_id: str, now: datetime) -> None: ...


_tasks: dict[str, str] = {}  # name of an event → name of its task


def handles(name: str, *, task: str) -> Callable[[Handler], Handler]:
    def register(handler: Handler) -> Handler:
        if name in _tasks:
            raise ValueError(f"{name} is handled by {_tasks[name]} already")

        @shared_task(name=task)  # type: ignore[untyped-decorator]
        def run(event_id: int) -> None:
            settle(event_id, handler, clock.now())

        _tasks[name] = task
        return handler

    return register


def task_for(name: str) -> str | None:
    return _tasks.get(name)


@transaction.atomic
def settle(event_id: int, handler: Handler, now: datetime) -> None:
    """Nothing where the row is gone: done before."""
    event = Event.objects.select_for_update().filter(pk=event_id, kind=Event.Kind.HANDLE).first()
    if event is None:
        return
    handler(object_id=event.object_id, now=now)
    event.delete()
