"""How an agent stands: presence, activity and load, which change together and raise the version together.

All of it is written under the lock of the agent's capacity row. That lock comes after those of work items; whoever
holds it takes further items only where they are free (SKIP LOCKED), so that nobody waits in a circle.
"""

from __future__ import annotations

from datetime import datetime

from contactcenter.lib import groups
from contactcenter.operation.agents.models import Activity, BreakReason, Capacity, Presence, PresenceSpan
from contactcenter.operation.outbox import services as outbox
from contactcenter.operation.outbox.models import Event
from contactcenter.operation.routing import news
from contactcenter.operation.routing.models import HELD, WorkItem


def lock(agent_id: int) -> Capacity:
    """The agent's capacity, for this transaction alone."""
    return Capacity.objects.select_for_update(no_key=True).get(agent=agent_id)


def settle(
    capacity: Capacity,
    *,
    now: datetime,
    load: int = 0,
    presence: Presence | None = None,
    reason: BreakReason | None = None,
) -> int:
    """Writes what changed of a locked agent and tells their desk. `load`: slots taken (or given back, below 0);
    `presence` None: as before. Gives the new version.
    """
    # A counter that has drifted must not stop the agent's work: the reconciler mends and explains it.
    capacity.chat_used = max(0, capacity.chat_used + load)
    if load or presence == Presence.AVAILABLE:
        capacity.idle_since = now
    capacity.version += 1
    capacity.save(update_fields=["chat_used", "idle_since", "version"])
    move(agent_id=capacity.agent_id, now=now, presence=presence, reason=reason)
    tell(capacity)
    return capacity.version


def tell(capacity: Capacity) -> None:
    """The agent's desk, the floor and the router, of a version just raised."""
    outbox.write([changed(capacity), outbox.floor_changed()])
    outbox.wake_router(agent_id=capacity.agent_id)


def changed(capacity: Capacity) -> Event:
    return outbox.pushed(
        name="agent.changed",
        group=groups.agent(capacity.agent_id),
        object_id=str(capacity.agent_id),
        revision=capacity.version,
    )


def move(*, agent_id: int, now: datetime, presence: Presence | None = None, reason: BreakReason | None = None) -> bool:
    """Ends the open span and begins the next at the same moment, where presence, reason or activity differ. Says
    whether they did.
    """
    span = open_span(agent_id)
    before = (span.presence, span.reason_id, span.activity) if span else (Presence.OFFLINE, None, Activity.IDLE)
    chosen = (presence, reason.pk if reason else None) if presence else before[:2]
    after = (*chosen, activity_of(agent_id))
    if after == before:
        return False
    if span:
        now = max(now, span.started_at)  # clocks of two machines differ: a span never ends before it began
        span.ended_at = now
        span.save(update_fields=["ended_at"])
    PresenceSpan.objects.create(
        agent_id=agent_id, presence=after[0], reason_id=after[1], activity=after[2], started_at=now
    )
    if (before[0] == Presence.AVAILABLE) != (after[0] == Presence.AVAILABLE):
        news.tell_alone(agent_id)
    return True


def open_span(agent_id: int) -> PresenceSpan | None:
    return PresenceSpan.objects.filter(agent=agent_id, ended_at=None).first()


def presence_of(agent_id: int) -> Presence:
    span = open_span(agent_id)
    return Presence(span.presence) if span else Presence.OFFLINE


def activity_of(agent_id: int) -> Activity:
    """The one place that derives it: a conversation in hand counts before a wrap-up, a ringing offer not at all."""
    held = WorkItem.objects.filter(agent=agent_id, state__in=HELD)
    states = set(held.values_list("state", flat=True))
    if WorkItem.State.ACTIVE in states:
        return Activity.ON_WORK
    return Activity.WRAP_UP if WorkItem.State.WRAP_UP in states else Activity.IDLE
