"""Who is told when a work item changes: the router, the agent's desk, and visitors whose place in the queue moved."""

from __future__ import annotations

from contactcenter.lib import groups
from contactcenter.operation.outbox import services as outbox
from contactcenter.operation.outbox.models import Event
from contactcenter.operation.routing.models import UNANSWERED, WorkItem
from contactcenter.operation.routing.order import behind, due
from contactcenter.operation.routing.places import needs
from contactcenter.operation.routing.serving import anybody_for

PLACES_TOLD = 50


def save(item: WorkItem, *fields: str) -> None:
    """Writes a locked item's change. The router looks at it again, and the floor."""
    item.revision += 1
    item.save(update_fields=[*fields, "revision"])
    tell_new(item)


def tell_new(item: WorkItem) -> None:
    """The router and the floor, of an item as it was just written."""
    outbox.wake_router(item_id=item.pk)
    outbox.write([outbox.floor_changed(item.tenant.schema_name)])


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
    outbox.write([to_visitor(other, schema) for other in moved])


def tell_alone(agent_id: int) -> None:
    """The visitors for whom nobody is there but this agent, who has just come or gone. The latest are first, for they
    are the likeliest to look on. Call after the change is written.
    """
    waiting = WorkItem.objects.filter(
        due(), state__in=UNANSWERED, set_aside="", tenant__agents=agent_id, queue__pool__agents=agent_id
    )
    told: list[Event] = []
    others: dict[object, bool] = {}
    for item in waiting.select_related("tenant").defer("tenant__logo").order_by("-entered_at", "-pk")[:PLACES_TOLD]:
        if (asks_for := needs(item)) not in others:
            others[asks_for] = anybody_for(item, besides=agent_id)
        if not others[asks_for]:
            told.append(to_visitor(item, item.tenant.schema_name))
    outbox.write(told)


def to_visitor(item: WorkItem, schema: str) -> Event:
    return outbox.pushed(
        name="place.changed",
        group=groups.conversation_visitor(schema, item.conversation),
        schema=schema,
        object_id=str(item.conversation),
    )
