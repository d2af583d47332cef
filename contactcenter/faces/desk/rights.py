"""Whose desk it is and which companies it serves: asked by every page and every frame. Run in the shared schema."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet

from contactcenter.lib import clock
from contactcenter.lib.prepared import Prepared
from contactcenter.operation.accounts.sessions import Visit, facts_of, lives
from contactcenter.operation.agents.models import Agent
from contactcenter.operation.audit.actions import Action
from contactcenter.operation.audit.kinds import ObjectKind
from contactcenter.operation.audit.services import record_look
from contactcenter.records.conversations import services as conversations
from contactcenter.records.conversations.models import Conversation
from tenants.door import tenant
from tenants.models import Tenant
from tenants.names import is_schema_name


@dataclass(frozen=True)
class Talk:
    """A conversation that this agent may read, and the company it belongs to."""

    agent: Agent
    company: Tenant
    conversation: Conversation


def agents() -> QuerySet[Agent]:
    return Agent.objects.filter(is_active=True, user__is_active=True).select_related("user")


AGENTS_OF_VISIT = Prepared(
    lambda session, user, epoch, now: agents().filter(lives(session, now), user=user, user__epoch=epoch)
)


def agent_of_visit(visit: Visit) -> Agent | None:
    """None for people without a desk, and for a visit that counts no more."""
    return AGENTS_OF_VISIT.first(**facts_of(visit))


def served_companies(agent: Agent) -> QuerySet[Tenant]:
    return Tenant.objects.filter(agents=agent, is_served=True).defer("logo").order_by("name")


SERVED = Prepared(lambda agent, schema: served_companies(agent).filter(schema_name=schema))


def served_company(agent: Agent, schema: str) -> Tenant:
    """The company, if this agent serves it now. Raises NotFound: whoever asks cannot tell a foreign one from none."""
    company = SERVED.first(agent=agent.pk, schema=schema) if is_schema_name(schema) else None
    if company is None:
        raise conversations.NotFound(schema)
    return company


@contextmanager
def readable(agent: Agent, schema: str, conversation_id: UUID) -> Iterator[Talk]:
    """Inside the company, with a conversation that this agent may read. Raises NotFound, foreign or missing alike."""
    company = served_company(agent, schema)
    with tenant(schema):
        conversation = conversations.readable(tenant=company, user=agent.user, conversation_id=conversation_id)
        yield Talk(agent=agent, company=company, conversation=conversation)


def looked_at(talk: Talk, action: Action = Action.CONVERSATION_READ) -> None:
    """The company can read who looked at what of it."""
    record_look(
        action=action,
        tenant=talk.company,
        actor=talk.agent.user,
        object_kind=ObjectKind.CONVERSATION,
        object_id=talk.conversation.pk,
        now=clock.now(),
    )
