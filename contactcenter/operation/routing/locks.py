"""The lock of a work item. It comes before those of agents (agents.standing) and after that of its conversation."""

from __future__ import annotations

from contactcenter.operation.routing.models import WorkItem


def lock_item(item_id: int) -> WorkItem | None:
    return (
        WorkItem.objects.select_for_update(of=("self",), no_key=True)
        .select_related("queue", "tenant")
        .defer("tenant__logo")
        .filter(pk=item_id)
        .first()
    )
