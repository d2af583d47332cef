"""What the customer does: starts a conversation, writes, comes back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from contactcenter.lib.card_numbers import has_digits, scrub, scrub_over_messages
from contactcenter.lib.prepared import Prepared
from contactcenter.lib.text import clean_line
from contactcenter.operation.agents.models import Agent
from contactcenter.operation.routing import services as routing
from contactcenter.operation.routing.models import UNANSWERED, Queue, WorkItem
from contactcenter.records.conversations.errors import Closed
from contactcenter.records.conversations.models import Conversation, Message
from contactcenter.records.conversations.reading import stand_in
from contactcenter.records.conversations.services.notes import tell_open_questions
from contactcenter.records.conversations.services.timeline import (
    announce,
    append,
    find_repeated,
    lock,
    tell,
    typed_text,
)
from contactcenter.records.customers.models import Customer
from contactcenter.records.customers.services import refuse_blocked
from contactcenter.records.files import services as files_services
from tenants.models import Tenant
from tenants.services import is_open, next_opening

SUBJECT_LIMIT, PAGE_LIMIT, DEVICE_LIMIT = 200, 500, 200
SAME_AGENT_FIRST = timedelta(seconds=60)  # how long a returning customer waits for the agent of before
WHEN_FULL = timedelta(minutes=15)  # a talk left with a full queue is tried again this much later
PIECES, PIECES_WITHIN = 6, timedelta(minutes=10)  # of a card number sent in several messages


@dataclass(frozen=True)
class Started:
    conversation: Conversation
    message: Message


def start(
    *,
    tenant: Tenant,
    customer: Customer,
    queue: Queue,
    message_id: UUID,
    text: str,
    now: datetime,
    channel: str = "chat",
    endpoint: str = "",
    subject: str = "",
    language: str = "",
    page: str = "",
    device: str = "",
    uploads: Sequence[UploadedFile[bytes]] = (),
) -> Started:
    """A conversation with its first message, waiting in the queue; all or nothing. Outside hours, or with the queue
    full, it is deferred. While the customer has one open on the channel, from any window, the message goes there.

    Raises Blocked, Empty, TooLong, IdTaken, FileRefused.
    """
    text = typed_text(text, required=not uploads)
    with transaction.atomic():
        stand_in(tenant)
        Customer.objects.select_for_update().get(pk=customer.pk)  # two windows start at once: one conversation
        refuse_blocked(customer)
        repeated = Message.objects.filter(pk=message_id).select_related("conversation").first()
        if repeated is not None and repeated.conversation.customer_id == customer.pk:
            return Started(repeated.conversation, repeated)
        running = Conversation.objects.filter(customer=customer, channel=channel, state=Conversation.State.OPEN).first()
        if running is not None:
            stored = store(uploads, running, now)
            message = receive(
                tenant=tenant,
                customer=customer,
                conversation_id=running.pk,
                message_id=message_id,
                text=text,
                files=stored,
                now=now,
            )
            return Started(message.conversation, message)
        conversation = Conversation.objects.create(
            customer=customer,
            channel=channel,
            endpoint=endpoint,
            subject=scrub(clean_line(subject, SUBJECT_LIMIT)),
            language=language[:5],
            page=page_address(page),
            device=clean_line(device, DEVICE_LIMIT),
            waiting_since=now,
            customer_seen_at=now,
            created_at=now,
        )
        announce(conversation, "conversation.started", now)
        message = append_customers(conversation, message_id, text, store(uploads, conversation, now), now)
        queue_up(tenant=tenant, conversation=conversation, queue=queue, now=now)
        tell(tenant, conversation)
    return Started(conversation, message)


def page_address(page: str) -> str:
    """Where the visitor is, as their browser says: staff may follow it, so nothing but a web address is kept."""
    address = scrub(clean_line(page, PAGE_LIMIT))
    return address if address.lower().startswith(("https://", "http://")) else ""


def started_with(*, message_id: UUID, since: datetime) -> Conversation | None:
    """The conversation that this message began after `since`: a form sent twice, because its answer was lost, is
    answered alike.
    """
    first = Message.objects.filter(pk=message_id, author=Message.Author.CUSTOMER, sequence=2, created_at__gte=since)
    message = first.select_related("conversation__customer").first()
    return message.conversation if message else None


def receive(
    *,
    tenant: Tenant,
    customer: Customer,
    conversation_id: UUID,
    message_id: UUID,
    text: str,
    now: datetime,
    files: Sequence[UUID] = (),
    reopen_within: timedelta = timedelta(0),
) -> Message:
    """The customer's next message. One closed less than `reopen_within` ago is open again and waits, first for its last
    agent.

    The same id again gives the same message. Raises NotFound, Blocked, Closed, Empty, TooLong, IdTaken, FileGone,
    TooManyFiles.
    """
    text = typed_text(text, required=not files)
    with transaction.atomic():
        conversation = lock(tenant, conversation_id, customer=customer)
        repeated = find_repeated(conversation, message_id, user_id=None)
        if repeated is not None:
            return repeated
        refuse_blocked(conversation.customer)
        if conversation.state == Conversation.State.CLOSED:
            reopen(tenant, conversation, reopen_within, now)
        message = append_customers(conversation, message_id, text, files, now)
        live = routing.live_item(tenant=tenant, conversation=conversation.pk)
        if live is None:
            queue_again(tenant, conversation, now)
        elif live.state == WorkItem.State.ACTIVE:
            conversation.deferred = False  # back while somebody is there: a live talk from here on
        conversation.waiting_since = conversation.waiting_since or now
        conversation.customer_seen_at = now
        conversation.customer_missed_at = conversation.reminded_at = None
        conversation.save(
            update_fields=["waiting_since", "customer_seen_at", "customer_missed_at", "reminded_at", "deferred"]
        )
        tell(tenant, conversation)
    return message


def reopenable_until(conversation: Conversation, reopen_within: timedelta) -> datetime | None:
    return conversation.closed_at + reopen_within if conversation.closed_at and reopen_within else None


def reopen(tenant: Tenant, conversation: Conversation, within: timedelta, now: datetime) -> None:
    until = reopenable_until(conversation, within)
    if until is None or now >= until:
        raise Closed(conversation.pk)
    conversation.state = Conversation.State.OPEN
    conversation.closed_at, conversation.closed_by, conversation.deferred = None, "", False
    conversation.save(update_fields=["state", "closed_at", "closed_by"])
    announce(conversation, "conversation.reopened", now)
    tell_open_questions(tenant, conversation)


def queue_again(tenant: Tenant, conversation: Conversation, now: datetime) -> None:
    """An open conversation always has somebody's live item: its queue of before, its agent of before first."""
    last = (
        WorkItem.objects.filter(tenant=tenant, conversation=conversation.pk)
        .select_related("queue", "agent")
        .order_by("-pk")
        .first()
    )
    queue = last.queue if last and last.queue.is_active else default_queue(tenant, conversation.channel)
    queue_up(
        tenant=tenant,
        conversation=conversation,
        queue=queue,
        now=now,
        first_for=last.agent if last else None,
        previous=last,
    )


def default_queue(tenant: Tenant, channel: str) -> Queue:
    return Queue.objects.get(tenant=tenant, channel=channel, is_default=True)


def queue_up(
    *,
    tenant: Tenant,
    conversation: Conversation,
    queue: Queue,
    now: datetime,
    first_for: Agent | None = None,
    previous: WorkItem | None = None,
) -> None:
    if not is_open(tenant, now):
        later = next_opening(tenant, now) or now + WHEN_FULL
    else:
        try:
            routing.enqueue(
                tenant=tenant,
                conversation=conversation.pk,
                queue=queue,
                language=conversation.language,
                now=now,
                preferred_agent=first_for,
                preferred_until=now + SAME_AGENT_FIRST if first_for else None,
                previous=previous,
            )
            return
        except routing.QueueFull:
            later = now + WHEN_FULL
    defer(
        tenant=tenant,
        conversation=conversation,
        queue=queue,
        not_before=later,
        now=now,
        first_for=first_for,
        previous=previous,
    )


def defer(
    *,
    tenant: Tenant,
    conversation: Conversation,
    queue: Queue,
    not_before: datetime,
    now: datetime,
    first_for: Agent | None = None,
    previous: WorkItem | None = None,
) -> WorkItem:
    """Nobody waits at the other end: an agent answers from `not_before` on, and the answer waits in the widget."""
    conversation.deferred = True
    conversation.save(update_fields=["deferred"])
    announce(conversation, "conversation.deferred", now)
    return routing.enqueue(
        tenant=tenant,
        conversation=conversation.pk,
        queue=queue,
        language=conversation.language,
        now=now,
        preferred_agent=first_for,
        preferred_until=not_before + SAME_AGENT_FIRST if first_for else None,
        previous=previous,
        not_before=not_before,
    )


def leave_message(*, tenant: Tenant, customer: Customer, conversation_id: UUID, now: datetime) -> Conversation:
    """The customer will not sit and wait: what they wrote is a message now, for whoever is there next. The work item
    stays the same and keeps its place. One that is in hand, or over, stays as it is. Raises NotFound, Blocked.
    """
    with transaction.atomic():
        conversation = lock(tenant, conversation_id, customer=customer)
        refuse_blocked(conversation.customer)
        # Locked before it is looked at: its agent may just be accepting it.
        items = WorkItem.objects.select_for_update(of=("self",), no_key=True)
        waits = items.filter(tenant=tenant, conversation=conversation.pk, state__in=UNANSWERED).first()
        if waits is not None and not conversation.deferred:
            conversation.deferred = True
            conversation.save(update_fields=["deferred"])
            announce(conversation, "conversation.deferred", now)
            tell(tenant, conversation)
    return conversation


def append_customers(
    conversation: Conversation, message_id: UUID, text: str, files: Sequence[UUID], now: datetime
) -> Message:
    text = mask_pieces(conversation, text, now) if has_digits(text) else text
    return append(
        conversation,
        message_id=message_id,
        direction=Message.Direction.IN,
        author=Message.Author.CUSTOMER,
        name=conversation.customer.name,
        text=text,
        files=files,
        now=now,
    )


LATEST = Prepared(
    lambda conversation, since: Message.objects.filter(
        conversation=conversation, author=Message.Author.CUSTOMER, created_at__gte=since
    ).order_by("-sequence")[:PIECES]
)


def mask_pieces(conversation: Conversation, text: str, now: datetime) -> str:
    """A card number sent in several messages: the pieces already written are masked with the one that completes it."""
    earlier = LATEST.all(conversation=conversation.pk, since=now - PIECES_WITHIN)[::-1]
    masked, text = scrub_over_messages([message.text for message in earlier], text)
    for message, now_masked in zip(earlier, masked, strict=True):
        if message.text != now_masked:
            conversation.take_revision()
            message.text, message.revision = now_masked, conversation.revision
            message.save(update_fields=["text", "revision"])
    return text


def store(uploads: Sequence[UploadedFile[bytes]], conversation: Conversation, now: datetime) -> list[UUID]:
    return [files_services.store(upload, conversation=conversation.pk, user=None, now=now).pk for upload in uploads]
