"""Marks on what was written: delivered, read, taken back, redacted; and that the customer is still there."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from contactcenter.operation.accounts.models import User
from contactcenter.operation.agents.models import Agent
from contactcenter.records.conversations.errors import NotFound, NotYours
from contactcenter.records.conversations.models import Attachment, Conversation, Message
from contactcenter.records.conversations.services.timeline import has_in_hand, held_item, lock, tell
from contactcenter.records.customers.models import Customer
from contactcenter.records.files.models import StoredFile
from tenants.models import Tenant

TAKE_BACK_WITHIN = timedelta(seconds=60)
SEEN_EVERY = timedelta(seconds=20)  # a customer's heartbeat is written no more often

Delivery = Message.Delivery


def mark_delivered(*, tenant: Tenant, conversation_id: UUID, customer: Customer, sequence: int) -> bool:
    """The customer's screen has the agents' messages up to `sequence`. True when that was news."""
    late = Q(direction=Message.Direction.OUT, delivery=Delivery.SENT, sequence__lte=sequence)
    if not Message.objects.filter(late, conversation=conversation_id).exists():
        return False
    with transaction.atomic():
        conversation = lock(tenant, conversation_id, customer=customer)
        return mark(tenant, conversation, late, Delivery.DELIVERED)


def mark_read(
    *,
    tenant: Tenant,
    conversation_id: UUID,
    sequence: int,
    customer: Customer | None = None,
    agent: Agent | None = None,
) -> bool:
    """One side has read the other's messages up to `sequence`: the customer theirs, the agent one that they hold. True
    when that was news. Raises NotFound, NotYours.
    """
    with transaction.atomic():
        conversation = lock(tenant, conversation_id, customer=customer)
        if customer is not None:
            read, field, direction = conversation.customer_read, "customer_read", Message.Direction.OUT
        elif agent is not None:
            held_item(tenant, conversation, agent)
            read, field, direction = conversation.agent_read, "agent_read", Message.Direction.IN
        else:
            raise NotYours(conversation_id)
        sequence = min(sequence, conversation.last_sequence)
        if sequence <= read:
            return False
        setattr(conversation, field, sequence)
        conversation.save(update_fields=[field])
        unread = Q(direction=direction, sequence__lte=sequence, delivery__in=[Delivery.SENT, Delivery.DELIVERED])
        return mark(tenant, conversation, unread, Delivery.READ)


def mark(tenant: Tenant, conversation: Conversation, which: Q, delivery: Message.Delivery) -> bool:
    conversation.take_revision()
    Message.objects.filter(which, conversation=conversation).update(delivery=delivery, revision=conversation.revision)
    tell(tenant, conversation)
    return True


def redact(*, tenant: Tenant, conversation_id: UUID, message_id: UUID, user: User, now: datetime) -> Message:
    """Takes a message's text and files away, for both sides; who did it and when stays. The author's own last message
    within the minute counts as taken back. Who holds the conversation or wraps it up may redact in it; supervisors
    anywhere. Raises NotFound, NotYours.
    """
    with transaction.atomic():
        conversation = lock(tenant, conversation_id)
        message = Message.objects.filter(pk=message_id, conversation=conversation).first()
        if message is None or message.author == Message.Author.SYSTEM:
            raise NotFound(message_id)
        has_in_hand(tenant, conversation, user)
        if message.redacted_at is None:
            message.taken_back = is_own_last(message, user, now)
            message.text, message.redacted_at, message.redacted_by = "", now, user
            conversation.take_revision()
            message.revision = conversation.revision
            message.save(update_fields=["text", "redacted_at", "redacted_by", "taken_back", "revision"])
            remove_files(message)
            tell(tenant, conversation)
    return message


def is_own_last(message: Message, user: User, now: datetime) -> bool:
    later = Message.objects.filter(conversation=message.conversation_id, user=user, sequence__gt=message.sequence)
    return message.user_id == user.pk and now - message.created_at < TAKE_BACK_WITHIN and not later.exists()


def remove_files(message: Message) -> None:
    """The rows: nobody can fetch the files from here on. What is left on the disk is swept (files.services.sweep)."""
    attachments = Attachment.objects.filter(message=message)
    files = list(attachments.values_list("file", flat=True))
    attachments.delete()
    StoredFile.objects.filter(pk__in=files).delete()


def see_customers(*, conversations: Collection[UUID], now: datetime) -> int:
    """The customers of these open conversations have a widget open: one batch for all sockets of a process."""
    with transaction.atomic():
        stale = (
            Q(customer_seen_at=None) | Q(customer_seen_at__lt=now - SEEN_EVERY) | Q(customer_missed_at__isnull=False)
        )
        # A row that is locked is being written by a message of that very conversation; the next heartbeat is soon
        # enough.
        ids = list(
            Conversation.objects.select_for_update(skip_locked=True)
            .filter(stale, pk__in=conversations, state=Conversation.State.OPEN)
            .values_list("pk", flat=True)
        )
        return Conversation.objects.filter(pk__in=ids).update(customer_seen_at=now, customer_missed_at=None)
