"""A small contact centre for tests of operation: companies of the template, one shared pool, agents, queues."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from uuid import NAMESPACE_URL, UUID, uuid4, uuid5

from contactcenter.operation.accounts.models import Role, User
from contactcenter.operation.agents import services as agents
from contactcenter.operation.agents.models import Agent, AgentSkill, Capacity, DeskSocket, Skill
from contactcenter.operation.outbox.models import Event
from contactcenter.operation.routing import engine
from contactcenter.operation.routing import services as routing
from contactcenter.operation.routing.models import ItemSpan, Offer, Pool, Queue, WorkItem
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


class Clockwork:
    """The leader's turns at chosen moments, in the test's own transaction: it hears nothing, and reads all anew
    instead, also after its own changes.
    """

    def __init__(self, start: datetime = NOON) -> None:
        self.leader = engine.Leader(start)

    def turn(self, now: datetime) -> float:
        self.leader.picture.read_all()
        wait = self.leader.turn(now)
        self.leader.picture.read_all()
        engine.route(self.leader.picture, now)
        return wait

    def until(self, end: datetime, *, start: datetime = NOON, step: float = 1.0) -> None:
        """One turn every so many seconds."""
        moment = start
        while moment <= end:
            self.turn(moment)
            moment += timedelta(seconds=step)


def see(*all_agents: Agent, now: datetime) -> None:
    """Their desks are alive."""
    for agent in all_agents:
        key = uuid5(NAMESPACE_URL, str(agent.pk))
        if not DeskSocket.objects.filter(key=key).update(seen_at=now):
            agents.open_socket(agent_id=agent.pk, key=key, session=agent.alias, process="test", now=now)


def news(name: str) -> list[tuple[str, str, int]]:
    """What the outbox holds of a name: group, object, revision."""
    return list(Event.objects.filter(name=name).order_by("pk").values_list("group", "object_id", "revision"))


def assert_consistent() -> None:
    """The invariant of capacity, and what goes with each state of an item."""
    for capacity in Capacity.objects.all():
        ring = Offer.objects.filter(agent=capacity.agent_id, state=Offer.State.OPEN).count()
        held = WorkItem.objects.filter(agent=capacity.agent_id, state__in=["active", "wrap_up"]).count()
        assert capacity.chat_used == ring + held <= capacity.chat_limit
    for item in WorkItem.objects.all():
        open_offers = Offer.objects.filter(item=item, state=Offer.State.OPEN).count()
        assert open_offers == (1 if item.state == WorkItem.State.OFFERED else 0)
        kinds = list(ItemSpan.objects.filter(item=item, ended_at=None).values_list("kind", flat=True))
        assert kinds == {"active": ["handling"], "wrap_up": ["wrap_up"]}.get(item.state, [])
