"""What a visitor does and reads in the current talk, one function a frame. Inside the company's schema, in one hop."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple, TypedDict
from uuid import UUID

from django.db.models import Case, Max, When

from contactcenter.gateways.webchat.config import CHANNEL
from contactcenter.gateways.webchat.visitors import Visitor, enter, open_house
from contactcenter.lib.prepared import Prepared
from contactcenter.records.conversations import services as conversations
from contactcenter.records.conversations.errors import NotFound
from contactcenter.records.conversations.frames import (
    MessageFrame,
    VisitorConversationFrame,
    conversation_for_visitor,
    message_frames,
)
from contactcenter.records.conversations.models import Conversation, Message
from contactcenter.records.customers.models import Customer
from contactcenter.records.customers.services import blocked_of, customers_of_tokens


class News(TypedDict):
    """`revision` is the talk's before its rows were read."""

    conversation: VisitorConversationFrame | None
    messages: list[MessageFrame]
    revision: int


class Pulse(NamedTuple):
    """As little as shows whether a page may have missed anything of its talk; a place in the queue does not."""

    talk: UUID | None
    revision: int
    blocked: bool


IS_OPEN = Case(When(state=Conversation.State.OPEN, then=0), default=1)
TALKS_OF = Prepared(
    lambda customer: Conversation.objects.filter(customer=customer, channel=CHANNEL).order_by(
        IS_OPEN, "-created_at", "-pk"
    )[:1]
)
NOTHING: News = {"conversation": None, "messages": [], "revision": 0}


class Said(NamedTuple):
    """`news` is what came with it, the message itself among it: its sender needs no other look."""

    sequence: int
    revision: int
    news: News


def arrive(*, company_id: int, token: str, now: datetime) -> tuple[Visitor, UUID | None]:
    """The visitor behind a token, and the talk they are in. Raises TokenGone, ChatClosed, BeingUpdated."""
    visitor = enter(company_id=company_id, token=token, now=now)
    talk = current_talk(visitor.customer)
    return visitor, talk.pk if talk else None


def current_talk(customer: Customer) -> Conversation | None:
    """The open one; else the last, which may perhaps be reopened."""
    return TALKS_OF.first(customer=customer.pk)


def pulses(*, company_id: int, tokens: Collection[str], now: datetime) -> dict[str, Pulse]:
    """Of the tokens that count, by a few queries however many they are. Raises ChatClosed, BeingUpdated."""
    open_house(company_id)
    customers = customers_of_tokens(tokens=tokens, now=now)
    talks = Conversation.objects.filter(customer__in=set(customers.values()), channel=CHANNEL)
    newest = talks.order_by("customer_id", IS_OPEN, "-created_at", "-pk").distinct("customer_id")
    found = {talk.customer_id: talk for talk in newest.only("customer_id", "revision")}
    blocked = blocked_of(customers.values())

    def pulse(customer: UUID) -> Pulse:
        talk = found.get(customer)
        return Pulse(talk.pk if talk else None, talk.revision if talk else 0, customer in blocked)

    return {token: pulse(customer) for token, customer in customers.items()}


def read_on(visitor: Visitor, known: UUID | None, revision: int) -> News:
    """What is newer than `revision`, which the page has of the talk `known`; of another talk it has nothing."""
    talk = current_talk(visitor.customer)
    return news_of(visitor, talk, known, revision) if talk else NOTHING


def news_of(visitor: Visitor, talk: Conversation, known: UUID | None, revision: int) -> News:
    newer = conversations.newer_than(talk, revision if known in (None, talk.pk) else 0)
    frame = conversation_for_visitor(
        tenant=visitor.tenant, conversation=talk, reopen_within=visitor.config.reopen_within
    )
    return {"conversation": frame, "messages": message_frames(newer.messages), "revision": newer.revision}


def hear(visitor: Visitor, known: UUID | None, revision: int) -> News:
    """A heartbeat: what the page has by now is delivered; what it lacks comes back."""
    if known is not None:
        reached = Message.objects.filter(
            conversation=known,
            conversation__customer=visitor.customer,
            direction=Message.Direction.OUT,
            delivery=Message.Delivery.SENT,
            revision__lte=revision,
        ).aggregate(last=Max("sequence"))["last"]
        if reached is not None:
            conversations.mark_delivered(
                tenant=visitor.tenant, conversation_id=known, customer=visitor.customer, sequence=reached
            )
    return read_on(visitor, known, revision)


def say(
    visitor: Visitor,
    known: UUID | None,
    revision: int,
    *,
    message_id: UUID,
    text: str,
    files: list[UUID],
    now: datetime,
) -> Said:
    """Raises conversations.ConversationError, Blocked."""
    talk = current_talk(visitor.customer)
    if talk is None:
        raise NotFound
    message = conversations.receive(
        tenant=visitor.tenant,
        customer=visitor.customer,
        conversation_id=talk.pk,
        message_id=message_id,
        text=text,
        files=files,
        now=now,
        reopen_within=visitor.config.reopen_within,
    )
    return Said(message.sequence, message.revision, news_of(visitor, message.conversation, known, revision))


def read(visitor: Visitor, sequence: int) -> None:
    talk = current_talk(visitor.customer)
    if talk is not None:
        conversations.mark_read(
            tenant=visitor.tenant, conversation_id=talk.pk, sequence=sequence, customer=visitor.customer
        )


def leave(visitor: Visitor, now: datetime) -> None:
    """Not to wait: what was written stands as a message. Raises Blocked."""
    talk = current_talk(visitor.customer)
    if talk is not None:
        conversations.leave_message(tenant=visitor.tenant, customer=visitor.customer, conversation_id=talk.pk, now=now)


def end(visitor: Visitor, now: datetime) -> None:
    talk = current_talk(visitor.customer)
    if talk is not None:
        conversations.finish(
            tenant=visitor.tenant,
            conversation_id=talk.pk,
            by=Conversation.ClosedBy.CUSTOMER,
            now=now,
            customer=visitor.customer,
        )
