"""Whether anybody is there for a work item that waits: they may be busy now, but will come to it.

The rule is that of `policy.may_have`, asked of one item in one query instead of the router's whole floor; a test holds
the two together. One thing differs: an item meant for a single colleague who leaves is everybody's within a second, and
whoever may have it then is there for it already.
"""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q

from contactcenter.operation.agents.models import Agent, AgentSkill, Presence, PresenceSpan, Skill
from contactcenter.operation.routing.models import WorkItem


def anybody_for(item: WorkItem, *, besides: int | None = None) -> bool:
    """`besides`: an agent who does not count. Nobody for one that the router has set aside."""
    if item.set_aside:
        return False
    available = PresenceSpan.objects.filter(agent=OuterRef("pk"), ended_at=None, presence=Presence.AVAILABLE)
    counts = Exists(available) if besides is None else Exists(available) & ~Q(pk=besides)
    there = Agent.objects.filter(counts, is_active=True, user__is_active=True, capacity__chat_limit__gt=0)
    serving = there.filter(tenants=item.tenant_id, tenants__is_served=True)
    try:
        return serving.filter(Q(pk=item.only_agent_id) | fits(item)).exists()
    except (TypeError, ValueError, AttributeError):  # its skills: the router cannot read them either, and puts it aside
        return False


def fits(item: WorkItem) -> Q:
    """In the pool, with the skills and the language."""
    language = Skill.objects.filter(kind=Skill.Kind.LANGUAGE, key=item.language)
    speaks = AgentSkill.objects.filter(agent=OuterRef("pk"), skill__in=language)
    fit = Q(pools__queues=item.queue_id) & (~Q(Exists(language)) | Q(Exists(speaks)))
    for skill, level in item.required_skills.items():
        fit &= Q(Exists(AgentSkill.objects.filter(agent=OuterRef("pk"), skill=int(skill), level__gte=int(level))))
    return fit
