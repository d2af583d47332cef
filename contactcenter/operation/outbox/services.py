"""Telling others what a transaction did: rows written with it, one NOTIFY when it commits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.db import connection
from django.db.models.functions import Now

from contactcenter.lib import groups
from contactcenter.lib.logs import about
from contactcenter.operation.outbox.models import Event

RELAY_CHANNEL = "outbox"
ROUTER_CHANNEL = "router"
COLUMNS = ("kind", "name", "group", "schema", "object_id", "revision", "request_id", "tries")
INSERT = f"""
WITH written AS (
    INSERT INTO {Event._meta.db_table} (kind, name, "group", schema, object_id, revision, request_id, tries)
    SELECT * FROM unnest(
        %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::bigint[], %s::text[], %s::smallint[]
    )
)
SELECT pg_notify(%s, '')
"""  # noqa: S608  the table's own name


def push(*, name: str, group: str, schema: str = "", object_id: str, revision: int = 0) -> None:
    """The relay sends it to one Channels group."""
    write([pushed(name=name, group=group, schema=schema, object_id=object_id, revision=revision)])


def pushed(*, name: str, group: str, schema: str = "", object_id: str, revision: int = 0) -> Event:
    """A push for `write`, which takes many at once."""
    return Event(kind=Event.Kind.PUSH, name=name, group=group, schema=schema, object_id=object_id, revision=revision)


def floor_changed(schema: str = "") -> Event:
    """Something that the floor shows has changed: of this company, or of agents."""
    return pushed(name="floor.changed", group=groups.floor(), schema=schema, object_id=schema or "agents")


def handle(*, name: str, schema: str = "", object_id: str) -> None:
    """The Celery task that an upper room registered for this name does it: at least once, its effect once."""
    write([asked(name=name, schema=schema, object_id=object_id)])


def handle_later(*, name: str, schema: str, object_id: str, seconds: float) -> None:
    """The same, sent when the time has come. The relay finds it by looking: nobody is notified."""
    later = asked(name=name, schema=schema, object_id=object_id)
    later.next_try_at = Now() + timedelta(seconds=seconds)
    later.save()


def asked(*, name: str, schema: str, object_id: str) -> Event:
    kind = Event.Kind.HANDLE
    return Event(kind=kind, name=name, schema=schema, object_id=object_id, request_id=about.request_id())


def write(events: Sequence[Event]) -> None:
    """All in one statement with the notification: every service comes through here, the router with hundreds."""
    if not events:
        return
    columns = [[getattr(event, column) for event in events] for column in COLUMNS]
    with connection.cursor() as cursor:
        cursor.execute(INSERT, [*columns, RELAY_CHANNEL])


def wake_router(*, item_id: int | None = None, agent_id: int | None = None) -> None:
    """The router looks again at this work item or agent."""
    notify(ROUTER_CHANNEL, f"item {item_id}" if agent_id is None else f"agent {agent_id}")


def notify(channel: str, payload: str = "") -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [channel, payload])  # equal ones of a transaction are sent once
