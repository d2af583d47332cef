"""What an admin would set, changed in the running house for the length of a test and put back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import sql

from contactcenter.demo.running import Demo

Hours = Sequence[tuple[int, str, str]]  # weekday from Monday = 0, opens, closes
ALWAYS: Hours = [(weekday, "00:00", "00:00") for weekday in range(7)]
NEVER: Hours = []


def ask(demo: Demo, statement: str | sql.Composed, *values: Any) -> list[tuple[Any, ...]]:
    with psycopg.connect(demo.environment()["DATABASE_URL"].replace("postgres://", "postgresql://")) as connection:
        done = connection.execute(statement, values)  # type: ignore[arg-type]
        return done.fetchall() if done.description else []


@contextmanager
def hours(demo: Demo, company: str, wanted: Hours) -> Iterator[None]:
    before = ask(
        demo,
        "SELECT weekday, opens, closes FROM tenants_openinghours h JOIN tenants_tenant t ON t.id = h.tenant_id"
        " WHERE t.schema_name = %s",
        company,
    )
    set_hours(demo, company, wanted)
    try:
        yield
    finally:
        set_hours(demo, company, before)  # type: ignore[arg-type]


def set_hours(demo: Demo, company: str, wanted: Hours) -> None:
    [(tenant,)] = ask(demo, "SELECT id FROM tenants_tenant WHERE schema_name = %s", company)
    ask(demo, "DELETE FROM tenants_openinghours WHERE tenant_id = %s", tenant)
    for weekday, opens, closes in wanted:
        ask(
            demo,
            "INSERT INTO tenants_openinghours (tenant_id, weekday, opens, closes) VALUES (%s, %s, %s, %s)",
            *(tenant, weekday, opens, closes),
        )


@contextmanager
def queues(demo: Demo, company: str, **wanted: int) -> Iterator[None]:
    """Columns of all queues of a company: offer_seconds, wrap_up_seconds, max_waiting."""
    columns = sql.SQL(", ").join(map(sql.Identifier, wanted))
    before = ask(
        demo,
        sql.SQL("SELECT {}, q.id FROM routing_queue q JOIN tenants_tenant t ON t.id = q.tenant_id").format(columns)
        + sql.SQL(" WHERE t.schema_name = %s"),
        company,
    )
    change = sql.SQL("UPDATE routing_queue SET ({}) = ROW({}) WHERE id = %s").format(
        columns, sql.SQL(", ").join([sql.Placeholder()] * len(wanted))
    )
    for row in before:
        ask(demo, change, *wanted.values(), row[-1])
    try:
        yield
    finally:
        for row in before:
            ask(demo, change, *row)


@contextmanager
def chats_at_once(demo: Demo, email: str, limit: int) -> Iterator[None]:
    statement = (
        "UPDATE agents_capacity c SET chat_limit = %s, version = version + 1 FROM agents_agent a"
        " JOIN accounts_user u ON u.id = a.user_id WHERE c.agent_id = a.id AND u.email = %s"
    )
    [(before,)] = ask(
        demo,
        "SELECT c.chat_limit FROM agents_capacity c JOIN agents_agent a ON a.id = c.agent_id"
        " JOIN accounts_user u ON u.id = a.user_id WHERE u.email = %s",
        email,
    )
    ask(demo, statement, limit, email)
    try:
        yield
    finally:
        ask(demo, statement, before, email)
