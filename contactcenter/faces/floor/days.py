"""An agent's day: every stretch of presence and activity since midnight."""

from __future__ import annotations

from datetime import datetime
from typing import TypedDict

from django.db.models import Q

from contactcenter.operation.agents.models import Agent, PresenceSpan
from contactcenter.operation.routing.errors import NoSuchTarget
from contactcenter.operation.routing.figures import day_start


class Stretch(TypedDict):
    presence: str
    reason: str | None
    activity: str
    start: str
    end: str


class Day(TypedDict):
    agent: int
    name: str
    start: str
    end: str  # now
    stretches: list[Stretch]


def day_of(agent_id: int, *, zone: str, now: datetime) -> Day:
    """In the zone of whoever looks. Raises NoSuchTarget where there is no such agent."""
    agent = Agent.objects.filter(pk=agent_id).select_related("user").first()
    if agent is None:
        raise NoSuchTarget(agent_id)
    start = day_start(zone, now)
    today = PresenceSpan.objects.filter(Q(ended_at=None) | Q(ended_at__gt=start), agent=agent, started_at__lt=now)
    return {
        "agent": agent.pk,
        "name": agent.user.name,
        "start": start.isoformat(),
        "end": now.isoformat(),
        "stretches": [
            {
                "presence": span.presence,
                "reason": span.reason.name if span.reason else None,
                "activity": span.activity,
                "start": max(span.started_at, start).isoformat(),
                "end": min(span.ended_at or now, now).isoformat(),
            }
            for span in today.select_related("reason").order_by("started_at")
        ],
    }
