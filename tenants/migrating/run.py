"""The whole walk: the shared schema, the template, a few companies as canaries, all others."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.core.management.sql import emit_post_migrate_signal
from django.db import connection

from contactcenter.lib.clock import now
from tenants import door
from tenants.door import SHARED_SCHEMA
from tenants.migrating import fence
from tenants.migrating.migrator import Migrator, Result
from tenants.migrating.template import bring_up_template, direct
from tenants.migrating.versions import TEMPLATE, Versions, program_graph, read_versions, targets
from tenants.migrating.workers import DIED, Crew
from tenants.models import Tenant

CANARIES = 5
LOCK = "contactcenter migrates"


class AlreadyRunning(Exception):
    """Another command migrates this database."""


class Stopped(Exception):
    """Nothing further is touched: what failed would fail everywhere."""


@dataclass
class Outcome:
    migrated: list[Result] = field(default_factory=list)
    failed: list[Result] = field(default_factory=list)
    current: int = 0  # companies with nothing to do
    freed: list[str] = field(default_factory=list)

    def take(self, result: Result) -> None:
        (self.failed if result.failed else self.migrated).append(result)


@dataclass(frozen=True)
class Told:
    """What the walk tells while it goes."""

    stage: Callable[[str, int], None]  # its name, how many schemas it has
    step: Callable[[Result], None]


def migrate_everything(*, jobs: int, told: Told) -> Outcome:
    """Companies that fail are fenced and stand in the outcome. Raises Stopped, AlreadyRunning."""
    with alone():
        graph, migrator, outcome = program_graph(), Migrator(), Outcome()
        versions = read_versions(direct(), graph)
        for schema, bring_up in ((SHARED_SCHEMA, bring_up_shared), (TEMPLATE, bring_up_template)):
            if not versions.is_current(schema):
                told.stage(schema, 1)
                result = bring_up(migrator)
                told.step(result)
                outcome.take(result)
                if result.failed:
                    raise Stopped(f"{schema}: {result.error}")
        versions = read_versions(direct(), graph)
        companies = companies_in_order()
        behind = [schema for schema in companies if not versions.is_current(schema)]
        outcome.current = len(companies) - len(behind)
        outcome.freed = fence.free_current([*standing_right(versions)], now())
        migrate_companies(behind, target=target_of(versions), jobs=jobs, told=told, outcome=outcome)
    return outcome


def bring_up_shared(migrator: Migrator) -> Result:
    result = migrator.bring_up(SHARED_SCHEMA)
    if not result.failed:
        with door.shared():
            emit_post_migrate_signal(verbosity=0, interactive=False, db=connection.alias)  # content types, permissions
    return result


def migrate_companies(schemas: Sequence[str], *, target: str, jobs: int, told: Told, outcome: Outcome) -> None:
    died: list[Result] = []

    def take(result: Result) -> None:
        outcome.take(result)
        told.step(result)
        if result.error == DIED:
            died.append(result)

    try:
        asyncio.run(walk(schemas, Crew(target=target, jobs=jobs, told=take), told, outcome))
    finally:
        for result in died:
            fence.ended(result, target, now())


async def walk(schemas: Sequence[str], crew: Crew, told: Told, outcome: Outcome) -> None:
    """Raises Stopped."""
    canaries, rest = schemas[:CANARIES], schemas[CANARIES:]
    async with crew:
        if canaries:
            told.stage("canaries", len(canaries))
            await crew.migrate(canaries)
        if not rest:
            return
        if len(outcome.failed) * 2 > len(canaries):
            raise Stopped(
                f"{len(outcome.failed)} of the first {len(canaries)} companies failed ({outcome.failed[0].error}): "
                f"{len(rest)} others were left as they are"
            )
        told.stage("companies", len(rest))
        await crew.migrate(rest)


def companies_in_order() -> list[str]:
    with door.shared():
        return list(Tenant.objects.order_by("pk").values_list("schema_name", flat=True))


def standing_right(versions: Versions) -> list[str]:
    return [schema for schema in versions.applied if versions.is_current(schema)]


def target_of(versions: Versions) -> str:
    return " ".join(f"{app}.{name}" for app, name in sorted(targets(versions.graph, TEMPLATE)))[:500]


@contextmanager
def alone() -> Generator[None]:
    """Freed by PostgreSQL when this process dies. Raises AlreadyRunning."""
    with door.shared(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", [LOCK])
        if cursor.fetchone() != (True,):
            raise AlreadyRunning
    try:
        yield
    finally:
        if connection.is_usable():
            with door.shared(), connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", [LOCK])
