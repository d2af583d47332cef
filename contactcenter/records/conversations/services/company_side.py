"""What the client company itself does, by its own systems: writes to the customer, ends the conversation."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from contactcenter.records.conversations.errors import Closed
from contactcenter.records.conversations.models import Conversation, Message
from contactcenter.records.conversations.services.ending import finish
from contactcenter.records.conversations.services.timeline import append, lock, tell, typed_text
from tenants.models import Tenant


def post(*, tenant: Tenant, conversation_id: UUID, text: str, now: datetime) -> Message:
    """A message under the company's name. It is nobody's answer: who waited for an agent waits on, and the clocks of
    replies stand as they were. The guard of brands is for agents, who serve many: here it would tell a company who the
    house's other clients are.

    Raises NotFound, Closed, Empty, TooLong.
    """
    text = typed_text(text)
    with transaction.atomic():
        conversation = lock(tenant, conversation_id)
        if conversation.state == Conversation.State.CLOSED:
            raise Closed(conversation_id)
        message = append(
            conversation,
            direction=Message.Direction.OUT,
            author=Message.Author.COMPANY,
            name=tenant.name,
            text=text,
            now=now,
        )
        tell(tenant, conversation)
    return message


def end(*, tenant: Tenant, conversation_id: UUID, now: datetime) -> Conversation:
    """Whoever holds it goes to wrap-up; one that has ended stays as it is. Raises NotFound."""
    return finish(tenant=tenant, conversation_id=conversation_id, by=Conversation.ClosedBy.COMPANY, now=now)
