"""The page of the desk and the fragments beside a conversation. What moves comes by the socket, not from here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from contactcenter.faces.desk.pages import for_agents
from contactcenter.faces.desk.rights import Talk, looked_at, readable, served_company
from contactcenter.lib import clock
from contactcenter.lib.labels import label_in, language_name
from contactcenter.operation.agents.models import Agent, Presence, PresenceSpan
from contactcenter.operation.audit.actions import Action
from contactcenter.operation.routing.models import WorkItem
from contactcenter.records.conversations.models import Conversation
from contactcenter.records.conversations.services import readable_history
from contactcenter.records.conversations.transcript import transcript as plain_transcript

TALKS_A_PAGE = 20


@require_GET
@for_agents
def desk(request: HttpRequest, agent: Agent) -> HttpResponse:
    return render(request, "desk/desk.html", {"agent": agent})


@require_GET
@for_agents
def desk_at(request: HttpRequest, agent: Agent, schema: str, conversation_id: UUID) -> HttpResponse:
    with readable(agent, schema, conversation_id):
        return render(request, "desk/desk.html", {"agent": agent})


@require_GET
@for_agents
def customer(request: HttpRequest, agent: Agent, schema: str, conversation_id: UUID) -> HttpResponse:
    with readable(agent, schema, conversation_id) as talk:
        person = talk.conversation.customer
        looked_at(talk, Action.CUSTOMER_READ)
        facts = {
            "talk": talk.conversation,
            "company": talk.company,
            "customer": person,
            "initials": initials(person.name),
            "language": language_name(talk.conversation.language),
            "page_is_link": talk.conversation.page.startswith(("https://", "http://")),
            "identities": list(person.identities.order_by("kind", "value")),
            "local_time": local_time(person.timezone, clock.now()),
            "talks": person.conversations.count(),
            "blocked": person.blocks.filter(lifted_at=None).exists(),
        }
        return render(request, "desk/_customer.html", facts)


@require_GET
@for_agents
def history(request: HttpRequest, agent: Agent, schema: str, conversation_id: UUID) -> HttpResponse:
    with readable(agent, schema, conversation_id) as talk:
        past = readable_history(tenant=talk.company, user=agent.user, conversation=talk.conversation)
        past = past.select_related("disposition")
        page = Paginator(past.order_by("-created_at", "-id"), TALKS_A_PAGE).get_page(request.GET.get("page"))
        rows = past_talks(talk, list(page.object_list))
        return render(
            request,
            "desk/_history.html",
            {"talk": talk.conversation, "company": talk.company, "page": page, "rows": rows},
        )


@require_GET
@for_agents
def transcript(request: HttpRequest, agent: Agent, schema: str, conversation_id: UUID) -> HttpResponse:
    """To keep: with notes, since it is staff's."""
    with readable(agent, schema, conversation_id) as talk:
        looked_at(talk, Action.TRANSCRIPT_EXPORTED)
        text = plain_transcript(
            tenant=talk.company, conversation=talk.conversation, language=agent.user.language, notes=True
        )
    response = HttpResponse(text, content_type="text/plain; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{schema}-{conversation_id}.txt"'
    return response


@require_GET
@for_agents
def colleagues(request: HttpRequest, agent: Agent) -> JsonResponse:
    """Who else serves a company now: for a transfer and for a private question."""
    company = served_company(agent, request.GET.get("company", ""))
    others = company.agents.filter(is_active=True, user__is_active=True).exclude(pk=agent.pk)
    presences = dict(PresenceSpan.objects.filter(agent__in=others, ended_at=None).values_list("agent", "presence"))
    return JsonResponse(
        {
            "colleagues": [
                {
                    "user": other.user_id,
                    "agent": other.pk,
                    "alias": other.alias,
                    "name": other.user.name,
                    "role": other.user.role,
                    "presence": presences.get(other.pk, Presence.OFFLINE),
                }
                for other in others.select_related("user").order_by("user__name", "pk")
            ]
        }
    )


@require_GET
@for_agents
def logo(request: HttpRequest, agent: Agent, schema: str) -> HttpResponse:
    company = served_company(agent, schema)
    if not company.logo or not company.logo_type:
        raise Http404
    response = HttpResponse(bytes(company.logo), content_type=company.logo_type)
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


@dataclass(frozen=True)
class PastTalk:
    conversation: Conversation
    agent: str
    outcome: str


def past_talks(talk: Talk, conversations: list[Conversation]) -> list[PastTalk]:
    """With who handled each last, and what came of it."""
    items = (
        WorkItem.objects.filter(
            tenant=talk.company, conversation__in=[past.pk for past in conversations], agent__isnull=False
        )
        .order_by("conversation", "-id")
        .distinct("conversation")
    )
    handled_by = dict(items.values_list("conversation", "agent__alias"))
    language, default = talk.agent.user.language, talk.company.default_language
    return [
        PastTalk(
            conversation=past,
            agent=handled_by.get(past.pk, ""),
            outcome=label_in(past.disposition.label, language, default) if past.disposition else "",
        )
        for past in conversations
    ]


def initials(name: str) -> str:
    return "".join(word[0] for word in name.split()[:2]).upper() or "?"


def local_time(zone: str, now: datetime) -> datetime | None:
    """What the visitor's clock shows, without a zone so that nothing turns it back. None where that is not known."""
    known = clock.zone(zone)
    return now.astimezone(known).replace(tzinfo=None) if known else None
