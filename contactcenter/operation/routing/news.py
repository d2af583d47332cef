"""Who is told when a work item changes: the router, the agent's desk, and visitors whose place in the queue moved."""

from __future__ import annotations

from contactcenter.lib import groups
from contactcenter.operation.outbox import services as outbox
from contactcenter.operation.outbox.models import Event
from contactcenter.operation.routing.models import WorkItem
from contactcenter.operation.routing.order import behind

PLACES_TOLD = 50


def save(item: WorkItem, *fields: str) -> None:
    """Writes a locked item's change. The router looks at it again."""
    item.revision += 1
    item.save(update_fields=[*fields, "revision"])
    outbox.wake_router(item_id=item.pk)


def tell_agent(item: WorkItem, agent_id: int, version: int) -> None:
    """`version`: of the agent's capacity, as the same change left it."""
    outbox.write([to_agent(item, agent_id, version)])


def to_agent(item: WorkItem, agent_id: int, version: int) -> Event:
    return outbox.pushed(
        name="item.changed",
        group=groups.agent(agent_id),
        schema=item.tenant.schema_name,
        object_id=str(item.pk),
        revision=version,
    )


def tell_places(item: WorkItem, *, own: bool = True) -> None:
    """The visitors who wait behind the item, nearest first; `own`: and the item's own. Call after the item's change is
    written.
    """
    moved = [item] if own else []
    moved += behind(item).select_related(None).only("conversation")[:PLACES_TOLD]
    schema = item.tenant.schema_name  # a queue belongs to one company
    outbox.write(
        [
            outbox.pushed(
                name="place.changed",
                group=groups.conversation_visitor(schema, other.conversation),
                schema=schema,
                object_id=str(other.conversation),
            )
            for other in moved
        ]
    )
