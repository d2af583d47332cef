"""What the agent who holds a conversation does with it: takes, answers, hands on, wraps up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from contactcenter.lib.card_numbers import scrub
from contactcenter.lib.text import clean_line
from contactcenter.operation.agents.models import Agent
from contactcenter.operation.routing import services as routing
from contactcenter.operation.routing.models import ItemSpan, WorkItem
from contactcenter.records.conversations.brand_guard import find_foreign
from contactcenter.records.conversations.brands import own_and_others
from contactcenter.records.conversations.errors import Closed, DispositionMissing, NotYours, WrongBrand
from contactcenter.records.conversations.models import (
    BrandOverride,
    Conversation,
    Disposition,
    Draft,
    Message,
    Note,
    WrapUp,
)
from contactcenter.records.conversations.services.notes import NOTE_LIMIT, write_note
from contactcenter.records.conversations.services.timeline import (
    announce,
    append,
    find_repeated,
    held_item,
    lock,
    tell,
    typed_text,
)
from contactcenter.records.files.models import StoredFile
from tenants import door
from tenants.models import Tenant

SUMMARY_LIMIT, REASON_LIMIT, FOUND_LIMIT = 2000, 200, 200


@dataclass(frozen=True)
class Taken:
    tenant: Tenant
    conversation: Conversation


def take(*, item_id: int, agent: Agent, now: datetime) -> Taken:
    """Accepts the offer and tells the customer who is there. Enters the item's company by itself. Raises OfferGone."""
    item = item_of(item_id, agent)
    if item is None:
        raise routing.OfferGone(item_id)
    with door.tenant(item.tenant.schema_name), transaction.atomic():
        conversation = lock(item.tenant, item.conversation)
        if WorkItem.objects.filter(pk=item_id, agent=agent, state=WorkItem.State.ACTIVE).exists():
            return Taken(item.tenant, conversation)  # the same frame again
        routing.accept(item_id=item_id, agent_id=agent.pk, now=now)
        announce(conversation, "agent.joined", now, name=agent.alias)
        tell(item.tenant, conversation)
    return Taken(item.tenant, conversation)


def reply(
    *,
    tenant: Tenant,
    agent: Agent,
    conversation_id: UUID,
    message_id: UUID,
    text: str,
    now: datetime,
    files: Sequence[UUID] = (),
    override: str = "",
) -> Message:
    """The agent's message to the customer. `override` is the reason why it may name another company.

    The same id again gives the same message. Raises NotFound, NotYours, Closed, Empty, TooLong, WrongBrand, IdTaken,
    FileGone, TooManyFiles.
    """
    text = typed_text(text, required=not files)
    with transaction.atomic():
        conversation = lock(tenant, conversation_id)
        repeated = find_repeated(conversation, message_id, user_id=agent.user_id)
        if repeated is not None:
            return repeated
        if conversation.state == Conversation.State.CLOSED:
            raise Closed(conversation_id)
        held_item(tenant, conversation, agent)
        found = foreign_words(tenant, text, files)
        reason = scrub(clean_line(override, REASON_LIMIT))
        if found and not reason:
            raise WrongBrand(found)
        message = append(
            conversation,
            message_id=message_id,
            direction=Message.Direction.OUT,
            author=Message.Author.AGENT,
            user_id=agent.user_id,
            name=agent.alias,
            text=text,
            files=files,
            now=now,
        )
        if found:
            BrandOverride.objects.create(
                message=message, user_id=agent.user_id, found=", ".join(found)[:FOUND_LIMIT], reason=reason, at=now
            )
        conversation.first_reply_at = conversation.first_reply_at or now
        conversation.last_reply_at = now
        conversation.waiting_since = conversation.reminded_at = None
        conversation.save(update_fields=["first_reply_at", "last_reply_at", "waiting_since", "reminded_at"])
        Draft.objects.filter(conversation=conversation, user=agent.user_id).delete()
        tell(tenant, conversation)
    return message


def foreign_words(tenant: Tenant, text: str, files: Sequence[UUID]) -> list[str]:
    """What of another company stands in the text or in the names of the files that go with it."""
    names = list(StoredFile.objects.filter(pk__in=files).values_list("name", flat=True)) if files else []
    own, others = own_and_others(tenant)
    return find_foreign("\n".join([text, *names]), own, others)


def transfer(
    *,
    item_id: int,
    agent: Agent,
    note: str,
    now: datetime,
    to_queue: int | None = None,
    to_agent: int | None = None,
    warm: bool = False,
) -> WorkItem:
    """Hands the conversation to a queue or a colleague; warm: with a note, and back here if refused. Enters the item's
    company by itself. Gives the new item. Raises NotYours, Empty (a warm transfer needs its note), and what
    routing.transfer raises.
    """
    item = item_of(item_id, agent)
    if item is None or item.agent_id != agent.pk:
        raise NotYours(item_id)
    note = typed_text(note, limit=NOTE_LIMIT, field="note", required=warm)
    with door.tenant(item.tenant.schema_name), transaction.atomic():
        conversation = lock(item.tenant, item.conversation)
        if held_item(item.tenant, conversation, agent).pk != item_id:
            raise NotYours(item_id)
        if note:
            addressee = Agent.objects.filter(pk=to_agent).first() if to_agent else None
            write_note(
                conversation,
                kind=Note.Kind.TRANSFER,
                author_id=agent.user_id,
                to_id=addressee.user_id if addressee else None,
                text=note,
                now=now,
            )
        announce(conversation, "conversation.transferred", now, name=agent.alias)
        moved = routing.transfer(
            item_id=item_id, agent_id=agent.pk, to_queue=to_queue, to_agent=to_agent, warm=warm, now=now
        )
        tell(item.tenant, conversation)
    return moved


def wrap_up(*, item_id: int, agent: Agent, disposition: str, summary: str, now: datetime) -> WrapUp:
    """Closes the agent's work item with its outcome. Enters the item's company by itself. Raises NotYours,
    DispositionMissing, TooLong.
    """
    item = item_of(item_id, agent)
    if item is None or item.agent_id != agent.pk or item.state != WorkItem.State.WRAP_UP:
        raise NotYours(item_id)
    summary = typed_text(summary, limit=SUMMARY_LIMIT, field="summary", required=False)
    with door.tenant(item.tenant.schema_name), transaction.atomic():
        conversation = lock(item.tenant, item.conversation)
        chosen = Disposition.objects.filter(key=disposition, is_active=True).first()
        if chosen is None:
            raise DispositionMissing
        done = write_wrap_up(item, conversation, chosen, summary, now)
        routing.close(item_id=item_id, agent_id=agent.pk, now=now)
        tell(item.tenant, conversation, visitor=False)
    return done


def tell_agent_left(*, item_id: int, now: datetime) -> None:
    """The agent who had the conversation in hand is gone, and it waits again: the customer is told. Called once."""
    item = item_of(item_id)
    handling = ItemSpan.objects.filter(item=item_id, kind=ItemSpan.Kind.HANDLING).select_related("agent")
    last = handling.order_by("-started_at").first()
    if item is None or last is None:
        return
    with door.tenant(item.tenant.schema_name), transaction.atomic():
        conversation = lock(item.tenant, item.conversation)
        if conversation.state == Conversation.State.OPEN:
            announce(conversation, "agent.left", now, name=last.agent.alias)
            tell(item.tenant, conversation)


def flag_wrap_up_missing(*, item_id: int, now: datetime) -> None:
    """The time for the wrap-up ran out with nothing given. Repeating it, or coming after the agent's own, changes
    nothing.
    """
    item = item_of(item_id)
    if item is None:
        return
    with door.tenant(item.tenant.schema_name), transaction.atomic():
        conversation = lock(item.tenant, item.conversation)
        if not WrapUp.objects.filter(item=item_id).exists():
            write_wrap_up(item, conversation, None, "", now)
            tell(item.tenant, conversation, visitor=False)


def write_wrap_up(
    item: WorkItem, conversation: Conversation, disposition: Disposition | None, summary: str, now: datetime
) -> WrapUp:
    """A transferred conversation has several; its own outcome is that of its last handling."""
    done, _ = WrapUp.objects.update_or_create(
        item=item.pk,
        defaults={
            "conversation": conversation,
            "user_id": item.agent.user_id if item.agent else None,
            "disposition": disposition,
            "summary": summary,
            "at": now,
        },
    )
    if not WrapUp.objects.filter(conversation=conversation, item__gt=item.pk).exists():
        conversation.disposition, conversation.summary = disposition, summary
        conversation.disposition_missing = disposition is None
        conversation.take_revision()
        conversation.save(update_fields=["disposition", "summary", "disposition_missing"])
    return done


def item_of(item_id: int, agent: Agent | None = None) -> WorkItem | None:
    """With `agent`, only of a company that this agent serves now: a right taken away counts before the work it was for
    has been taken back.
    """
    items = WorkItem.objects.filter(pk=item_id).select_related("tenant", "agent").defer("tenant__logo")
    if agent is not None:
        items = items.filter(tenant__is_served=True, tenant__agents=agent)
    return items.first()
