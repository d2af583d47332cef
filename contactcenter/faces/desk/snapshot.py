"""Everything one agent's desk shows at a moment: a fixed number of queries, and a fixed number for each company."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TypedDict

from django.conf import settings
from django.urls import reverse

from contactcenter.faces.desk.cards import Card, cards_of, stamp
from contactcenter.faces.desk.notices import NoticeFrame, notice_frames
from contactcenter.faces.desk.rights import served_companies
from contactcenter.lib.labels import label_in
from contactcenter.lib.prepared import Prepared
from contactcenter.operation.agents.models import Activity, Agent, BreakReason, Capacity, Presence, PresenceSpan
from contactcenter.operation.routing.models import Queue
from contactcenter.records.conversations.frames import NoteFrame, note_frame
from contactcenter.records.conversations.models import Conversation, Disposition, Note
from tenants.branding import Palette, palette
from tenants.door import tenant
from tenants.models import Tenant


class Load(TypedDict):
    used: int
    limit: int


class Me(TypedDict):
    agent: int
    user: int
    alias: str
    name: str
    role: str
    presence: str
    reason: str | None
    since: str | None
    activity: str
    capacity: dict[str, Load]


class Company(TypedDict):
    schema: str
    name: str
    monogram: str
    colours: Palette
    logo: str | None
    languages: list[str]
    timezone: str


class QueueChoice(TypedDict):
    id: int
    company: str
    name: str
    channel: str


class DispositionChoice(TypedDict):
    key: str
    label: str


class BreakChoice(TypedDict):
    key: str
    name: str


class Question(TypedDict):
    company: str
    conversation: str
    note: NoteFrame


class Setting(TypedDict):
    """What admins and managers set, and agents choose from."""

    companies: dict[str, Company]
    queues: list[QueueChoice]
    breaks: list[BreakChoice]
    dispositions: dict[str, list[DispositionChoice]]


class Snapshot(Setting):
    rev: int
    now: str
    me: Me
    items: list[Card]
    questions: list[Question]
    notices: list[NoticeFrame]


def snapshot(agent: Agent, now: datetime) -> Snapshot:
    """Run in the shared schema. The revision is read first: what changes meanwhile comes again as a frame above it."""
    capacity = Capacity.objects.get(agent=agent)
    companies = list(served_companies(agent))
    return {
        "rev": capacity.version,
        "now": now.isoformat(),
        "me": _me(agent, capacity),
        "items": cards_of(agent, companies),
        **setting(agent, companies),
        "questions": open_questions(agent, companies),
        "notices": notice_frames(agent, now),
    }


def setting(agent: Agent, companies: list[Tenant]) -> Setting:
    return {
        "companies": {company.schema_name: company_frame(company) for company in companies},
        "queues": queues_of(companies),
        "breaks": [{"key": reason.key, "name": reason.name} for reason in BreakReason.objects.filter(is_active=True)],
        "dispositions": {company.schema_name: dispositions(company, agent.user.language) for company in companies},
    }


def me(agent: Agent) -> Me:
    return _me(agent, Capacity.objects.get(agent=agent))


def logo_address(company: Tenant) -> str:
    """On the shared host, whose addresses a socket must name: outside a page nothing says which host one is on."""
    return reverse("desk:logo", args=[company.schema_name], urlconf=settings.PUBLIC_SCHEMA_URLCONF)


def company_frame(company: Tenant) -> Company:
    return {
        "schema": company.schema_name,
        "name": company.name,
        "monogram": company.monogram,
        "colours": palette(company.colour),
        "logo": logo_address(company) if company.logo_type else None,
        "languages": company.languages,
        "timezone": company.timezone,
    }


def queues_of(companies: list[Tenant]) -> list[QueueChoice]:
    schemas = {company.pk: company.schema_name for company in companies}
    queues = Queue.objects.filter(tenant__in=schemas, is_active=True).order_by("tenant__name", "name")
    return [
        {"id": queue.pk, "company": schemas[queue.tenant_id], "name": queue.name, "channel": queue.channel}
        for queue in queues
    ]


def dispositions(company: Tenant, language: str) -> list[DispositionChoice]:
    with tenant(company.schema_name):
        return [
            {"key": choice.key, "label": label_in(choice.label, language, company.default_language) or choice.key}
            for choice in Disposition.objects.filter(is_active=True)
        ]


QUESTIONS_TO = Prepared(
    lambda user: (
        Note.objects.filter(kind=Note.Kind.QUESTION, to=user, answered_by=None)
        .filter(conversation__state=Conversation.State.OPEN)
        .select_related("author__agent", "to__agent")
    )
)


def open_questions(agent: Agent, companies: Iterable[Tenant]) -> list[Question]:
    """Asked of this agent and not answered, while the conversation goes on."""
    return [question for company in companies for question in _open_questions(agent, company)]


def _open_questions(agent: Agent, company: Tenant) -> list[Question]:
    with tenant(company.schema_name):
        return [
            {"company": company.schema_name, "conversation": str(note.conversation_id), "note": note_frame(note)}
            for note in QUESTIONS_TO.all(user=agent.user_id)
        ]


def _me(agent: Agent, capacity: Capacity) -> Me:
    span = PresenceSpan.objects.filter(agent=agent, ended_at=None).select_related("reason").first()
    return {
        "agent": agent.pk,
        "user": agent.user_id,
        "alias": agent.alias,
        "name": agent.user.name,
        "role": agent.user.role,
        "presence": span.presence if span else Presence.OFFLINE,
        "reason": span.reason.key if span and span.reason else None,
        "since": stamp(span.started_at) if span else None,
        "activity": span.activity if span else Activity.IDLE,
        "capacity": {"chat": {"used": capacity.chat_used, "limit": capacity.chat_limit}},
    }
