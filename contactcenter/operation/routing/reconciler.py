"""Compares work items, offers, counters and spans with each other every 5 seconds, mends what does not agree, and
writes down each repair in words a supervisor understands (docs/routing.md).

Every transition is one transaction and every check one statement: what a check finds was never right. Still each repair
looks again under the locks before it changes anything.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Case, Count, Exists, F, IntegerField, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce

from contactcenter.lib import metrics
from contactcenter.operation.agents import standing
from contactcenter.operation.agents.models import Activity, Agent, Capacity, DeskSocket, PresenceSpan, WebProcess
from contactcenter.operation.routing import spans
from contactcenter.operation.routing.giving_back import end_offer, put_back
from contactcenter.operation.routing.leaving import settle_and_tell, take_back
from contactcenter.operation.routing.locks import lock_item
from contactcenter.operation.routing.models import HELD, FocusSpan, ItemSpan, Offer, Repair, WorkItem
from contactcenter.operation.routing.news import save
from contactcenter.operation.routing.sweeps import each

log = logging.getLogger("reconciler")
SOCKETS_KEPT = timedelta(days=1)
OVERDUE = timedelta(seconds=10)


def reconcile(now: datetime) -> int:
    """Gives how many repairs it made. The counters come last: what was mended before has set them right already."""
    before = last_repair()
    for find, mend in CHECKS:
        each(find(now), lambda one, mend=mend: mend(one, now))  # type: ignore[misc]
    for heard in (DeskSocket, WebProcess):
        heard.objects.filter(seen_at__lt=now - SOCKETS_KEPT).delete()
    made = list(Repair.objects.filter(pk__gt=before).order_by("pk"))
    for repair in made:
        log.warning("%s: %s", repair.kind, repair.explanation)
        metrics.repairs.labels(repair.kind).inc()
    return len(made)


def last_repair() -> int:
    return Repair.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def explain(
    kind: str, explanation: str, now: datetime, *, item: WorkItem | None = None, agent: int | None = None
) -> None:
    Repair.objects.create(kind=kind, explanation=explanation, item=item, agent_id=agent, at=now)


# Offers and items ----------------------------------------------------------------------------------------------------
def offers_without_item(_now: datetime) -> list[int]:
    """Open, though the item does not ring."""
    stray = Offer.objects.filter(state=Offer.State.OPEN).exclude(item__state=WorkItem.State.OFFERED)
    return list(stray.values_list("pk", flat=True))


@transaction.atomic
def close_offer(offer_id: int, now: datetime) -> None:
    offer = Offer.objects.get(pk=offer_id)
    item = lock_item(offer.item_id)
    if item is None or item.state == WorkItem.State.OFFERED:
        return
    capacity = standing.lock(offer.agent_id)
    if not Offer.objects.filter(pk=offer_id, state=Offer.State.OPEN).update(state=Offer.State.WITHDRAWN, ended_at=now):
        return
    recount(capacity, now)
    explain(
        "offer_without_ringing_item",
        f"An offer was open although its work item was {item.get_state_display().lower()}: the offer was withdrawn.",
        now,
        item=item,
        agent=offer.agent_id,
    )


def overdue_offers(now: datetime) -> list[int]:
    """Still open long after their end, which the router brings: it does not see them, such as those of an item set
    aside.
    """
    overdue = Offer.objects.filter(state=Offer.State.OPEN, expires_at__lt=now - OVERDUE)
    return list(overdue.values_list("item", flat=True))


@transaction.atomic
def end_overdue(item_id: int, now: datetime) -> None:
    item = lock_item(item_id)
    offer = Offer.objects.filter(item=item_id, state=Offer.State.OPEN, expires_at__lt=now - OVERDUE).first()
    if item is None or offer is None or item.state != WorkItem.State.OFFERED:
        return
    capacity = standing.lock(offer.agent_id)
    end_offer(item, offer.agent_id, Offer.State.WITHDRAWN, now)
    put_back(item, now)
    recount(capacity, now)
    explain(
        "overdue_offer",
        "A work item rang on long after its time: it waits again, with its age.",
        now,
        item=item,
        agent=offer.agent_id,
    )


def ringing_without_offer(_now: datetime) -> list[int]:
    offered = Offer.objects.filter(item=OuterRef("pk"), state=Offer.State.OPEN)
    silent = WorkItem.objects.filter(~Exists(offered), state=WorkItem.State.OFFERED)
    return list(silent.values_list("pk", flat=True))


@transaction.atomic
def wait_again(item_id: int, now: datetime) -> None:
    item = lock_item(item_id)
    if item is None or item.state != WorkItem.State.OFFERED:
        return
    if Offer.objects.filter(item=item, state=Offer.State.OPEN).exists():
        return
    put_back(item, now)
    explain(
        "ringing_without_offer",
        "A work item counted as ringing but rang at nobody: it waits again, with its age.",
        now,
        item=item,
    )


def held_without_right(_now: datetime) -> list[int]:
    """Agents who hold a conversation of a company they do not serve (any more)."""
    serves = Agent.tenants.through.objects.filter(
        agent=OuterRef("agent"), tenant=OuterRef("tenant"), tenant__is_active=True
    )
    foreign = WorkItem.objects.filter(~Exists(serves), state=WorkItem.State.ACTIVE)
    return sorted({agent_id for agent_id in foreign.values_list("agent", flat=True) if agent_id is not None})


@transaction.atomic
def take_from(agent_id: int, now: datetime) -> None:
    capacity = standing.lock(agent_id)
    served = list(
        Agent.tenants.through.objects.filter(agent=agent_id, tenant__is_active=True).values_list("tenant", flat=True)
    )
    items = take_back(agent_id, now, of_tenants_not_in=served)
    if not items:
        return
    settle_and_tell(capacity, items, None, now)
    for item in items:
        explain(
            "held_without_right",
            "The agent does not serve this company any more: the conversation waits again, at the head of its queue.",
            now,
            item=item,
            agent=agent_id,
        )


def endless_wrap_ups(_now: datetime) -> list[int]:
    endless = WorkItem.objects.filter(state=WorkItem.State.WRAP_UP, wrap_up_until=None)
    return list(endless.values_list("pk", flat=True))


@transaction.atomic
def limit_wrap_up(item_id: int, now: datetime) -> None:
    item = lock_item(item_id)
    if item is None or item.state != WorkItem.State.WRAP_UP or item.wrap_up_until is not None:
        return
    item.wrap_up_until = now + timedelta(seconds=item.queue.wrap_up_seconds)
    save(item, "wrap_up_until")
    explain("endless_wrap_up", "A wrap-up had no end: it was given its queue's time from now.", now, item=item)


# Spans ---------------------------------------------------------------------------------------------------------------
SPAN_OF_STATE = {
    WorkItem.State.ACTIVE: ItemSpan.Kind.HANDLING,
    WorkItem.State.WRAP_UP: ItemSpan.Kind.WRAP_UP,
}


def wrong_item_spans(_now: datetime) -> list[int]:
    """Items whose open span is not that of their state and agent, or is missing."""
    right = Q()
    for state, kind in SPAN_OF_STATE.items():
        right |= Q(kind=kind, item__state=state, item__agent=F("agent"))
    running = ItemSpan.objects.filter(ended_at=None)
    unbooked = WorkItem.objects.filter(~Exists(running.filter(item=OuterRef("pk"))), state__in=HELD)
    return [
        *running.exclude(right).values_list("item", flat=True),
        *unbooked.values_list("pk", flat=True),
    ]


@transaction.atomic
def mend_item_span(item_id: int, now: datetime) -> None:
    item = lock_item(item_id)
    if item is None:
        return
    due = SPAN_OF_STATE.get(WorkItem.State(item.state))
    running = ItemSpan.objects.filter(item=item, ended_at=None).first()
    if (running.kind, running.agent_id) == (due, item.agent_id) if running else due is None:
        return
    if due and item.agent_id:
        spans.begin(item, item.agent_id, due, now)
    else:
        spans.end(item, now)
    explain(
        "item_time",
        f"The time booked did not fit the item's state, {item.get_state_display().lower()}: right from now on.",
        now,
        item=item,
        agent=item.agent_id,
    )


def focus_on_others(_now: datetime) -> list[int]:
    """Focus spans that run on an item which that agent does not hold."""
    wrong = FocusSpan.objects.filter(ended_at=None).exclude(item__state__in=HELD, item__agent=F("agent"))
    return list(wrong.values_list("pk", flat=True))


@transaction.atomic
def end_wrong_focus(span_id: int, now: datetime) -> None:
    span = FocusSpan.objects.get(pk=span_id)
    item = lock_item(span.item_id)
    if item is None or (item.state in HELD and item.agent_id == span.agent_id):
        return
    if spans.close(FocusSpan.objects.filter(pk=span_id), now):
        explain(
            "focus_time",
            "Time in front of an agent ran on for a work item they do not hold: it ends now.",
            now,
            item=item,
            agent=span.agent_id,
        )


def wrong_activities(_now: datetime) -> list[int]:
    """Agents whose open span says another activity than their items; no open span means offline and idle."""
    held = WorkItem.objects.filter(agent=OuterRef("agent"))
    activity = Case(
        When(Exists(held.filter(state=WorkItem.State.ACTIVE)), then=Value(Activity.ON_WORK)),
        When(Exists(held.filter(state=WorkItem.State.WRAP_UP)), then=Value(Activity.WRAP_UP)),
        default=Value(Activity.IDLE),
    )
    running = PresenceSpan.objects.filter(agent=OuterRef("agent"), ended_at=None).values("activity")
    wrong = Capacity.objects.annotate(due=activity, said=Coalesce(Subquery(running), Value(Activity.IDLE)))
    return list(wrong.exclude(due=F("said")).values_list("agent", flat=True))


@transaction.atomic
def mend_activity(agent_id: int, now: datetime) -> None:
    capacity = standing.lock(agent_id)
    if not standing.move(agent_id=agent_id, now=now):
        return
    standing.settle(capacity, now=now)
    activity = standing.activity_of(agent_id).label
    explain(
        "activity",
        f"The agent's log said another activity than their work items do: {activity.lower()} from now on.",
        now,
        agent=agent_id,
    )


# Counters ------------------------------------------------------------------------------------------------------------
def wrong_counters(_now: datetime) -> list[int]:
    """Agents of whom chat_used is not open offers + conversations in hand + wrap-ups."""
    wrong = Capacity.objects.annotate(
        ringing=number_of(Offer.objects.filter(agent=OuterRef("agent"), state=Offer.State.OPEN)),
        held=number_of(WorkItem.objects.filter(agent=OuterRef("agent"), state__in=HELD)),
    ).exclude(chat_used=F("ringing") + F("held"))
    return list(wrong.values_list("agent", flat=True))


def number_of(rows: Any) -> Coalesce:
    counted = rows.order_by().values("agent").annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted, output_field=IntegerField()), Value(0))


@transaction.atomic
def mend_counter(agent_id: int, now: datetime) -> None:
    capacity = standing.lock(agent_id)
    said = capacity.chat_used
    if recount(capacity, now):
        explain(
            "capacity",
            f"The agent counted as holding {said} but rings and holds {capacity.chat_used}: counted anew.",
            now,
            agent=agent_id,
        )


def recount(capacity: Capacity, now: datetime) -> bool:
    """Of a locked agent. Says whether the count was wrong."""
    ringing = Offer.objects.filter(agent=capacity.agent_id, state=Offer.State.OPEN).count()
    held = WorkItem.objects.filter(agent=capacity.agent_id, state__in=HELD).count()
    drift = ringing + held - capacity.chat_used
    if drift:
        standing.settle(capacity, now=now, load=drift)
    return drift != 0


Find = Callable[[datetime], list[int]]
Mend = Callable[[int, datetime], None]
CHECKS: tuple[tuple[Find, Mend], ...] = (
    (offers_without_item, close_offer),
    (overdue_offers, end_overdue),
    (ringing_without_offer, wait_again),
    (held_without_right, take_from),
    (endless_wrap_ups, limit_wrap_up),
    (wrong_item_spans, mend_item_span),
    (focus_on_others, end_wrong_focus),
    (wrong_activities, mend_activity),
    (wrong_counters, mend_counter),
)
