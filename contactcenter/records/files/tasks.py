"""Files that no message took, and bytes without a row, are removed once a day."""

from __future__ import annotations

from celery import shared_task

from contactcenter.lib.clock import now
from contactcenter.records.files import services
from tenants.models import served_schemas


@shared_task(name="files.sweep_companies")
def sweep_companies() -> None:
    for schema in served_schemas():
        sweep.apply_async(headers={"_schema_name": schema})


@shared_task(name="files.sweep")
def sweep() -> None:
    """In the company of its header."""
    services.sweep(now=now())
