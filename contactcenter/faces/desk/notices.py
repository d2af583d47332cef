"""What a desk is told from the floor: notes on the wall, and that a supervisor has set its agent's state."""

from __future__ import annotations

from datetime import datetime
from typing import TypedDict

from contactcenter.operation.agents.models import Agent
from contactcenter.operation.notices.services import notices_for
from contactcenter.operation.routing.models import Intervention


class NoticeFrame(TypedDict):
    """`company` and `queue` are names; both empty: for all. Gone at `expires_at`."""

    id: int
    text: str
    level: str
    company: str
    queue: str
    by: str
    posted_at: str
    expires_at: str


class ForcedFrame(TypedDict):
    presence: str
    by: str
    reason: str


def notice_frames(agent: Agent, now: datetime) -> list[NoticeFrame]:
    """Those that concern the agent now, the newest first."""
    return [
        {
            "id": notice.pk,
            "text": notice.text,
            "level": notice.level,
            "company": notice.tenant.name if notice.tenant else "",
            "queue": notice.queue.name if notice.queue else "",
            "by": notice.posted_by.name,
            "posted_at": notice.posted_at.isoformat(),
            "expires_at": notice.expires_at.isoformat(),
        }
        for notice in notices_for(agent, now=now)
    ]


def forced_frame(agent: Agent, intervention_id: int) -> ForcedFrame | None:
    """None where it was not about this agent."""
    done = Intervention.objects.filter(pk=intervention_id, agent=agent, kind=Intervention.Kind.PRESENCE)
    found = done.select_related("by").first()
    return {"presence": found.after, "by": found.by.name, "reason": found.reason} if found else None
