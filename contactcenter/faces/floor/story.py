"""Why a conversation went where it went: all that happened to its work items, in order. A fixed number of queries."""

from __future__ import annotations

from datetime import datetime
from typing import Any, TypedDict

from contactcenter.operation.agents.models import Agent
from contactcenter.operation.routing.errors import NotWaiting
from contactcenter.operation.routing.models import Intervention, ItemSpan, Offer, Queue, Repair, WorkItem

MOST_ITEMS = 20  # segments of one conversation, the latest


class Event(TypedDict, total=False):
    """`what`: queued, rang, handled, ended, moved, reassigned, reprioritised, repaired. Names are colleagues'."""

    at: str
    what: str
    queue: str
    agent: str
    by: str
    outcome: str
    seconds: int  # it rang, or was handled
    before: str
    after: str
    words: str


def story_of(item_id: int) -> list[Event]:
    """Of the item's conversation. Raises NotWaiting when there is no such item."""
    item = WorkItem.objects.filter(pk=item_id).first()
    if item is None:
        raise NotWaiting(item_id)
    segments = WorkItem.objects.filter(tenant=item.tenant_id, conversation=item.conversation)
    items = list(segments.select_related("queue", "previous").order_by("-pk")[:MOST_ITEMS])
    ids = [each.pk for each in items]
    told: list[tuple[datetime, Event]] = []
    for each in items:
        handed_on = each.previous is not None and each.previous.outcome == WorkItem.Outcome.TRANSFERRED
        told.append((each.queued_at if handed_on else each.entered_at, {"what": "queued", "queue": each.queue.name}))
        if each.ended_at is not None:
            told.append((each.ended_at, {"what": "ended", "outcome": each.outcome}))
    told += [*offers_of(ids), *handlings_of(ids), *interventions_of(ids), *repairs_of(ids)]
    return [{"at": at.isoformat(), **event} for at, event in sorted(told, key=lambda pair: pair[0])]


def offers_of(ids: list[int]) -> list[tuple[datetime, Event]]:
    return [
        (
            offer.offered_at,
            {
                "what": "rang",
                "agent": offer.agent.user.name,
                "outcome": offer.state,
                "seconds": seconds(offer.offered_at, offer.ended_at),
            },
        )
        for offer in Offer.objects.filter(item__in=ids).select_related("agent__user")
    ]


def handlings_of(ids: list[int]) -> list[tuple[datetime, Event]]:
    spans = ItemSpan.objects.filter(item__in=ids, kind=ItemSpan.Kind.HANDLING, ended_at__isnull=False)
    return [
        (
            span.ended_at,
            {"what": "handled", "agent": span.agent.user.name, "seconds": seconds(span.started_at, span.ended_at)},
        )
        for span in spans.select_related("agent__user")
        if span.ended_at is not None
    ]


def interventions_of(ids: list[int]) -> list[tuple[datetime, Event]]:
    rows = list(Intervention.objects.filter(item__in=ids).select_related("by"))
    queues, agents = names_in(rows)
    found: list[tuple[datetime, Event]] = []
    for row in rows:
        event: Event = {"what": row.kind, "by": row.by.name, "before": row.before, "after": row.after}
        known: dict[str, str] = {}
        if row.kind == Intervention.Kind.MOVED:
            known = queues
        elif row.kind == Intervention.Kind.REASSIGNED:
            known = agents
        if known:
            event["before"], event["after"] = known.get(row.before, ""), known.get(row.after, "")
        found.append((row.at, event))
    return found


def names_in(rows: list[Intervention]) -> tuple[dict[str, str], dict[str, str]]:
    """Of the queues and the agents that they speak of."""
    ids: dict[str, set[str]] = {Intervention.Kind.MOVED: set(), Intervention.Kind.REASSIGNED: set()}
    for row in rows:
        if row.kind in ids:
            ids[row.kind] |= {value for value in (row.before, row.after) if value}
    queues = Queue.objects.filter(pk__in=ids[Intervention.Kind.MOVED]).values_list("pk", "name")
    agents = Agent.objects.filter(pk__in=ids[Intervention.Kind.REASSIGNED]).values_list("pk", "user__name")
    return as_texts(queues), as_texts(agents)


def as_texts(pairs: Any) -> dict[str, str]:
    return {str(key): name for key, name in pairs}


def repairs_of(ids: list[int]) -> list[tuple[datetime, Event]]:
    return [
        (repair.at, {"what": "repaired", "words": repair.explanation}) for repair in Repair.objects.filter(item__in=ids)
    ]


def seconds(start: datetime, end: datetime | None) -> int:
    return round((end - start).total_seconds()) if end else 0
