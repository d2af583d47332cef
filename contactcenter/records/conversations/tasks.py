"""What happens to conversations by the clock, in each company that has work."""

from __future__ import annotations

from datetime import datetime

from celery import shared_task

from contactcenter.lib.clock import now
from contactcenter.operation.outbox.registry import handles
from contactcenter.operation.routing.models import LIVE, WorkItem
from contactcenter.records.conversations import services
from contactcenter.records.conversations.services import reconciling
from tenants.across import suspected
from tenants.door import current_schema
from tenants.models import Tenant

LOOK_EVERY, RECONCILE_EVERY = 15, 60  # seconds


@shared_task(name="conversations.look_for_silence")
def look_for_silence() -> None:
    """One task for each company with live work; one not begun before the next look is dropped."""
    live = WorkItem.objects.filter(state__in=LIVE).values("tenant")
    for schema in Tenant.objects.filter(pk__in=live, is_served=True).values_list("schema_name", flat=True):
        end_silence.apply_async(headers={"_schema_name": schema}, expires=LOOK_EVERY)


@shared_task(name="conversations.end_silence")
def end_silence() -> None:
    """In the company of its header: silent visitors are reminded, then closed; those who left the queue are let go."""
    tenant = Tenant.objects.defer("logo").get(schema_name=current_schema())
    at = now()
    services.remind_silent(tenant=tenant, now=at)
    services.close_silent(tenant=tenant, now=at)
    services.abandon_gone(tenant=tenant, now=at)


@shared_task(name="conversations.reconcile_companies")
def reconcile_companies() -> None:
    """One look over all companies; a task for each in which anything does not agree."""
    for schema in suspected(reconciling.SUSPECT):
        reconcile.apply_async(headers={"_schema_name": schema}, expires=RECONCILE_EVERY)


@shared_task(name="conversations.reconcile")
def reconcile() -> None:
    tenant = Tenant.objects.defer("logo").get(schema_name=current_schema())
    reconciling.reconcile(tenant=tenant, now=now())


@handles("agent.left", task="conversations.tell_agent_left")
def tell_agent_left(*, object_id: str, now: datetime) -> None:
    services.tell_agent_left(item_id=int(object_id), now=now)


@handles("wrap_up.expired", task="conversations.flag_wrap_up_missing")
def flag_wrap_up_missing(*, object_id: str, now: datetime) -> None:
    services.flag_wrap_up_missing(item_id=int(object_id), now=now)
