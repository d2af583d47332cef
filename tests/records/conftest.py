"""A company with a chat queue, an agent with a user, and what it takes to put a conversation into the agent's hands."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext

from contactcenter.lib.ids import uuid7
from contactcenter.operation.accounts.models import Role, User
from contactcenter.operation.agents.models import Agent, Capacity, Presence
from contactcenter.operation.agents.services import set_presence
from contactcenter.operation.routing.models import Offer, Pool, Queue, WorkItem
from contactcenter.records.conversations import services as conversations
from contactcenter.records.conversations.models import Conversation, Disposition, Message
from contactcenter.records.customers.models import Customer
from contactcenter.records.customers.services import start_customer
from tenants import door
from tenants.models import Tenant

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)


@pytest.fixture
def now() -> datetime:
    return NOW


@dataclass
class Company:
    """One company's part of a test, used inside its schema."""

    tenant: Tenant
    queue: Queue

    def customer(self, name: str = "Helen Marsh") -> Customer:
        return start_customer(name=name, email="", language="en", timezone="Europe/London", now=NOW)

    def start(self, customer: Customer | None = None, text: str = "Hello", **extra: Any) -> Conversation:
        given = {"message_id": uuid7(), "now": NOW, "language": "en", "subject": "A booking"} | extra
        return conversations.start(
            tenant=self.tenant, customer=customer or self.customer(), queue=self.queue, text=text, **given
        ).conversation

    def receive(self, conversation: Conversation, text: str = "Me again", **extra: Any) -> Message:
        given = {"message_id": uuid7(), "now": NOW} | extra
        return conversations.receive(
            tenant=self.tenant, customer=conversation.customer, conversation_id=conversation.pk, text=text, **given
        )

    def reply(self, conversation: Conversation, agent: Agent, text: str = "Gladly", **extra: Any) -> Message:
        given = {"message_id": uuid7(), "now": NOW} | extra
        return conversations.reply(tenant=self.tenant, agent=agent, conversation_id=conversation.pk, text=text, **given)

    def item(self, conversation: Conversation) -> WorkItem:
        return WorkItem.objects.filter(tenant=self.tenant, conversation=conversation.pk).latest("pk")

    def take(self, conversation: Conversation, agent: Agent, now: datetime = NOW) -> WorkItem:
        item = offer(self.item(conversation), agent)
        conversations.take(item_id=item.pk, agent=agent, now=now)
        conversation.refresh_from_db()
        item.refresh_from_db()
        return item

    def held(self, agent: Agent, **extra: Any) -> Conversation:
        """A conversation that this agent has taken."""
        conversation = self.start(**extra)
        self.take(conversation, agent)
        return conversation


def offer(item: WorkItem, agent: Agent) -> WorkItem:
    """What the router does when it finds this agent for the item."""
    Offer.objects.create(item=item, agent=agent, offered_at=NOW, expires_at=NOW + timedelta(seconds=20))
    Capacity.objects.filter(agent=agent).update(chat_used=F("chat_used") + 1)
    item.state = WorkItem.State.OFFERED
    item.save(update_fields=["state"])
    return item


def company(schema: str) -> Company:
    tenant = Tenant.objects.get(schema_name=schema)
    pool, _ = Pool.objects.get_or_create(name="Everybody")
    queue = Queue.objects.create(tenant=tenant, pool=pool, key="chat", name="Chat", is_default=True)
    return Company(tenant, queue)


@pytest.fixture
def aurora(db: None) -> Iterator[Company]:
    with door.tenant("aurora"):
        yield company("aurora")


@pytest.fixture
def borealis(aurora: Company) -> Company:
    """A second company; enter it by `door.tenant("borealis")`."""
    return company("borealis")


def person(name: str, role: str = Role.AGENT) -> User:
    return User.objects.create(email=f"{name.lower()}@bpo.example", name=f"{name} Surname", role=role)


def make_agent(alias: str, *tenants: Tenant) -> Agent:
    agent = Agent.objects.create(user=person(alias), alias=alias)
    agent.tenants.set(tenants)
    Capacity.objects.create(agent=agent)
    set_presence(agent_id=agent.pk, presence=Presence.AVAILABLE, now=NOW)
    return agent


@pytest.fixture
def ines(aurora: Company) -> Agent:
    return make_agent("Inés", aurora.tenant)


@pytest.fixture
def nils(aurora: Company) -> Agent:
    return make_agent("Nils", aurora.tenant)


@pytest.fixture
def sam(aurora: Company) -> User:
    return person("Sam", Role.SUPERVISOR)


@pytest.fixture
def solved(aurora: Company) -> Disposition:
    return Disposition.objects.create(key="solved", label={"en": "Solved"})


def texts(conversation: Conversation) -> list[str]:
    """The conversation as both sides see it: texts, and events of the system."""
    return [message.text or message.event for message in conversation.messages.order_by("sequence")]


@contextmanager
def at_most(queries: int) -> Iterator[None]:
    """Not counting the backend's own SET search_path before each."""
    with CaptureQueriesContext(connection) as captured:
        yield
    done = [query["sql"] for query in captured.captured_queries if not query["sql"].startswith("SET search_path")]
    assert len(done) <= queries, "\n".join(done)


def fresh_id() -> UUID:
    return uuid7()
