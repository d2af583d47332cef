"""How a conversation ends, and how one who misuses it is kept out."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from contactcenter.lib import groups
from contactcenter.operation.accounts.models import User
from contactcenter.operation.agents.models import Agent
from contactcenter.operation.outbox import services as outbox
from contactcenter.operation.routing import services as routing
from contactcenter.operation.routing.models import LIVE, WorkItem
from contactcenter.records.conversations.errors import Empty, NotYours
from contactcenter.records.conversations.models import Conversation
from contactcenter.records.conversations.services.notes import tell_open_questions
from contactcenter.records.conversations.services.timeline import announce, has_in_hand, held_item, lock, tell
from contactcenter.records.customers import services as customers
from contactcenter.records.customers.models import Block, Customer
from tenants.models import Tenant

ClosedBy = Conversation.ClosedBy
EVENTS = {
    ClosedBy.CUSTOMER: "conversation.closed_by_customer",
    ClosedBy.AGENT: "conversation.closed_by_agent",
    ClosedBy.SILENCE: "conversation.closed_by_silence",
    # The customer need not know which of the house's hands it was.
    ClosedBy.COMPANY: "conversation.closed_by_agent",
    ClosedBy.SYSTEM: "conversation.closed_by_agent",
}


def finish(
    *,
    tenant: Tenant,
    conversation_id: UUID,
    by: Conversation.ClosedBy,
    now: datetime,
    customer: Customer | None = None,
    agent: Agent | None = None,
) -> Conversation:
    """Ends the conversation. By the agent: only who holds it; by the customer: only theirs. An ended one stays as it
    is.

    Nobody had answered yet: the work item is abandoned. Somebody had: it goes to wrap-up. Raises NotFound, NotYours.
    """
    with transaction.atomic():
        conversation = lock(tenant, conversation_id, customer=customer)
        if conversation.state == Conversation.State.OPEN:
            if by == ClosedBy.AGENT:
                if agent is None:
                    raise NotYours(conversation_id)
                held_item(tenant, conversation, agent)
            close(tenant, conversation, by, now)
    return conversation


def close(tenant: Tenant, conversation: Conversation, by: Conversation.ClosedBy, now: datetime) -> None:
    """Of a conversation that is locked and open."""
    conversation.state = Conversation.State.CLOSED
    conversation.closed_at, conversation.closed_by = now, by
    conversation.waiting_since = conversation.reminded_at = conversation.customer_missed_at = None
    conversation.save(
        update_fields=["state", "closed_at", "closed_by", "waiting_since", "reminded_at", "customer_missed_at"]
    )
    announce(conversation, EVENTS[by], now)
    # Locked before it is looked at: between the two its agent may be lost, and it waits again.
    items = WorkItem.objects.select_for_update(of=("self",), no_key=True)
    live = items.filter(tenant=tenant, conversation=conversation.pk, state__in=LIVE).first()
    if live is not None and live.state == WorkItem.State.ACTIVE:
        routing.finish_handling(tenant=tenant, conversation=conversation.pk, now=now)
    elif live is not None:
        routing.abandon(tenant=tenant, conversation=conversation.pk, now=now)
    tell_open_questions(tenant, conversation)
    tell(tenant, conversation)


def block_customer(*, tenant: Tenant, conversation_id: UUID, user: User, reason: str, now: datetime) -> Block:
    """Keeps the customer of this conversation out and ends whatever they have open. Only who holds it or wraps it up,
    or a supervisor.

    Raises NotFound, NotYours, Empty (field reason).
    """
    with transaction.atomic():
        conversation = lock(tenant, conversation_id)
        has_in_hand(tenant, conversation, user)
        if not reason.strip():
            raise Empty("reason")
        block = customers.block(customer=conversation.customer, by=user, reason=reason, now=now)
        for other_id in Conversation.objects.filter(
            customer=conversation.customer, state=Conversation.State.OPEN
        ).values_list("pk", flat=True):
            other = lock(tenant, other_id)
            if other.state == Conversation.State.OPEN:
                close(tenant, other, ClosedBy.SYSTEM, now)
        # Also where nothing was open: whichever talk is on their screen is closed to them at once.
        customer = conversation.customer_id
        outbox.push(
            name="customer.blocked",
            group=groups.customer(tenant.schema_name, customer),
            schema=tenant.schema_name,
            object_id=str(customer),
        )
    return block
