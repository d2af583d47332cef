"""Who spent which time on what. One moment closes a span and opens the next; none ends before it began."""

from __future__ import annotations

from datetime import datetime

from django.db.models import F, QuerySet, Value
from django.db.models.functions import Greatest

from contactcenter.operation.routing.models import FocusSpan, ItemSpan, WorkItem


def begin(item: WorkItem, agent_id: int, kind: ItemSpan.Kind, now: datetime) -> None:
    """Of work in one agent's hands; ends what ran before."""
    last = (
        ItemSpan.objects.filter(item=item).order_by("-started_at", "-pk").values_list("started_at", flat=True).first()
    )
    moment = max(now, last) if last else now
    end(item, moment)
    ItemSpan.objects.create(item=item, agent_id=agent_id, kind=kind, started_at=moment)


def end(item: WorkItem, now: datetime) -> None:
    close(ItemSpan.objects.filter(item=item), now)


def begin_focus(item: WorkItem, agent_id: int, now: datetime) -> None:
    """Under the lock of the agent's capacity."""
    open_span = FocusSpan.objects.filter(agent=agent_id, ended_at=None).first()
    if open_span and open_span.item_id == item.pk:
        return
    moment = max(now, open_span.started_at) if open_span else now
    end_focus_of_agent(agent_id, moment)
    FocusSpan.objects.create(agent_id=agent_id, item=item, started_at=moment)


def end_focus(item: WorkItem, now: datetime) -> None:
    close(FocusSpan.objects.filter(item=item), now)


def end_focus_of_agent(agent_id: int, now: datetime) -> None:
    close(FocusSpan.objects.filter(agent=agent_id), now)


def close(rows: QuerySet[ItemSpan] | QuerySet[FocusSpan], now: datetime) -> int:
    return rows.filter(ended_at=None).update(ended_at=Greatest(Value(now), F("started_at")))
