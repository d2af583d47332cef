"""A conversation as plain text, to read or to keep. Customers get no notes."""

from __future__ import annotations

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from django.utils import translation
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from contactcenter.records.conversations.models import Conversation, Message, Note
from tenants.models import Tenant


def transcript(*, tenant: Tenant, conversation: Conversation, language: str, notes: bool = False) -> str:
    """In `language`, with the company's local times; with `notes` for staff only."""
    with translation.override(language):
        return "\n".join(lines(tenant, conversation, notes)) + "\n"


def lines(tenant: Tenant, conversation: Conversation, notes: bool) -> Iterator[str]:
    zone = ZoneInfo(tenant.timezone)
    began = localtime(conversation.created_at, zone)
    yield _("%(company)s, conversation of %(date)s") % {
        "company": tenant.name,
        "date": date_format(began, "DATE_FORMAT"),
    }
    if conversation.subject:
        yield conversation.subject
    yield _("Times are those of %(zone)s.") % {"zone": tenant.timezone}
    yield ""
    for entry in entries(conversation, notes):
        at = localtime(entry.created_at, zone).strftime("%Y-%m-%d %H:%M")
        yield f"[{at}] {words_of_note(entry) if isinstance(entry, Note) else words_of(entry)}"


def entries(conversation: Conversation, notes: bool) -> list[Message | Note]:
    messages = list(conversation.messages.prefetch_related("attachments__file"))
    if not notes:
        return [*messages]
    written = conversation.notes.select_related("author__agent")
    placed = [((message.sequence, 0), message) for message in messages]
    return [
        entry for _place, entry in sorted([*placed, *(((n.after_sequence, 1), n) for n in written)], key=lambda e: e[0])
    ]


def words_of(message: Message) -> str:
    if message.author == Message.Author.SYSTEM:
        return event_in_words(message)
    if message.redacted_at is not None:
        return f"{message.author_name}: {_('(message removed)')}"
    files = [_("(file: %(name)s)") % {"name": attachment.file.name} for attachment in message.attachments.all()]
    text = message.text.replace("\n", "\n    ")
    return f"{message.author_name or _('Visitor')}: {' '.join(part for part in [text, *files] if part)}"


def words_of_note(note: Note) -> str:
    agent = getattr(note.author, "agent", None)
    text = note.text.replace("\n", "\n    ")
    return _("%(kind)s by %(name)s: %(text)s") % {
        "kind": note.get_kind_display(),
        "name": agent.alias if agent else note.author.name,
        "text": text,
    }


def event_in_words(message: Message) -> str:
    name = {"name": message.author_name}
    match message.event:
        case "conversation.started":
            return _("The conversation began.")
        case "agent.joined":
            return _("%(name)s joined.") % name
        case "agent.left":
            return _("%(name)s left.") % name
        case "conversation.transferred":
            return _("%(name)s handed the conversation on.") % name
        case "visitor.reminded":
            return _("The visitor was asked whether they are still there.")
        case "conversation.closed_by_customer":
            return _("The visitor ended the conversation.")
        case "conversation.closed_by_agent":
            return _("The conversation was ended by us.")
        case "conversation.closed_by_silence":
            return _("The conversation was ended after a long silence.")
        case "conversation.reopened":
            return _("The conversation was taken up again.")
        case "conversation.deferred":
            return _("The message was left to be answered later.")
    raise ValueError(message.event)
