"""Tells what the outbox holds: pushes to Channels groups, handled events to Celery. Any number of relays may run.

A push is deleted once told, in the transaction that claimed it: where a relay dies half-way, another tells its rows
again, which is harmless, for consumers read the rows anew. A handled event is deleted by its task (registry.py); until
then it is sent again and again, ever more rarely, so that a broker may lose whatever it likes. Companies take turns.

It works on lines of its own and knows ids alone: no company's schema is entered here.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any, LiteralString, Never

import psycopg
from celery import current_app
from channels.layers import get_channel_layer
from kombu.exceptions import KombuError
from kombu.exceptions import OperationalError as BrokerAway
from psycopg import sql
from psycopg.rows import dict_row
from redis.exceptions import RedisError

from contactcenter.lib import metrics
from contactcenter.operation.outbox import lines
from contactcenter.operation.outbox.models import Event
from contactcenter.operation.outbox.registry import task_for
from contactcenter.operation.outbox.services import RELAY_CHANNEL
from tenants.door import SHARED_SCHEMA

log = logging.getLogger("relay")

Line = psycopg.AsyncConnection[dict[str, Any]]
Tell = Callable[[Line], Awaitable[int]]

BATCH = 500
SHARE = 50  # of one company in a batch
POLL = 1.0  # seconds, should a notification be lost
SEND_WITHIN = 3.0
PAUSES = (0.05, 0.2, 0.5, 1.0, 2.0, 5.0)  # while somebody is away; the first is for a connection that had gone stale
PUSH_AGAIN = {"again": 0.05, "most": 5.0}  # seconds
SEND_AGAIN = {"again": 10.0, "most": 3600.0}  # should its task not have deleted it by then

# Each company's oldest due rows, found through the index whatever the length of the others' backlog.
CLAIM = """
WITH RECURSIVE companies AS (
    (SELECT schema FROM {event} ORDER BY schema LIMIT 1)
    UNION ALL
    SELECT (SELECT e.schema FROM {event} e WHERE e.schema > companies.schema ORDER BY e.schema LIMIT 1)
    FROM companies WHERE companies.schema IS NOT NULL
),
turns AS (SELECT schema FROM companies WHERE schema IS NOT NULL ORDER BY random())
SELECT due.* FROM turns CROSS JOIN LATERAL (
    SELECT e.id, e.name, e."group", e.schema, e.object_id, e.revision, e.request_id
    FROM {event} e
    WHERE e.schema = turns.schema AND e.kind = {kind} AND e.next_try_at <= clock_timestamp()
    ORDER BY e.id LIMIT {share} FOR UPDATE SKIP LOCKED
) due LIMIT {batch}
"""
DELETE = "DELETE FROM {event} WHERE id = ANY(%s)"
# Not told: due again after a pause that doubles with each try, from `again` up to `most` seconds.
LATER = """
UPDATE {event} SET tries = least(tries + 1, 30000),
    next_try_at = clock_timestamp() + make_interval(secs => least({most}, {again} * power(2, least(tries, 20))))
WHERE id = ANY(%s)
"""


class Away(Exception):
    """Redis or the broker cannot be reached."""


class Outage:
    """Patience with somebody who is away, told in one line when it begins and one when it ends."""

    def __init__(self, who: str) -> None:
        self.who = who
        self.failures = 0

    async def pause(self, error: Exception) -> None:
        self.failures += 1
        if self.failures == 2:
            reason = (str(error).splitlines() or [type(error).__name__])[0]
            log.warning("%s is away, nothing is lost, trying again: %s", self.who, reason)
        await asyncio.sleep(PAUSES[min(self.failures, len(PAUSES)) - 1])

    def over(self) -> None:
        if self.failures > 1:
            log.warning("%s is back", self.who)
        self.failures = 0


async def run() -> None:
    """Until cancelled. Pushes do not wait for the broker, nor tasks for Redis."""
    current_app.loader.import_default_modules()  # so that the upper rooms have registered their handlers
    async with asyncio.TaskGroup() as both:
        both.create_task(serve("Redis", tell_pushes))
        both.create_task(serve("the broker", send_tasks))


async def serve(carrier: str, tell: Tell) -> Never:
    database, carriers = Outage("PostgreSQL"), Outage(carrier)
    parameters = lines.parameters("contactcenter relay")
    while True:
        try:
            async with await psycopg.AsyncConnection.connect(**parameters, row_factory=dict_row) as line:
                await line.execute(sql.SQL("LISTEN {}").format(sql.Identifier(RELAY_CHANNEL)))
                database.over()
                await drain(line, tell, carriers)
        except psycopg.OperationalError as error:
            await database.pause(error)


async def drain(line: Line, tell: Tell, carriers: Outage) -> Never:
    while True:
        try:
            told = await tell(line)
        except Away as error:
            await carriers.pause(error)
            continue
        if told:
            carriers.over()
        else:
            async for _ in line.notifies(timeout=POLL, stop_after=1):
                pass


async def tell_pushes(line: Line) -> int:
    """One batch. Gives how many were told; raises Away when one could not be."""
    layer = get_channel_layer()
    told: list[int] = []
    said: set[tuple[str, ...]] = set()
    failure: Exception | None = None
    async with line.transaction():
        events = await claim(line, Event.Kind.PUSH)
        for event in events:
            words = tuple(str(event[key]) for key in ("group", "name", "schema", "object_id", "revision"))
            if words in said:  # the floor's, of hundreds of changes at once: who hears of one reads all
                told.append(event["id"])
                continue
            try:
                async with asyncio.timeout(SEND_WITHIN):
                    await layer.group_send(event["group"], news(event))
            except (RedisError, OSError) as error:
                failure = error
                await line.execute(statement(LATER, **PUSH_AGAIN), [[event["id"]]])
                break
            said.add(words)
            told.append(event["id"])
        if told:
            await line.execute(statement(DELETE), [told])
    metrics.told.labels(Event.Kind.PUSH).inc(len(told))
    if failure is not None:
        raise Away(str(failure) or type(failure).__name__) from failure
    return len(told)


def news(event: dict[str, Any]) -> dict[str, Any]:
    """As the consumers' `news` takes it (docs/protocol.md)."""
    return {"type": "news", **{key: event[key] for key in ("name", "schema", "object_id", "revision")}}


async def send_tasks(line: Line) -> int:
    """One batch. The rows are due again later should their tasks not have deleted them by then; nothing is locked while
    the broker is spoken to.
    """
    async with line.transaction():
        events = await claim(line, Event.Kind.HANDLE)
        if events:
            await line.execute(statement(LATER, **SEND_AGAIN), [[event["id"] for event in events]])
    for number, event in enumerate(events):
        task = task_for(event["name"])
        if task is None:
            log.error("nobody handles %s (event %d): it is kept", event["name"], event["id"])
            continue
        try:
            await asyncio.to_thread(send, task, event)
        except (BrokerAway, KombuError, RedisError, OSError) as error:
            unsent = [each["id"] for each in events[number:]]
            await line.execute(statement(LATER, **PUSH_AGAIN), [unsent])
            raise Away(str(error) or type(error).__name__) from error
        metrics.told.labels(Event.Kind.HANDLE).inc()
    return len(events)


def send(task: str, event: dict[str, Any]) -> None:
    current_app.send_task(
        task,
        args=[event["id"]],
        headers={"_schema_name": event["schema"] or SHARED_SCHEMA, "request_id": event["request_id"]},
        retry_policy={"max_retries": 1, "interval_start": 0, "interval_max": 0},
    )


async def claim(line: Line, kind: Event.Kind) -> list[dict[str, Any]]:
    cursor = await line.execute(statement(CLAIM, kind=kind.value, share=SHARE, batch=BATCH))
    return await cursor.fetchall()


def statement(text: LiteralString, **values: object) -> sql.Composed:
    literals = {key: sql.Literal(value) for key, value in values.items()}
    return sql.SQL(text).format(event=sql.Identifier(SHARED_SCHEMA, Event._meta.db_table), **literals)
