"""Work comes in, and where it stands."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from contactcenter.lib.prepared import Prepared
from contactcenter.operation.agents.models import Agent
from contactcenter.operation.routing.errors import QueueFull
from contactcenter.operation.routing.models import LIVE, UNANSWERED, Queue, QueueSkill, WorkItem
from contactcenter.operation.routing.news import tell_new, tell_places
from contactcenter.operation.routing.order import ahead_of, due
from tenants.models import Tenant


@transaction.atomic
def enqueue(
    *,
    tenant: Tenant,
    conversation: UUID,
    queue: Queue,
    language: str,
    now: datetime,
    preferred_agent: Agent | None = None,
    preferred_until: datetime | None = None,
    priority: int = 0,
    previous: WorkItem | None = None,
    not_before: datetime | None = None,
) -> WorkItem:
    """A person is needed. Until `preferred_until` the preferred agent has it alone, while they are there. Raises
    QueueFull, but not for work that is held back until later: nobody waits for that.
    """
    if queue.tenant_id != tenant.pk:
        raise ValueError(f"queue {queue.pk} is not of company {tenant.pk}")
    if not_before is None or not_before <= now:
        refuse_when_full(queue, now)
    item = WorkItem.objects.create(
        tenant=tenant,
        conversation=conversation,
        channel=queue.channel,
        queue=queue,
        language=language,
        required_skills=skills_of(queue),
        priority=priority,
        entered_at=now,
        queued_at=now,
        not_before=not_before,
        previous=previous,
        preferred_agent=preferred_agent,
        preferred_until=preferred_until,
    )
    tell_new(item)
    if priority:
        tell_places(item, own=False)
    return item


def refuse_when_full(queue: Queue, now: datetime) -> None:
    """The queue's row is held until commit, or two customers would both be the last."""
    limit = Queue.objects.select_for_update(of=("self",), no_key=True).get(pk=queue.pk).max_waiting
    if WorkItem.objects.filter(due(now), queue=queue, state__in=UNANSWERED).count() >= limit:
        raise QueueFull(queue.pk)


def skills_of(queue: Queue) -> dict[str, int]:
    """As JSON keeps it: skill id → least level."""
    rows = QueueSkill.objects.filter(queue=queue).values_list("skill", "level")
    return {str(skill): level for skill, level in rows}


LIVE_ITEMS = Prepared(
    lambda tenant, conversation: WorkItem.objects.filter(
        tenant=tenant, conversation=conversation, state__in=LIVE
    ).select_related("agent")
)


def live_item(*, tenant: Tenant, conversation: UUID) -> WorkItem | None:
    """The one that waits, rings or is in hand: who owns the conversation stands there."""
    return LIVE_ITEMS.first(tenant=tenant.pk, conversation=conversation)


def position(*, tenant: Tenant, conversation: UUID) -> int | None:
    """Counts from 1, in the order the router serves the queue; None when nothing waits."""
    item = WorkItem.objects.filter(tenant=tenant, conversation=conversation, state__in=UNANSWERED).first()
    return ahead_of(item).count() + 1 if item else None
