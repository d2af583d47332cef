"""The record of each schema's last migration, and the fence round a company whose migration failed: its hosts say that
it is being updated, its sockets come back later, its work waits. Everybody else goes on.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from tenants import door
from tenants.migrating.migrator import Result
from tenants.models import SchemaMigration, Tenant

Status = SchemaMigration.Status


def started(schema: str, target: str, now: datetime) -> None:
    with door.shared():
        SchemaMigration.objects.update_or_create(
            schema=schema, defaults={"status": Status.RUNNING, "target": target, "error": "", "tries": 0, "at": now}
        )


def ended(result: Result, target: str, now: datetime) -> None:
    """Fences a company that failed and frees one that did not."""
    status = Status.FAILED if result.failed else Status.DONE
    facts = {"status": status, "target": target, "error": result.error, "tries": result.tries, "at": now}
    with door.shared(), transaction.atomic():
        SchemaMigration.objects.update_or_create(schema=result.schema, defaults=facts)
        company = Tenant.objects.filter(schema_name=result.schema)
        if result.failed:
            company.filter(fenced_at=None).update(fenced_at=now)
        else:
            company.exclude(fenced_at=None).update(fenced_at=None)


def free_current(current: Collection[str], now: datetime) -> list[str]:
    """Those that stand where they should, however they came there: the record of a killed run, or a hand's repair."""
    with door.shared(), transaction.atomic():
        stale = SchemaMigration.objects.filter(schema__in=current).exclude(status=Status.DONE)
        stale.update(status=Status.DONE, error="", at=now)
        fenced = Tenant.objects.filter(schema_name__in=current).exclude(fenced_at=None)
        freed = list(fenced.values_list("schema_name", flat=True))
        fenced.update(fenced_at=None)
    return freed
