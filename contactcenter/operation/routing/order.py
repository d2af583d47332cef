"""Who comes first among the waiting: the one order that the router, the visitor's place and the queue's list share."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from contactcenter.operation.routing.models import UNANSWERED, WorkItem

ORDER = ("-front", "-priority", "entered_at", "pk")


def due(now: datetime | None = None) -> Q:
    """Not held back until later."""
    return Q(not_before=None) | Q(not_before__lte=now or Now())


def ahead_of(item: WorkItem) -> QuerySet[WorkItem]:
    """Whoever of the item's queue is served before it."""
    return unanswered(item).filter(comes_before(item))


def behind(item: WorkItem) -> QuerySet[WorkItem]:
    """Whoever of the item's queue is served after it, in order."""
    return unanswered(item).exclude(pk=item.pk).exclude(comes_before(item)).order_by(*ORDER)


def unanswered(item: WorkItem) -> QuerySet[WorkItem]:
    return WorkItem.objects.filter(due(), queue=item.queue_id, state__in=UNANSWERED)


def comes_before(item: WorkItem) -> Q:
    same_front = Q(front=item.front)
    same_priority = same_front & Q(priority=item.priority)
    same_entry = same_priority & Q(entered_at=item.entered_at)
    rule = (
        same_front & Q(priority__gt=item.priority)
        | same_priority & Q(entered_at__lt=item.entered_at)
        | same_entry & Q(pk__lt=item.pk)
    )
    return rule if item.front else Q(front=True) | rule
