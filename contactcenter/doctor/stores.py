"""PostgreSQL, Redis and the broker: the start's own checks, and what shows only once the tables are there."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import redis
from django.conf import settings
from django.db import connection
from redis.backoff import NoBackoff
from redis.retry import Retry

from contactcenter.doctor.findings import Finding, warning, well, wrong
from contactcenter.operation.audit.services import rights_too_wide
from contactcenter.run import outside
from contactcenter.run.refusal import Refusal
from tenants.migrating.versions import program_graph, read_versions
from tenants.models import Tenant

SKEW_WARNING, SKEW_WRONG = 1.0, 5.0  # seconds


def refused(what: str, check: Callable[[str], None], url: str) -> Finding | None:
    """The start says in one line what is wrong and, behind the last colon, what to do."""
    try:
        check(url)
    except Refusal as refusal:
        words, _colon, cure = str(refusal).rpartition(": ")
        return wrong(f"{what}: {words}", cure[:1].upper() + cure[1:])
    return None


def postgresql() -> Iterator[Finding]:
    """Reach, version, rights, pooler; then what the tables need."""
    if finding := refused("PostgreSQL", outside.check_database, os.environ["DATABASE_URL"]):
        yield finding
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version'), clock_timestamp()")
        asked = datetime.now(UTC)
        version, theirs = cursor.fetchone() or ("", asked)
    yield well(f"PostgreSQL {version}: reached, with the rights it takes, and no pooler that mixes companies up")
    yield clock((theirs - asked).total_seconds())
    yield from schemas()


def clock(skew: float) -> Finding:
    words = f"The clocks of this machine and of PostgreSQL are {abs(skew):.1f} s apart"
    if abs(skew) < SKEW_WARNING:
        return well(words)
    cure = "Let both follow a time server (systemd-timesyncd or chrony): offers and waits are counted by these clocks."
    return wrong(words, cure) if abs(skew) > SKEW_WRONG else warning(words, cure)


def schemas() -> Iterator[Finding]:
    connection.ensure_connection()
    versions = read_versions(connection.connection, program_graph())
    behind = sorted(schema for schema in versions.applied if not versions.is_current(schema))
    if not versions.applied:
        yield wrong("The database is empty", "manage.py migrate_companies makes its tables.")
        return
    if behind:
        shown = ", ".join(behind[:5]) + (f" and {len(behind) - 5} more" if len(behind) > 5 else "")
        yield wrong(f"Not migrated to this version: {shown}", "manage.py migrate_companies (docs/migrations.md).")
    else:
        yield well(f"{len(versions.applied)} schemas are at this version")
    fenced = list(Tenant.objects.exclude(fenced_at=None).order_by("schema_name").values_list("schema_name", flat=True))
    if fenced:
        yield wrong(
            f"Fenced, so closed to everybody: {', '.join(fenced)}",
            "A migration failed there: docs/migrations.md says how to look and go on.",
        )
    if rights := rights_too_wide():
        yield wrong(
            f"This role may {', '.join(rights)} entries of the log of who did what",
            f"REVOKE {', '.join(rights)} ON audit_entry FROM CURRENT_USER (docs/audit.md).",
        )
    else:
        yield well("The log of who did what can only be appended to")


def redis_server() -> Iterator[Finding]:
    if finding := refused("Redis", outside.check_redis, settings.REDIS_URL):
        yield finding
        return
    with redis.Redis.from_url(settings.REDIS_URL, socket_timeout=5, retry=Retry(NoBackoff(), 0)) as client:
        version = str(client.info("server")["redis_version"])
        yield old_redis(version) or well(f"Redis {version}: reached")
        yield eviction(client)


def old_redis(version: str) -> Finding | None:
    if int(version.split(".", maxsplit=1)[0]) >= outside.OLDEST_REDIS:
        return None
    return wrong(f"Redis {version}", f"{outside.OLDEST_REDIS} or newer is needed.")


def eviction(client: Any) -> Finding:
    try:
        policy = client.config_get("maxmemory-policy").get("maxmemory-policy", "")
    except redis.ResponseError:  # a rented one keeps its settings to itself
        return warning(
            "Redis does not say what it does when it is full", "See that its maxmemory-policy is noeviction."
        )
    if policy == "noeviction":
        return well("Redis drops nothing by itself when it is full")
    return wrong(
        f"Redis drops keys when it is full ({policy}), tasks among them",
        "CONFIG SET maxmemory-policy noeviction, or give Celery a broker of its own (BROKER_URL).",
    )


def broker() -> Iterator[Finding]:
    url = settings.CELERY_BROKER_URL
    yield refused("Broker", outside.check_broker, url) or well("The broker of the tasks is reached")
