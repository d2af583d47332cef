"""A conversation as plain text, to read or to keep: one form for all, in the words of its reader. Customers get no
notes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import tzinfo
from zoneinfo import ZoneInfo

from django.utils import translation
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from contactcenter.records.conversations.frames import person_frame
from contactcenter.records.conversations.models import Conversation, Message, Note
from tenants.models import Tenant

EVENTS = {
    "conversation.started": gettext_noop("The conversation began."),
    "agent.joined": gettext_noop("%(name)s joined."),
    "agent.left": gettext_noop("%(name)s left."),
    "conversation.transferred": gettext_noop("%(name)s handed the conversation on."),
    "visitor.reminded": gettext_noop("The visitor was asked whether they are still there."),
    "conversation.closed_by_customer": gettext_noop("The visitor ended the conversation."),
    "conversation.closed_by_agent": gettext_noop("The conversation was ended by us."),
    "conversation.closed_by_silence": gettext_noop("The conversation was ended after a long silence."),
    "conversation.reopened": gettext_noop("The conversation was taken up again."),
    "conversation.deferred": gettext_noop("The message was left to be answered later."),
}


@dataclass(frozen=True)
class Wording:
    """How a reader is told: an event by its key and the name in it, and who wrote where the customer gave no name."""

    event: Callable[[str, str], str]
    unnamed: str | Promise


def event_for_staff(event: str, name: str) -> str:
    return _(EVENTS[event]) % {"name": name}


STAFF = Wording(event=event_for_staff, unnamed=gettext_lazy("Visitor"))


def transcript(
    *,
    tenant: Tenant,
    conversation: Conversation,
    language: str,
    wording: Wording = STAFF,
    zone: tzinfo | None = None,
    notes: bool = False,
) -> str:
    """In `language`, with the times of `zone`, or else the company's; with `notes` for staff only."""
    with translation.override(language):
        said = lines(tenant, conversation, wording, zone or ZoneInfo(tenant.timezone), notes)
        return "\n".join(said) + "\n"


def lines(tenant: Tenant, conversation: Conversation, wording: Wording, zone: tzinfo, notes: bool) -> Iterator[str]:
    began = localtime(conversation.created_at, zone)
    yield _("%(company)s, conversation of %(date)s") % {
        "company": tenant.name,
        "date": date_format(began, "DATE_FORMAT"),
    }
    if conversation.subject:
        yield conversation.subject
    yield _("Times are those of %(zone)s.") % {"zone": zone}
    yield ""
    for entry in entries(conversation, notes):
        at = localtime(entry.created_at, zone).strftime("%Y-%m-%d %H:%M")
        yield f"[{at}] {words_of_note(entry) if isinstance(entry, Note) else words_of(entry, wording)}"


def entries(conversation: Conversation, notes: bool) -> list[Message | Note]:
    """Messages by their number, each note after the message it was written after."""
    placed: list[tuple[int, Message | Note]] = [
        (message.sequence, message) for message in conversation.messages.prefetch_related("attachments__file")
    ]
    if notes:
        placed += [(note.after_sequence, note) for note in conversation.notes.select_related("author__agent")]
    return [entry for _place, entry in sorted(placed, key=lambda place: place[0])]  # stable: messages first


def words_of(message: Message, wording: Wording) -> str:
    if message.author == Message.Author.SYSTEM:
        return wording.event(message.event, message.author_name)
    who = message.author_name or wording.unnamed
    if message.redacted_at is not None:
        return f"{who}: {_('(message removed)')}"
    files = [_("(file: %(name)s)") % {"name": attachment.file.name} for attachment in message.attachments.all()]
    text = message.text.replace("\n", "\n    ")
    return f"{who}: {' '.join(part for part in [text, *files] if part)}"


def words_of_note(note: Note) -> str:
    text = note.text.replace("\n", "\n    ")
    return _("%(kind)s by %(name)s: %(text)s") % {
        "kind": note.get_kind_display(),
        "name": person_frame(note.author)["name"],
        "text": text,
    }
