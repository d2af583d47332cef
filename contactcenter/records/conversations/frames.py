"""Rows as the frames of docs/protocol.md, section 1. Made inside the company's schema; plain data comes out."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NotRequired, TypedDict

from contactcenter.operation.accounts.models import User
from contactcenter.operation.routing import services as routing
from contactcenter.operation.routing.models import WorkItem
from contactcenter.records.conversations.models import Conversation, Draft, Message, Note
from contactcenter.records.conversations.reading import Newer
from contactcenter.records.conversations.services.customer_side import reopenable_until
from contactcenter.records.customers.services import is_blocked
from contactcenter.records.files.models import StoredFile
from tenants.models import Tenant


class FileFrame(TypedDict):
    id: str
    name: str
    type: str
    size: int


class MessageFrame(TypedDict):
    id: str
    conversation: str
    sequence: int
    rev: int
    direction: str
    author: str
    name: str
    text: str
    event: str
    delivery: str
    at: str
    redacted: bool
    taken_back: NotRequired[bool]
    files: list[FileFrame]


class PersonFrame(TypedDict):
    id: int
    name: str


class NoteFrame(TypedDict):
    id: str
    conversation: str
    rev: int
    after_sequence: int
    kind: str
    author: PersonFrame
    to: PersonFrame | None
    answers: str | None
    text: str
    at: str


class VisitorConversationFrame(TypedDict):
    id: str
    state: str
    deferred: bool
    blocked: bool
    reopenable_until: str | None
    position: int | None
    nobody_there: bool
    agent: str | None
    agent_read: int
    rev: int
    subject: str
    language: str


class CustomerFrame(TypedDict):
    id: str
    name: str
    language: str
    timezone: str
    blocked: bool


class DeskConversationFrame(TypedDict):
    id: str
    subject: str
    state: str
    language: str
    page: str
    device: str
    customer: CustomerFrame
    customer_read: int
    rev: int
    draft: str


class DeskNews(TypedDict):
    """The body of the desk's `messages` frame."""

    company: str
    conversation: str
    rev: int
    messages: list[MessageFrame]
    notes: list[NoteFrame]
    customer_read: int


class DeskSnapshot(TypedDict):
    """The body of `conversation.snapshot`."""

    company: str
    conversation: DeskConversationFrame
    messages: list[MessageFrame]
    notes: list[NoteFrame]


def file_frame(file: StoredFile) -> FileFrame:
    return {"id": str(file.pk), "name": file.name, "type": file.type, "size": file.size}


def message_frame(message: Message) -> MessageFrame:
    """Of many messages: prefetch `attachments__file` first."""
    frame: MessageFrame = {
        "id": str(message.pk),
        "conversation": str(message.conversation_id),
        "sequence": message.sequence,
        "rev": message.revision,
        "direction": message.direction,
        "author": message.author,
        "name": message.author_name,
        "text": message.text,
        "event": message.event,
        "delivery": message.delivery,
        "at": stamp(message.created_at),
        "redacted": message.redacted_at is not None,
        "files": files_of(message),
    }
    if message.taken_back:
        frame["taken_back"] = True
    return frame


def files_of(message: Message) -> list[FileFrame]:
    """None are looked for where its query has found that there are none (reading.HAS_FILES)."""
    if not getattr(message, "has_files", True):
        return []
    return [file_frame(attachment.file) for attachment in message.attachments.all()]


def message_frames(messages: Iterable[Message]) -> list[MessageFrame]:
    return [message_frame(message) for message in messages]


def note_frame(note: Note) -> NoteFrame:
    """Of many notes: select `author__agent` and `to__agent` first."""
    return {
        "id": str(note.pk),
        "conversation": str(note.conversation_id),
        "rev": note.revision,
        "after_sequence": note.after_sequence,
        "kind": note.kind,
        "author": person_frame(note.author),
        "to": person_frame(note.to) if note.to else None,
        "answers": str(note.answers_id) if note.answers_id else None,
        "text": note.text,
        "at": stamp(note.created_at),
    }


def person_frame(user: User) -> PersonFrame:
    """By the name colleagues know: the alias, where there is one."""
    agent = getattr(user, "agent", None)
    return {"id": user.pk, "name": agent.alias if agent else user.name}


def conversation_for_visitor(
    *, tenant: Tenant, conversation: Conversation, reopen_within: timedelta
) -> VisitorConversationFrame:
    item = routing.live_item(tenant=tenant, conversation=conversation.pk)
    held = item is not None and item.state == WorkItem.State.ACTIVE
    until = reopenable_until(conversation, reopen_within)
    waits = conversation.state == Conversation.State.OPEN and not conversation.deferred and not held
    return {
        "id": str(conversation.pk),
        "state": conversation.state,
        "deferred": conversation.deferred,
        "blocked": is_blocked(conversation.customer_id),
        "reopenable_until": stamp(until) if until else None,
        "position": routing.position(tenant=tenant, conversation=conversation.pk) if waits else None,
        "nobody_there": item is not None and waits and not routing.anybody_for(item),
        "agent": item.agent.alias if item and held and item.agent else None,
        "agent_read": conversation.agent_read,
        "rev": conversation.revision,
        "subject": conversation.subject,
        "language": conversation.language,
    }


def conversation_for_desk(*, conversation: Conversation, user: User) -> DeskConversationFrame:
    customer = conversation.customer
    draft = Draft.objects.filter(conversation=conversation, user=user).values_list("text", flat=True).first()
    return {
        "id": str(conversation.pk),
        "subject": conversation.subject,
        "state": conversation.state,
        "language": conversation.language,
        "page": conversation.page,
        "device": conversation.device,
        "customer": {
            "id": str(customer.pk),
            "name": customer.name,
            "language": customer.language,
            "timezone": customer.timezone,
            "blocked": is_blocked(customer.pk),
        },
        "customer_read": conversation.customer_read,
        "rev": conversation.revision,
        "draft": draft or "",
    }


def desk_snapshot(*, tenant: Tenant, everything: Newer, user: User) -> DeskSnapshot:
    """`everything`: newer_than(conversation, 0, notes=True)."""
    return {
        "company": tenant.schema_name,
        "conversation": conversation_for_desk(conversation=everything.conversation, user=user),
        "messages": message_frames(everything.messages),
        "notes": [note_frame(note) for note in everything.notes],
    }


def desk_news(*, tenant: Tenant, newer: Newer) -> DeskNews:
    return {
        "company": tenant.schema_name,
        "conversation": str(newer.conversation.pk),
        "rev": newer.revision,
        "messages": message_frames(newer.messages),
        "notes": [note_frame(note) for note in newer.notes],
        "customer_read": newer.conversation.customer_read,
    }


def stamp(moment: datetime) -> str:
    return moment.isoformat()
