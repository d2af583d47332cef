from __future__ import annotations

from celery import shared_task

from contactcenter.lib.clock import now
from contactcenter.records.webhooks import reconciling, services
from tenants.across import suspected
from tenants.models import served_schemas

RECONCILE_EVERY = 300  # seconds


@shared_task(name="webhooks.sweep_companies")
def sweep_companies() -> None:
    """One task for each company: what ended 30 days ago is forgotten."""
    for schema in served_schemas():
        sweep.apply_async(headers={"_schema_name": schema})


@shared_task(name="webhooks.reconcile_companies")
def reconcile_companies() -> None:
    """One look over all companies; a task for each with tellings that nobody remembers."""
    for schema in suspected(reconciling.SUSPECT):
        reconcile.apply_async(headers={"_schema_name": schema}, expires=RECONCILE_EVERY)


@shared_task(name="webhooks.reconcile")
def reconcile() -> None:
    reconciling.reconcile(now=now())


@shared_task(name="webhooks.sweep")
def sweep() -> None:
    services.forget(now=now())
