"""Telling others what a transaction did: rows written with it, one NOTIFY when it commits."""

from __future__ import annotations

from django.db import connection

from contactcenter.operation.outbox.models import Event

CHANNEL = "outbox"


def push(*, name: str, group: str, schema: str = "", object_id: str, revision: int = 0) -> None:
    """The relay sends it to one Channels group."""
    write(Event(kind=Event.Kind.PUSH, name=name, group=group, schema=schema, object_id=object_id, revision=revision))


def handle(*, name: str, schema: str = "", object_id: str) -> None:
    """A Celery task that an upper room registered for this name does it, at least once."""
    write(Event(kind=Event.Kind.HANDLE, name=name, schema=schema, object_id=object_id))


def write(event: Event) -> None:
    event.save(force_insert=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, '')", [CHANNEL])  # PostgreSQL sends equal ones of a transaction once
