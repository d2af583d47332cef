"""What agents choose, and whether their desks are alive."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from contactcenter.operation.agents import standing
from contactcenter.operation.agents.models import Agent, BreakReason, DeskSocket, Presence, PresenceSpan
from contactcenter.operation.routing import spans
from contactcenter.operation.routing.giving_back import withdraw_offers
from contactcenter.operation.routing.models import Offer, WorkItem
from contactcenter.operation.routing.news import tell_agent

LOST_AFTER = timedelta(seconds=30)
CHOSEN = (Presence.AVAILABLE, Presence.BREAK, Presence.OFFLINE)


class UnknownReason(ValueError):
    """A break for a reason that is not on the list."""

    code = "not_chosen"
    field = "reason"


@transaction.atomic
def set_presence(*, agent_id: int, presence: str, reason: str | None = None, now: datetime) -> None:
    """What the agent chose. Anything but available takes back what rings; what is in hand stays in hand. The same again
    changes nothing. `reason` is the key of a break's reason. Raises UnknownReason.
    """
    chosen = Presence(presence)
    if chosen not in CHOSEN:
        raise ValueError(f"{presence} cannot be chosen")
    why = reason_of(reason) if chosen == Presence.BREAK and reason else None
    capacity = standing.lock(agent_id)
    span = standing.open_span(agent_id)
    if (span.presence, span.reason_id) == (chosen, why.pk if why else None) if span else chosen == Presence.OFFLINE:
        return
    withdrawn = [] if chosen == Presence.AVAILABLE else withdraw_offers(agent_id=agent_id, now=now)
    if chosen == Presence.OFFLINE:
        spans.end_focus_of_agent(agent_id, now)
    version = standing.settle(capacity, now=now, load=-len(withdrawn), presence=chosen, reason=why)
    for item in withdrawn:
        tell_agent(item, agent_id, version)


def reason_of(key: str) -> BreakReason:
    reason = BreakReason.objects.filter(key=key, is_active=True).first()
    if reason is None:
        raise UnknownReason(key)
    return reason


@transaction.atomic
def refresh_activity(*, agent_id: int, now: datetime) -> bool:
    """Derives the activity again from the work items. Says whether it had been wrong."""
    capacity = standing.lock(agent_id)
    if not standing.move(agent_id=agent_id, now=now):
        return False
    standing.settle(capacity, now=now)
    return True


@transaction.atomic
def rights_changed(*, agent_id: int, now: datetime) -> None:
    """Call in the transaction that changed an agent's skills, pools, companies or limits: the router decides anew."""
    standing.settle(standing.lock(agent_id), now=now)


def open_socket(*, agent_id: int, key: UUID, process: str, now: datetime) -> None:
    DeskSocket.objects.create(agent_id=agent_id, key=key, process=process, opened_at=now, seen_at=now)


def see_sockets(*, keys: Collection[UUID], now: datetime) -> None:
    """Heartbeats of one web process, told together."""
    DeskSocket.objects.filter(key__in=keys).update(seen_at=now)


def close_socket(*, key: UUID, now: datetime) -> None:
    """The row stays: the agent may be reloading the page, and has the same grace as after a cut line."""
    DeskSocket.objects.filter(key=key).update(seen_at=now)


def lost_agents(*, now: datetime) -> list[int]:
    """Agents who are signed in, or hold or ring work, and whose desk nobody has seen for the grace; or who may not work
    any more.
    """
    held = WorkItem.objects.filter(agent=OuterRef("pk"), state=WorkItem.State.ACTIVE)
    ringing = Offer.objects.filter(agent=OuterRef("pk"), state=Offer.State.OPEN)
    signed_in = PresenceSpan.objects.filter(agent=OuterRef("pk"), ended_at=None).exclude(presence=Presence.OFFLINE)
    seen = DeskSocket.objects.filter(agent=OuterRef("pk"), seen_at__gt=now - LOST_AFTER)
    gone = ~Exists(seen) | Q(is_active=False) | Q(user__is_active=False)
    lost = Agent.objects.filter(gone, Q(Exists(signed_in)) | Q(Exists(held)) | Q(Exists(ringing)))
    return list(lost.order_by("pk").values_list("pk", flat=True))
