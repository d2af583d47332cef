"""The company's conversations: found, read, taken along. Agents stand by the alias that their customers saw, and what
staff write to each other is not shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from contactcenter.faces.portal.exports import MOST_ROWS, export
from contactcenter.faces.portal.filters import ConversationFilters
from contactcenter.faces.portal.pages import Guest, for_clients
from contactcenter.lib import clock
from contactcenter.lib.labels import label_in
from contactcenter.operation.audit.actions import Action
from contactcenter.operation.audit.kinds import ObjectKind
from contactcenter.operation.audit.services import record_look
from contactcenter.operation.routing.models import WorkItem
from contactcenter.records.conversations.models import Conversation, Message
from contactcenter.records.conversations.services import file_for_client, readable_by_client
from contactcenter.records.conversations.transcript import event_for_staff
from contactcenter.records.conversations.transcript import transcript as plain_transcript
from contactcenter.records.customers.models import Identity
from contactcenter.records.files.services import download_response

ON_A_PAGE = 25


@dataclass(frozen=True)
class Row:
    conversation: Conversation
    queue: str
    agent: str
    outcome: str


@dataclass(frozen=True)
class Line:
    """One entry of the conversation: what was said, or, with `event`, what happened."""

    message: Message
    event: str
    gap: bool  # a new day begins


@require_safe
@for_clients
def conversations(request: HttpRequest, guest: Guest) -> HttpResponse:
    filters = filters_of(request, guest)
    talks, before = filters.found(), cursor_of(request)
    if before is not None:
        talks = talks.filter(pk__lt=before)
    page = list(talks.select_related("customer", "disposition")[: ON_A_PAGE + 1])
    shown = page[:ON_A_PAGE]
    older = shown[-1].pk if len(page) > ON_A_PAGE else None
    chosen = {name: request.GET[name] for name in filters.fields if request.GET.get(name)}
    context = {
        "filters": filters,
        "rows": rows_of(guest, shown),
        "query": urlencode(chosen),
        "older": urlencode({**chosen, "before": str(older)}) if older else "",
        "is_first": before is None,
        "filtered": bool(chosen),
        "most_rows": MOST_ROWS,
    }
    return render(request, "portal/conversations.html", context)


@require_safe
@for_clients
def conversations_csv(request: HttpRequest, guest: Guest) -> HttpResponse:
    """All that the filters leave, newest first; filters that are refused are told on the page."""
    filters = filters_of(request, guest)
    if not filters.is_valid():
        return redirect(f"{reverse('portal:conversations')}?{request.GET.urlencode()}")
    found = filters.found().select_related("customer", "disposition").prefetch_related("customer__identities")
    rows = rows_of(guest, list(found[:MOST_ROWS]))
    heads = (
        _("Started"),
        _("Ended"),
        _("State"),
        _("Customer"),
        _("Mail"),
        _("Queue"),
        _("Agent"),
        _("Outcome"),
        _("Subject"),
        _("Language"),
        _("Number"),
    )
    return export(guest, "conversations", heads, [cells(row) for row in rows], filters=filters.in_use)


@require_safe
@for_clients
def conversation(request: HttpRequest, guest: Guest, conversation_id: UUID) -> HttpResponse:
    talk = readable_by_client(tenant=guest.company, user=guest.user, conversation_id=conversation_id)
    look(guest, Action.CONVERSATION_READ, ObjectKind.CONVERSATION, talk.pk)
    mails = talk.customer.identities.filter(kind=Identity.Kind.EMAIL).order_by("value")
    context = {
        "talk": talk,
        "row": rows_of(guest, [talk])[0],
        "mails": list(mails.values_list("value", flat=True)),
        "lines": lines_of(talk),
    }
    return render(request, "portal/conversation.html", context)


@require_safe
@for_clients
def transcript(request: HttpRequest, guest: Guest, conversation_id: UUID) -> HttpResponse:
    talk = readable_by_client(tenant=guest.company, user=guest.user, conversation_id=conversation_id)
    look(guest, Action.TRANSCRIPT_EXPORTED, ObjectKind.CONVERSATION, talk.pk)
    text = plain_transcript(tenant=guest.company, conversation=talk, language=get_language() or "en")
    response = HttpResponse(text, content_type="text/plain; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{guest.company.schema_name}-{talk.pk}.txt"'
    return response


@require_safe
@for_clients
def file(request: HttpRequest, guest: Guest, conversation_id: UUID, file_id: UUID) -> HttpResponse:
    found = file_for_client(tenant=guest.company, user=guest.user, conversation_id=conversation_id, file_id=file_id)
    look(guest, Action.FILE_READ, ObjectKind.FILE, found.pk)
    return download_response(found)


def look(guest: Guest, action: Action, kind: ObjectKind, object_id: UUID) -> None:
    record_look(
        action=action,
        tenant=guest.company,
        actor=guest.user,
        object_kind=kind,
        object_id=object_id,
        now=clock.now(),
    )


def filters_of(request: HttpRequest, guest: Guest) -> ConversationFilters:
    return ConversationFilters(request.GET, company=guest.company, language=get_language() or "en")


def cursor_of(request: HttpRequest) -> UUID | None:
    """Where the page before ended. What is no id at all is the first page."""
    try:
        return UUID(request.GET.get("before", ""))
    except ValueError:
        return None


def rows_of(guest: Guest, talks: Sequence[Conversation]) -> list[Row]:
    """With the queue each was last in and who handled it last: two queries, whatever the number."""
    items = WorkItem.objects.filter(tenant=guest.company, conversation__in=[talk.pk for talk in talks])
    last = items.order_by("conversation", "-id").distinct("conversation")
    queues = dict(last.values_list("conversation", "queue__name"))
    agents = dict(last.filter(agent__isnull=False).values_list("conversation", "agent__alias"))
    languages = (get_language() or "en", guest.company.default_language)
    return [
        Row(
            conversation=talk,
            queue=queues.get(talk.pk, ""),
            agent=agents.get(talk.pk, ""),
            outcome=label_in(talk.disposition.label, *languages) if talk.disposition else "",
        )
        for talk in talks
    ]


def cells(row: Row) -> tuple[object, ...]:
    talk = row.conversation
    mails = [each.value for each in talk.customer.identities.all() if each.kind == Identity.Kind.EMAIL]
    return (
        moment(talk.created_at),
        moment(talk.closed_at) if talk.closed_at else "",
        talk.get_state_display(),
        talk.customer.name,
        " ".join(mails),
        row.queue,
        row.agent,
        row.outcome,
        talk.subject,
        talk.language,
        talk.pk,
    )


def moment(at: object) -> str:
    return timezone.localtime(at).strftime("%Y-%m-%d %H:%M")  # type: ignore[arg-type]


def lines_of(talk: Conversation) -> list[Line]:
    lines: list[Line] = []
    for message in talk.messages.prefetch_related("attachments__file").order_by("sequence"):
        day = timezone.localdate(message.created_at)
        told = message.author == Message.Author.SYSTEM
        lines.append(
            Line(
                message=message,
                event=event_for_staff(message.event, message.author_name) if told else "",
                gap=not lines or timezone.localdate(lines[-1].message.created_at) != day,
            )
        )
    return lines
