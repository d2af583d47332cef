"""Work items as the desk's cards. What a card tells of the customer is read inside the company's own schema."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any, TypedDict
from uuid import UUID

from django.db.models import Count, F, Q, prefetch_related_objects

from contactcenter.faces.desk.rights import served_companies
from contactcenter.lib.prepared import Prepared
from contactcenter.operation.agents.models import Agent
from contactcenter.operation.routing.models import HELD, Offer, WorkItem
from contactcenter.records.conversations.frames import files_of
from contactcenter.records.conversations.models import Conversation, Message, Note
from contactcenter.records.conversations.reading import HAS_FILES
from tenants.door import tenant
from tenants.models import Tenant

PREVIEW = 140  # characters of a message


class OfferOnCard(TypedDict):
    offered_at: str
    expires_at: str
    seconds: int
    greeting: str
    first_words: str
    warm_note: str


class LastMessage(TypedDict):
    text: str
    direction: str
    at: str


class Card(TypedDict):
    id: int
    rev: int  # the conversation's
    version: int  # the work item's own
    company: str
    conversation: str
    channel: str
    queue: str
    queue_id: int
    state: str
    customer: str
    language: str
    subject: str
    entered_at: str
    accepted_at: str | None
    offer: OfferOnCard | None
    last: LastMessage | None
    unread: int
    waiting_since: str | None
    reply_due: str | None
    wrap_up_until: str | None
    wrap_up_extended: bool
    transferred: bool
    returned_by: str  # the colleague who could not take it


def cards_of(agent: Agent, companies: Iterable[Tenant]) -> list[Card]:
    """All that rings or is held on this agent's desk. Two queries, and up to five in each company with work here."""
    here = {company.pk for company in companies}
    held = (
        WorkItem.objects.filter(agent=agent, state__in=HELD, tenant__in=here)
        .select_related("queue", "tenant", "previous", "refused_by")
        .defer("tenant__logo")
        .order_by("entered_at", "id")
    )
    ringing = (
        Offer.objects.filter(agent=agent, state=Offer.State.OPEN, item__tenant__in=here)
        .select_related("item__queue", "item__tenant", "item__previous", "item__refused_by")
        .defer("item__tenant__logo")
        .order_by("offered_at", "id")
    )
    return _cards(agent, [(offer.item, offer) for offer in ringing] + [(item, None) for item in held])


ITEMS = Prepared(
    lambda item, agent: (
        WorkItem.objects.filter(pk=item, tenant__in=served_companies(agent))
        .select_related("queue", "tenant", "previous", "refused_by")
        .defer("tenant__logo")
    )
)
UNREAD = Count("messages", filter=Q(messages__direction=Message.Direction.IN, messages__sequence__gt=F("agent_read")))
TALKS: Prepared[Any] = Prepared(
    lambda ids: Conversation.objects.filter(pk=ids).select_related("customer").annotate(unread=UNREAD), among=("ids",)
)
LAST: Prepared[Any] = Prepared(
    lambda ids: (
        Message.objects.filter(conversation=ids)
        .exclude(author=Message.Author.SYSTEM)
        .annotate(has_files=HAS_FILES)
        .order_by("conversation", "-sequence")
        .distinct("conversation")
    ),
    among=("ids",),
)


def card_of(agent: Agent, item_id: int) -> Card | None:
    """The item as it stands on this agent's desk now; None when it is not, or not any more, this agent's."""
    item = ITEMS.first(item=item_id, agent=agent.pk)
    if item is None:
        return None
    rings = item.state == WorkItem.State.OFFERED
    offer = item.offers.filter(agent=agent, state=Offer.State.OPEN).first() if rings else None
    mine = item.agent_id == agent.pk and item.state in HELD
    return _cards(agent, [(item, offer)])[0] if offer or mine else None


def versions_of(agent: Agent) -> dict[int, int]:
    """What cards_of would show, by the version of each item alone. Two queries."""
    here = Q(tenant__agents=agent, tenant__is_served=True)
    ringing = Q(offers__agent=agent, offers__state=Offer.State.OPEN)
    held = Q(agent=agent, state__in=HELD)
    rings = WorkItem.objects.filter(here, ringing).values_list("pk", "revision")
    return {**dict(rings), **dict(WorkItem.objects.filter(here, held).values_list("pk", "revision"))}


def greeting_phrase(company: Tenant, *, language: str, agent_alias: str) -> str:
    """What this company wants said first, in the customer's language or else in the company's own."""
    phrases: dict[str, str] = company.greeting
    phrase = phrases.get(language) or phrases.get(company.default_language) or ""
    return phrase.replace("{agent}", agent_alias).replace("{company}", company.name)


def _cards(agent: Agent, rows: list[tuple[WorkItem, Offer | None]]) -> list[Card]:
    by_company: dict[str, list[tuple[WorkItem, Offer | None]]] = defaultdict(list)
    for item, offer in rows:
        by_company[item.tenant.schema_name].append((item, offer))
    found: dict[int, Card] = {}
    for schema, theirs in by_company.items():
        with tenant(schema):
            talks = _Talks([item for item, _ in theirs], {item.conversation for item, offer in theirs if offer})
            for item, offer in theirs:
                found[item.pk] = _card(agent, item, offer, talks)
    return [found[item.pk] for item, _ in rows]


class _Talks:
    """What the cards of one company need of its conversations, more of those that ring. Made inside its schema."""

    def __init__(self, items: list[WorkItem], ringing: set[UUID]) -> None:
        ids = [item.conversation for item in items]
        self.conversations = {talk.pk: (talk, talk.unread) for talk in TALKS.all(ids=ids)}
        self.last = {message.conversation_id: message for message in LAST.all(ids=ids)}
        since = {item.conversation: item.entered_at for item in sorted(items, key=lambda item: item.entered_at)}
        of_this_wait = [Q(conversation=talk, created_at__gte=since[talk]) for talk in ringing]
        first = (
            Message.objects.filter(reduce(or_, of_this_wait), author=Message.Author.CUSTOMER)
            .order_by("conversation", "sequence")
            .distinct("conversation")
            if ringing
            else []
        )
        self.first = {message.conversation_id: message for message in first}
        shown = [*(each for each in self.last.values() if each.has_files), *self.first.values()]
        prefetch_related_objects(shown, "attachments__file")
        handed = (
            Note.objects.filter(conversation__in=ringing, kind=Note.Kind.TRANSFER)
            .order_by("conversation", "-created_at")
            .distinct("conversation")
        )
        self.transfer_notes = {note.conversation_id: note.text for note in handed}


def _card(agent: Agent, item: WorkItem, offer: Offer | None, talks: _Talks) -> Card:
    talk, unread = talks.conversations[item.conversation]
    last = talks.last.get(talk.pk)
    return {
        "id": item.pk,
        "rev": talk.revision,
        "version": item.revision,
        "company": item.tenant.schema_name,
        "conversation": str(talk.pk),
        "channel": item.channel,
        "queue": item.queue.name,
        "queue_id": item.queue_id,
        "state": WorkItem.State.OFFERED if offer else item.state,
        "customer": talk.customer.name,
        "language": talk.language,
        "subject": talk.subject,
        "entered_at": item.entered_at.isoformat(),
        "accepted_at": stamp(item.accepted_at),
        "offer": _offer(agent, item, offer, talk, talks) if offer else None,
        "last": _last(last) if last else None,
        "unread": unread,
        "waiting_since": stamp(talk.waiting_since),
        "reply_due": stamp(_reply_due(item, talk)),
        "wrap_up_until": stamp(item.wrap_up_until),
        "wrap_up_extended": item.wrap_up_extended,
        "transferred": _was_transferred(item),
        "returned_by": _returned_by(agent, item),
    }


def _offer(agent: Agent, item: WorkItem, offer: Offer, talk: Conversation, talks: _Talks) -> OfferOnCard:
    first = talks.first.get(talk.pk)
    return {
        "offered_at": offer.offered_at.isoformat(),
        "expires_at": offer.expires_at.isoformat(),
        "seconds": round((offer.expires_at - offer.offered_at).total_seconds()),
        "greeting": greeting_phrase(item.tenant, language=talk.language, agent_alias=agent.alias),
        "first_words": _words(first) if first else "",
        "warm_note": talks.transfer_notes.get(talk.pk, "") if _was_transferred(item) else "",
    }


def _last(message: Message) -> LastMessage:
    return {"text": _words(message), "direction": message.direction, "at": message.created_at.isoformat()}


def _words(message: Message) -> str:
    """Its beginning, or the names of its files."""
    text = message.text or ", ".join(file["name"] for file in files_of(message))
    return text[:PREVIEW]


def _reply_due(item: WorkItem, talk: Conversation) -> datetime | None:
    """Targets count from when this agent could answer: a wait in the queue is the queue's."""
    if talk.waiting_since is None or item.accepted_at is None or item.state != WorkItem.State.ACTIVE:
        return None
    target = item.queue.next_reply_seconds if talk.first_reply_at else item.queue.first_reply_seconds
    return max(talk.waiting_since, item.accepted_at) + timedelta(seconds=target)


def _was_transferred(item: WorkItem) -> bool:
    return item.previous is not None and item.previous.outcome == WorkItem.Outcome.TRANSFERRED


def _returned_by(agent: Agent, item: WorkItem) -> str:
    """Who did not take what this agent had handed over, and now has again."""
    sent = item.previous is not None and item.previous.agent_id == agent.pk
    return item.refused_by.alias if sent and item.refused_by else ""


def stamp(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
