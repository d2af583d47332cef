from __future__ import annotations

from celery import shared_task

from contactcenter.lib.clock import now
from contactcenter.records.webhooks import services
from tenants.models import Tenant


@shared_task(name="webhooks.sweep_companies")
def sweep_companies() -> None:
    """One task for each company: what ended 30 days ago is forgotten."""
    for schema in Tenant.objects.filter(is_active=True).values_list("schema_name", flat=True):
        sweep.apply_async(headers={"_schema_name": schema})


@shared_task(name="webhooks.sweep")
def sweep() -> None:
    services.forget(now=now())
