"""A small contact centre for tests of operation: companies of the template, one shared pool, agents, queues."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from contactcenter.operation.accounts.models import Role, User
from contactcenter.operation.agents import services as agents
from contactcenter.operation.agents.models import Agent, AgentSkill, Capacity, Skill
from contactcenter.operation.routing import services as routing
from contactcenter.operation.routing.models import Offer, Pool, Queue, WorkItem
from tenants.models import Tenant

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def at(seconds: float) -> datetime:
    """So many seconds after noon."""
    return NOON + timedelta(seconds=seconds)


def company(schema: str = "aurora") -> Tenant:
    return Tenant.objects.get(schema_name=schema)


def make_pool(name: str = "Shared floor") -> Pool:
    return Pool.objects.get_or_create(name=name)[0]


def make_queue(schema: str = "aurora", key: str = "help", *, pool: Pool | None = None, **fields: object) -> Queue:
    return Queue.objects.create(
        tenant=company(schema), pool=pool or make_pool(), key=key, name=key.title(), **{"max_waiting": 500, **fields}
    )


def make_agent(
    alias: str,
    *,
    limit: int = 3,
    companies: Iterable[str] = ("aurora", "borealis", "cumbre"),
    pool: Pool | None = None,
    skills: dict[str, int] | None = None,
    available_at: datetime | None = None,
) -> Agent:
    user = User.objects.create(email=f"{alias.lower()}@bpo.example", name=alias, role=Role.AGENT)
    agent = Agent.objects.create(user=user, alias=alias)
    agent.tenants.set(Tenant.objects.filter(schema_name__in=companies))
    (pool or make_pool()).agents.add(agent)
    Capacity.objects.create(agent=agent, chat_limit=limit)
    for key, level in (skills or {}).items():
        AgentSkill.objects.create(agent=agent, skill=make_skill(key), level=level)
    if available_at is not None:
        agents.set_presence(agent_id=agent.pk, presence="available", now=available_at)
    return agent


def make_skill(key: str) -> Skill:
    kind = Skill.Kind.LANGUAGE if len(key) == 2 else Skill.Kind.TOPIC
    return Skill.objects.get_or_create(key=key, defaults={"name": key, "kind": kind})[0]


def ask(queue: Queue, *, now: datetime = NOON, conversation: UUID | None = None, **fields: object) -> WorkItem:
    """A customer asks for a person."""
    return routing.enqueue(
        tenant=queue.tenant,
        conversation=conversation or uuid4(),
        queue=queue,
        now=now,
        **{"language": "", **fields},  # type: ignore[arg-type]
    )


def ringing(agent: Agent) -> list[int]:
    """The work items that ring at an agent."""
    offers = Offer.objects.filter(agent=agent, state=Offer.State.OPEN)
    return sorted(offers.values_list("item", flat=True))


def used(agent: Agent) -> int:
    return Capacity.objects.get(agent=agent).chat_used
