"""Who works here and how: what an admin decides about people and agents. A right that shrinks ends the sessions it
opened; the router decides anew about whatever it must know.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from contactcenter.operation.accounts.models import Role, User
from contactcenter.operation.accounts.services import change_companies, require_admin, revoke
from contactcenter.operation.agents import services as agents
from contactcenter.operation.agents.models import Agent, AgentSkill, Capacity
from contactcenter.operation.audit.actions import Action
from contactcenter.operation.audit.kinds import ObjectKind
from contactcenter.operation.audit.services import record
from contactcenter.operation.routing.models import Pool
from tenants.models import Tenant

DESK_ROLES = (Role.AGENT, Role.SUPERVISOR)


@transaction.atomic
def describe(*, user: User, name: str, email: str, language: str, by: User, now: datetime) -> User:
    """Another address is another key to the house: whoever came in by the old one signs in again. Raises
    ValidationError.
    """
    require_admin(by)
    email = email.strip().lower()
    if User.objects.filter(email=email).exclude(pk=user.pk).exists():
        raise ValidationError({"email": _("Somebody else has this address.")})
    before = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    wanted = {"name": name, "email": email, "language": language}
    changed = [field for field, value in wanted.items() if getattr(before, field) != value]
    if not changed:
        return before
    User.objects.filter(pk=user.pk).update(**wanted)
    if "email" in changed:
        revoke(before)
    record(
        action=Action.PERSON_CHANGED,
        tenant=None,
        actor=by,
        object_kind=ObjectKind.PERSON,
        object_id=user.pk,
        now=now,
        facts={"fields": changed},
    )
    before.refresh_from_db()
    return before


@dataclass(frozen=True, kw_only=True)
class Work:
    """How an agent works. `skills`: skill id → level."""

    alias: str
    chats_at_once: int
    is_active: bool
    tenants: Collection[Tenant]
    skills: Mapping[int, int]
    pools: Collection[Pool]


@transaction.atomic
def make_agent(*, user: User, work: Work, by: User, now: datetime) -> Agent:
    """Gives a person a desk. Raises ValidationError."""
    require_admin(by)
    if user.role not in DESK_ROLES:
        raise ValidationError(
            {"person": _("Only agents and supervisors have a desk: give this person such a role first.")}
        )
    if Agent.objects.filter(user=user).exists():
        raise ValidationError({"person": _("This person is an agent already.")})
    agent = Agent.objects.create(user=user, alias=work.alias)
    Capacity.objects.create(agent=agent, chat_limit=work.chats_at_once)
    return change_agent(agent=agent, work=work, by=by, now=now)


@transaction.atomic
def change_agent(*, agent: Agent, work: Work, by: User, now: datetime) -> Agent:
    require_admin(by)
    capacity = Capacity.objects.select_for_update(no_key=True).get(agent=agent.pk)  # no claim in between
    before = Agent.objects.select_related("user").get(pk=agent.pk)
    changed = [field for field in ("alias", "is_active") if getattr(before, field) != getattr(work, field)]
    Agent.objects.filter(pk=agent.pk).update(alias=work.alias, is_active=work.is_active)
    if capacity.chat_limit != work.chats_at_once:
        Capacity.objects.filter(pk=capacity.pk).update(chat_limit=work.chats_at_once)
        changed.append("chats_at_once")
    if dict(before.agent_skills.values_list("skill", "level")) != dict(work.skills):
        before.agent_skills.all().delete()
        AgentSkill.objects.bulk_create(
            AgentSkill(agent=before, skill_id=skill, level=level) for skill, level in work.skills.items()
        )
        changed.append("skills")
    if set(before.pools.values_list("pk", flat=True)) != {pool.pk for pool in work.pools}:
        before.pools.set(work.pools)
        changed.append("pools")
    if set(before.tenants.values_list("pk", flat=True)) != {tenant.pk for tenant in work.tenants}:
        change_companies(agent=before, tenants=work.tenants, by=by, now=now)
    if "is_active" in changed:
        revoke(before.user)
    if changed:
        agents.rights_changed(agent_id=agent.pk, now=now)
        record(
            action=Action.AGENT_CHANGED,
            tenant=None,
            actor=by,
            object_kind=ObjectKind.AGENT,
            object_id=agent.pk,
            now=now,
            facts={"fields": changed},
        )
    before.refresh_from_db()
    return before
