"""How the floor is set up: skills, pools, queues, reasons for breaks. Each change is an admin's and is written down;
the router is told where it decides by it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from contactcenter.operation.accounts.models import User
from contactcenter.operation.accounts.services import require_admin
from contactcenter.operation.agents import services as agents
from contactcenter.operation.agents.models import Agent, BreakReason, Skill
from contactcenter.operation.audit.actions import Action
from contactcenter.operation.audit.kinds import ObjectKind
from contactcenter.operation.audit.services import record
from contactcenter.operation.routing.models import UNANSWERED, Pool, Queue, QueueSkill, WorkItem
from contactcenter.operation.routing.news import save
from tenants.models import Tenant

Row = TypeVar("Row", Skill, BreakReason, Pool, Queue)
Values = Mapping[str, Any]  # field → value, as a form cleaned it


@transaction.atomic
def save_skill(*, skill: Skill | None, values: Values, by: User, now: datetime) -> Skill:
    """`skill` None: a new one."""
    require_admin(by)
    kept, changed = put(skill or Skill(), values)
    write_down(Action.SKILL_CHANGED, (ObjectKind.SKILL, kept.pk), changed, by=by, now=now)
    return kept


@transaction.atomic
def save_break_reason(*, reason: BreakReason | None, values: Values, by: User, now: datetime) -> BreakReason:
    require_admin(by)
    kept, changed = put(reason or BreakReason(), values)
    write_down(Action.BREAK_REASON_CHANGED, (ObjectKind.BREAK_REASON, kept.pk), changed, by=by, now=now)
    return kept


@transaction.atomic
def save_pool(
    *,
    pool: Pool | None,
    values: Values,
    joining: Collection[Agent] = (),
    leaving: Collection[Agent] = (),
    by: User,
    now: datetime,
) -> Pool:
    require_admin(by)
    kept, changed = put(pool or Pool(), values)
    kept.agents.add(*joining)
    kept.agents.remove(*leaving)
    for agent_id in sorted({agent.pk for agent in (*joining, *leaving)}):
        agents.rights_changed(agent_id=agent_id, now=now)
    if joining or leaving:
        changed.append("agents")
    write_down(Action.POOL_CHANGED, (ObjectKind.POOL, kept.pk), changed, by=by, now=now)
    return kept


@transaction.atomic
def save_queue(*, queue: Queue | None, values: Values, skills: Mapping[int, int], by: User, now: datetime) -> Queue:
    """`skills`: skill id → least level, asked of work that comes in from now on. What waits goes to the agents of
    another pool at once. Raises ValidationError with the messages by field.
    """
    require_admin(by)
    kept = Queue.objects.select_for_update(of=("self",), no_key=True).get(pk=queue.pk) if queue else Queue()
    was_default, pool_before = kept.is_default, kept.pool_id
    tenant: Tenant = values.get("tenant") or kept.tenant
    keep_a_default(tenant, kept, values, was_default=was_default)
    kept, changed = put(kept, values)
    if dict(kept.required_skills.values_list("skill", "level")) != dict(skills):
        kept.required_skills.all().delete()
        QueueSkill.objects.bulk_create(
            QueueSkill(queue=kept, skill_id=skill, level=level) for skill, level in skills.items()
        )
        changed.append("skills")
    if pool_before and pool_before != kept.pool_id:
        offer_anew(kept)
    write_down(Action.QUEUE_CHANGED, (ObjectKind.QUEUE, kept.pk), changed, by=by, now=now, tenant=tenant)
    return kept


def keep_a_default(tenant: Tenant, queue: Queue, values: Values, *, was_default: bool) -> None:
    """Each company has one queue for work that names none; making another the default takes that from the first."""
    becomes = values.get("is_default", was_default)
    stays_open = values.get("is_active", queue.is_active)
    if becomes and not stays_open:
        raise ValidationError({"is_active": _("The default queue stays open: make another queue the default first.")})
    if was_default and not becomes:
        raise ValidationError(
            {"is_default": _("The company needs a default queue: make another one the default instead.")}
        )
    others = Queue.objects.filter(tenant=tenant, channel=values.get("channel", queue.channel)).exclude(pk=queue.pk)
    if becomes and not was_default:
        others.filter(is_default=True).update(is_default=False)


def offer_anew(queue: Queue) -> None:
    """What waits in the queue, to the router: a claim that still went by the pool before is lost by the revision."""
    waiting = WorkItem.objects.select_for_update(of=("self",), no_key=True).filter(queue=queue, state__in=UNANSWERED)
    for item in waiting.order_by("pk"):
        save(item)


def put(row: Row, values: Values) -> tuple[Row, list[str]]:
    """Writes what differs. Gives the row and the names of it."""
    is_new = row.pk is None
    changed = [field for field, value in values.items() if is_new or getattr(row, field) != value]
    for field in changed:
        setattr(row, field, values[field])
    if is_new:
        row.save()
    elif changed:
        row.save(update_fields=changed)
    return row, changed


def write_down(
    action: Action,
    what: tuple[ObjectKind, int],
    changed: list[str],
    *,
    by: User,
    now: datetime,
    tenant: Tenant | None = None,
) -> None:
    """`what`: the kind of object and its number."""
    if changed:
        record(
            action=action,
            tenant=tenant,
            actor=by,
            object_kind=what[0],
            object_id=what[1],
            now=now,
            facts={"fields": changed},
        )
