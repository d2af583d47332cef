"""People and chats for tests that need a floor: agents with a desk, queues, visitors who wait."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.db import transaction
from django.test.utils import CaptureQueriesContext

from contactcenter.lib.clock import now as present
from contactcenter.operation.accounts.models import Role, User
from contactcenter.operation.agents import standing
from contactcenter.operation.agents.models import Agent, Capacity, Presence
from contactcenter.operation.agents.services import set_presence
from contactcenter.operation.routing.models import Offer, Pool, Queue, WorkItem
from contactcenter.operation.routing.news import save, tell_agent
from contactcenter.records.conversations import services as conversations
from contactcenter.records.conversations.models import Conversation, Disposition
from contactcenter.records.customers.services import start_customer
from tenants.door import tenant as inside
from tenants.models import Tenant

CHATS_AT_ONCE = 20


def company(schema: str) -> Tenant:
    return Tenant.objects.get(schema_name=schema)


def make_agent(
    name: str, serves: Iterable[str], *, role: str = Role.AGENT, language: str = "en", available: bool = True
) -> Agent:
    """Named, and known to customers, by `name`; takes many chats at once."""
    user = User.objects.create_user(f"{name.lower()}@bpo.example", None, name=f"{name} Surname", role=role)
    User.objects.filter(pk=user.pk).update(language=language)
    agent = Agent.objects.create(user=user, alias=name)
    agent.tenants.set(Tenant.objects.filter(schema_name__in=serves))
    Capacity.objects.create(agent=agent, chat_limit=CHATS_AT_ONCE)
    pool().agents.add(agent)
    if available:
        set_presence(agent_id=agent.pk, presence=Presence.AVAILABLE, reason="", now=present() - timedelta(seconds=1))
    return Agent.objects.select_related("user").get(pk=agent.pk)


def pool() -> Pool:
    return Pool.objects.get_or_create(name="Everybody")[0]


def make_queue(schema: str, name: str = "Help", *, is_default: bool = True) -> Queue:
    found = Queue.objects.filter(tenant=company(schema), name=name).first()
    return found or Queue.objects.create(
        tenant=company(schema), pool=pool(), key=name.lower(), name=name, is_default=is_default
    )


def make_outcomes(schema: str) -> None:
    with inside(schema):
        Disposition.objects.get_or_create(key="solved", label={"en": "Solved", "es": "Resuelto"})


def chat(schema: str, *, name: str = "Vera Visitor", text: str = "hello", now: datetime | None = None) -> WorkItem:
    """A visitor of this company who waits."""
    now = now or present()
    queue, tenant = make_queue(schema), company(schema)
    make_outcomes(schema)
    with inside(schema):
        customer = start_customer(
            name=name, email="vera@visitor.example", language="es", timezone="Asia/Tokyo", now=now
        )
        started = conversations.start(
            tenant=tenant,
            customer=customer,
            queue=queue,
            message_id=uuid4(),
            text=text,
            language="es",
            subject="A wish",
            page="https://site.example/page",
            device="Firefox",
            now=now,
        )
    return WorkItem.objects.get(tenant=tenant, conversation=started.conversation.pk)


def held_chat(schema: str, agent: Agent, *, name: str = "Vera Visitor", text: str = "hello") -> WorkItem:
    item = chat(schema, name=name, text=text)
    ring(item, agent)
    conversations.take(item_id=item.pk, agent=agent, now=present())
    item.refresh_from_db()
    return item


def ring(item: WorkItem, agent: Agent, *, seconds: int = 20, now: datetime | None = None) -> Offer:
    """The router's choice fell on this agent."""
    now = now or present()
    with transaction.atomic():
        capacity = standing.lock(agent.pk)
        offer = Offer.objects.create(
            item=item, agent=agent, offered_at=now, expires_at=now + timedelta(seconds=seconds)
        )
        item.state = WorkItem.State.OFFERED
        save(item, "state")
        tell_agent(item, agent.pk, standing.settle(capacity, now=now, load=1))
    return offer


def say(item: WorkItem, text: str) -> None:
    """The visitor writes."""
    with inside(item.tenant.schema_name):
        conversation = Conversation.objects.select_related("customer").get(pk=item.conversation)
        conversations.receive(
            tenant=item.tenant,
            customer=conversation.customer,
            conversation_id=conversation.pk,
            message_id=uuid4(),
            text=text,
            now=present(),
        )


def newer_than(conversation_id: UUID, revision: int, *, notes: bool = False) -> conversations.Newer:
    """By the row as it stands now; inside the company."""
    return conversations.newer_than(Conversation.objects.get(pk=conversation_id), revision, notes=notes)


def asked(captured: CaptureQueriesContext) -> list[str]:
    """Not counting where the backend said which schema it is."""
    return [query["sql"] for query in captured.captured_queries if not query["sql"].startswith("SET search_path")]
