"""Where those stand who wait, many at once: of one company by a few queries, however long its queues are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from typing import NamedTuple
from uuid import UUID

from contactcenter.operation.routing.models import UNANSWERED, WorkItem
from contactcenter.operation.routing.order import ORDER, due
from contactcenter.operation.routing.serving import anybody_for


class Place(NamedTuple):
    """`number` counts from 1, in the order the router serves the queue."""

    number: int
    nobody_there: bool


def places(*, tenant_id: int, conversations: Collection[UUID]) -> dict[UUID, Place]:
    """Of those conversations that wait now."""
    waiting = WorkItem.objects.filter(due(), tenant=tenant_id, state__in=UNANSWERED)
    before: defaultdict[int, int] = defaultdict(int)
    served: dict[object, bool] = {}
    found: dict[UUID, Place] = {}
    for item in waiting.order_by(*ORDER):
        before[item.queue_id] += 1
        if item.conversation in conversations:
            if (asks_for := needs(item)) not in served:
                served[asks_for] = anybody_for(item)
            found[item.conversation] = Place(before[item.queue_id], not served[asks_for])
    return found


def needs(item: WorkItem) -> object:
    """Two items with the same are served by the same people."""
    return item.queue_id, item.only_agent_id, item.language, str(item.required_skills), item.set_aside
