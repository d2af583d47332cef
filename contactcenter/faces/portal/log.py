"""Who looked at or changed what of the company. Its own people stand by name, those of the contact centre by alias or
role; of what happened, only what concerns the company.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from contactcenter.faces.portal.conversations import moment
from contactcenter.faces.portal.exports import MOST_ROWS, export
from contactcenter.faces.portal.filters import Filters, day_field, from_day, until_day
from contactcenter.faces.portal.pages import Guest, for_clients
from contactcenter.lib import clock
from contactcenter.operation.accounts.models import Invitation, Membership, Role, User
from contactcenter.operation.audit.actions import Action
from contactcenter.operation.audit.kinds import ObjectKind
from contactcenter.operation.audit.models import Entry
from contactcenter.operation.audit.services import record_look
from contactcenter.records.conversations.models import CannedReply
from tenants.models import Tenant

ON_A_PAGE = 50
STAFF = "staff"
KINDS = dict(ObjectKind.choices)
LISTS: dict[str, str | Promise] = {
    "conversations": gettext_lazy("Conversations"),
    "log": gettext_lazy("This log"),
}
FIELDS: dict[str, str | Promise] = {
    "opening_hours": gettext_lazy("the week"),
    "holidays": gettext_lazy("dates that differ"),
    "shortcut": gettext_lazy("shortcut"),
    "title": gettext_lazy("title"),
    "text": gettext_lazy("text"),
    "is_active": gettext_lazy("in use or retired"),
    "name": gettext_lazy("name"),
    "colour": gettext_lazy("colour"),
    "logo": gettext_lazy("logo"),
    "hosts": gettext_lazy("hosts"),
    "timezone": gettext_lazy("time zone"),
    "languages": gettext_lazy("languages"),
    "greeting": gettext_lazy("greeting"),
}


@dataclass(frozen=True)
class Row:
    entry: Entry
    who: str
    what: str
    kind: str
    object: str
    link: str
    details: str


class LogFilters(Filters):
    action = forms.ChoiceField(label=gettext_lazy("What"))
    who = forms.ChoiceField(label=gettext_lazy("Who"))
    since = day_field(gettext_lazy("From day"))
    until = day_field(gettext_lazy("To day"))

    def __init__(self, *args: Any, company: Tenant, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.company = company
        own = Membership.objects.filter(tenant=company).order_by("user__name").values_list("user", "user__name")
        self.choose("action", [("", gettext_lazy("All")), *Action.choices])
        self.choose("who", [("", gettext_lazy("All")), (STAFF, gettext_lazy("The contact centre")), *own])

    def found(self) -> QuerySet[Entry]:
        """Newest first. Nothing while a field is refused."""
        entries = Entry.objects.filter(tenant=self.company).select_related("actor__agent").order_by("-sequence")
        if not self.is_valid():
            return entries.none()
        chosen = self.cleaned_data
        if chosen["action"]:
            entries = entries.filter(action=chosen["action"])
        if chosen["who"] == STAFF:
            entries = entries.exclude(actor__in=own_people(self.company))
        elif chosen["who"]:
            entries = entries.filter(actor=int(chosen["who"]))
        if chosen["since"]:
            entries = entries.filter(at__gte=from_day(chosen["since"]))
        if chosen["until"]:
            entries = entries.filter(at__lt=until_day(chosen["until"]))
        return entries


@require_safe
@for_clients
def log(request: HttpRequest, guest: Guest) -> HttpResponse:
    filters = LogFilters(request.GET, company=guest.company)
    entries, before = filters.found(), request.GET.get("before", "")
    if before.isdecimal() and len(before) < 19:
        entries = entries.filter(sequence__lt=int(before))
    page = list(entries[: ON_A_PAGE + 1])
    chosen = {name: request.GET[name] for name in filters.fields if request.GET.get(name)}
    older = urlencode({**chosen, "before": page[ON_A_PAGE - 1].sequence}) if len(page) > ON_A_PAGE else ""
    context = {
        "filters": filters,
        "rows": rows_of(guest.company, page[:ON_A_PAGE]),
        "query": urlencode(chosen),
        "older": older,
        "is_first": not before,
        "filtered": bool(chosen),
    }
    response = render(request, "portal/log.html", context)
    record_look(
        action=Action.AUDIT_READ,
        tenant=guest.company,
        actor=guest.user,
        object_kind=ObjectKind.LOG,
        object_id=guest.company.pk,
        now=clock.now(),
    )
    return response


@require_safe
@for_clients
def log_csv(request: HttpRequest, guest: Guest) -> HttpResponse:
    filters = LogFilters(request.GET, company=guest.company)
    if not filters.is_valid():
        return redirect(f"{reverse('portal:log')}?{request.GET.urlencode()}")
    rows = rows_of(guest.company, list(filters.found()[:MOST_ROWS]))
    heads = (_("Number"), _("When"), _("Who"), _("What"), _("Concerning"), _("Which"), _("Details"))
    cells = [
        (row.entry.sequence, moment(row.entry.at), row.who, row.what, row.kind, row.object, row.details) for row in rows
    ]
    return export(guest, "log", heads, cells, filters=filters.in_use)


def own_people(company: Tenant) -> QuerySet[User]:
    """Of today and of before, who have no role of the contact centre."""
    return User.objects.filter(role="", memberships__tenant=company)


def rows_of(company: Tenant, entries: Sequence[Entry]) -> list[Row]:
    """Four queries, whatever the number."""
    own = dict(own_people(company).values_list("pk", "name"))
    replies = dict(CannedReply.objects.filter(pk__in=numbers(entries, "canned_reply")).values_list("pk", "shortcut"))
    letters = dict(
        Invitation.objects.filter(tenant=company, pk__in=numbers(entries, "invitation")).values_list("pk", "email")
    )
    return [
        Row(
            entry=entry,
            who=who(entry.actor, own),
            what=str(Action(entry.action).label) if entry.action in Action.values else entry.action,
            kind=str(KINDS.get(entry.object_kind, "")),
            object=named(entry, own, replies, letters),
            link=link(entry),
            details=details(entry),
        )
        for entry in entries
    ]


def numbers(entries: Sequence[Entry], kind: str) -> list[int]:
    return [int(entry.object_id) for entry in entries if entry.object_kind == kind and entry.object_id.isdecimal()]


def who(actor: User | None, own: dict[int, str]) -> str:
    """An agent's alias is what the company knows; a supervisor or an admin is a role to it."""
    if actor is None:
        return _("The contact centre's system")
    if actor.pk in own:
        return own[actor.pk]
    agent = getattr(actor, "agent", None)
    if actor.role == Role.AGENT and agent is not None:
        return _("Agent {alias}").format(alias=agent.alias)
    if actor.role:
        return _("The contact centre: {role}").format(role=actor.get_role_display())
    return _("Somebody of the contact centre")


def named(entry: Entry, own: dict[int, str], replies: dict[int, str], letters: dict[int, str]) -> str:
    """Which one, as far as it is the company's own to know."""
    number = int(entry.object_id) if entry.object_id.isdecimal() else 0
    if entry.object_kind == "person":
        return own.get(number, "")
    if entry.object_kind == "canned_reply":
        return f"/{replies[number]}" if number in replies else ""
    if entry.object_kind == "invitation":
        return letters.get(number, "")
    if entry.object_kind == "list":
        return str(LISTS.get(entry.object_id, ""))
    return entry.object_id[-6:] if is_uuid(entry.object_id) else ""


def link(entry: Entry) -> str:
    if entry.object_kind == "conversation" and is_uuid(entry.object_id):
        return reverse("portal:conversation", args=[entry.object_id])
    return ""


def details(entry: Entry) -> str:
    """The names of what changed, and roles; other facts are ids of the contact centre's own."""
    fields = [str(FIELDS[name]) for name in entry.facts.get("fields", []) if name in FIELDS]
    roles = dict(Membership.Role.choices)
    role = roles.get(entry.facts.get("role", ""))
    return ", ".join([*fields, *([str(role)] if role else [])])


def is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
