"""Posting notices, taking them down, and whom they concern."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from contactcenter.lib import groups
from contactcenter.lib.text import clean_line
from contactcenter.operation.accounts.models import User
from contactcenter.operation.agents.models import Agent
from contactcenter.operation.audit import services as audit
from contactcenter.operation.audit.actions import Action
from contactcenter.operation.audit.kinds import ObjectKind
from contactcenter.operation.notices.models import TEXT_LIMIT, Notice
from contactcenter.operation.outbox import services as outbox
from contactcenter.operation.routing import policy
from contactcenter.operation.routing.models import Queue, QueueSkill
from contactcenter.operation.routing.picture import Picture
from contactcenter.operation.routing.services import check_steers
from tenants.models import Tenant

LONGEST = timedelta(days=31)


class NoticeRefused(ValueError):
    """`field` is what is wrong, `code` why."""

    def __init__(self, field: str, code: str) -> None:
        super().__init__(f"{field}: {code}")
        self.field, self.code = field, code


@transaction.atomic
def post(
    *,
    text: str,
    level: str,
    expires_at: datetime,
    by: User,
    now: datetime,
    tenant: Tenant | None = None,
    queue: Queue | None = None,
) -> Notice:
    """It stands on the desks concerned at once. Raises NotAllowed, NoticeRefused."""
    check_steers(by)
    words = clean_line(text, TEXT_LIMIT + 1)
    if not words:
        raise NoticeRefused("text", "empty")
    if len(words) > TEXT_LIMIT:
        raise NoticeRefused("text", "too_long")
    if level not in Notice.Level.values:
        raise NoticeRefused("level", "not_chosen")
    if not now < expires_at <= now + LONGEST:
        raise NoticeRefused("expires_at", "not_between")
    if queue is not None and tenant is not None and queue.tenant_id != tenant.pk:
        raise NoticeRefused("queue", "not_chosen")
    notice = Notice.objects.create(
        text=words,
        level=level,
        tenant_id=queue.tenant_id if queue else tenant.pk if tenant else None,
        queue=queue,
        posted_by=by,
        posted_at=now,
        expires_at=expires_at,
    )
    tell(notice)
    record(Action.NOTICE_POSTED, notice, by, now)
    return notice


@transaction.atomic
def take_down(*, notice_id: int, by: User, now: datetime) -> None:
    """Before its time. One that is over is left as it is. Raises NotAllowed."""
    check_steers(by)
    if Notice.objects.filter(pk=notice_id, expires_at__gt=now).update(expires_at=now, ended_by=by):
        notice = Notice.objects.select_related("tenant", "queue").defer("tenant__logo").get(pk=notice_id)
        tell(notice)
        record(Action.NOTICE_ENDED, notice, by, now)


def record(action: Action, notice: Notice, by: User, now: datetime) -> None:
    audit.record(
        action=action,
        tenant=notice.tenant,
        actor=by,
        object_kind=ObjectKind.NOTICE,
        object_id=notice.pk,
        now=now,
        facts={"queue": notice.queue_id},
    )


def tell(notice: Notice) -> None:
    outbox.write(
        [
            *(
                outbox.pushed(name="notices.changed", group=groups.agent(agent_id), object_id=str(notice.pk))
                for agent_id in concerned_by(notice)
            ),
            outbox.floor_changed(),
        ]
    )


def standing_at(now: datetime) -> QuerySet[Notice]:
    """The newest first."""
    current = Notice.objects.filter(posted_at__lte=now, expires_at__gt=now)
    return current.select_related("tenant", "queue", "posted_by").defer("tenant__logo").order_by("-posted_at", "-pk")


def notices_for(agent: Agent, *, now: datetime) -> list[Notice]:
    """Those that concern this agent now; a right that was taken away takes its notices along."""
    notices = list(standing_at(now))
    if not any(notice.tenant_id for notice in notices):
        return notices
    picture = Picture()
    picture.read_agents({agent.pk})
    skills = skills_of_queues(notices)
    return [
        notice
        for notice in notices
        if notice.tenant_id is None or any(concerns(notice, known, skills) for known in picture.agents.values())
    ]


def concerned_by(notice: Notice) -> list[int]:
    if notice.tenant_id is None:
        return list(
            Agent.objects.filter(is_active=True, user__is_active=True).order_by("pk").values_list("pk", flat=True)
        )
    picture = Picture()
    picture.read_agents(None)
    skills = skills_of_queues([notice])
    return sorted(agent_id for agent_id, agent in picture.agents.items() if concerns(notice, agent, skills))


def skills_of_queues(notices: Iterable[Notice]) -> dict[int, tuple[tuple[int, int], ...]]:
    found: dict[int, tuple[tuple[int, int], ...]] = {}
    queues = [notice.queue_id for notice in notices if notice.queue_id is not None]
    for queue, skill, level in QueueSkill.objects.filter(queue__in=queues).values_list("queue", "skill", "level"):
        found[queue] = (*found.get(queue, ()), (skill, level))
    return found


def concerns(notice: Notice, agent: policy.Agent, skills: dict[int, tuple[tuple[int, int], ...]]) -> bool:
    """Of a company: who serves it. Of a queue: whom its work could reach, were they available."""
    if notice.tenant_id not in agent.tenants:
        return False
    if notice.queue is None:
        return True
    asked = policy.Item(
        id=0,
        tenant=notice.queue.tenant_id,
        pool=notice.queue.pool_id,
        channel=notice.queue.channel,
        entered_at=notice.posted_at,
        skills=skills.get(notice.queue.pk, ()),
    )
    return policy.may_have(replace(agent, available=True), asked)
