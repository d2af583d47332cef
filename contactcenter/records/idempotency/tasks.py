from __future__ import annotations

from celery import shared_task

from contactcenter.lib.clock import now
from contactcenter.records.idempotency import services
from tenants.models import served_schemas


@shared_task(name="idempotency.sweep_companies")
def sweep_companies() -> None:
    """One task for each company: answers of two days ago are forgotten."""
    for schema in served_schemas():
        sweep.apply_async(headers={"_schema_name": schema})


@shared_task(name="idempotency.sweep")
def sweep() -> None:
    services.forget(now=now())
