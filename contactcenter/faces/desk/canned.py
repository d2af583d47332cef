"""Canned replies: found from the composer, and each agent's own as pages. They live in each company's schema."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db import IntegrityError, transaction
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from contactcenter.faces.desk.forms import SHORTCUT_TAKEN, CannedReplyForm
from contactcenter.faces.desk.pages import for_agents
from contactcenter.faces.desk.rights import readable, served_companies, served_company
from contactcenter.lib.labels import label_in
from contactcenter.operation.agents.models import Agent
from contactcenter.records.conversations import canned
from contactcenter.records.conversations.models import CannedReply
from tenants.door import tenant
from tenants.models import Tenant

SHOWN = 20


@require_GET
@for_agents
def find_replies(request: HttpRequest, agent: Agent, schema: str) -> JsonResponse:
    """The company's replies and the agent's own that match `q`, in the conversation's language, ready to insert."""
    conversation_id = conversation_asked_for(request)
    with readable(agent, schema, conversation_id) as talk:
        replies = canned.matching(request.GET.get("q", ""), user_id=agent.user_id)
        names = {
            "customer": talk.conversation.customer.name,
            "agent": agent.alias,
            "company": talk.company.name,
        }
        languages = (talk.conversation.language, talk.company.default_language)
        return JsonResponse(
            {
                "replies": [
                    {
                        "shortcut": reply.shortcut,
                        "title": reply.title,
                        "text": canned.fill_in(label_in(reply.text, *languages), names),
                        "own": reply.owner_id is not None,
                    }
                    for reply in replies[:SHOWN]
                ]
            }
        )


@dataclass(frozen=True)
class CompanyReplies:
    company: Tenant
    replies: list[CannedReply]


@require_GET
@for_agents
def own_replies(request: HttpRequest, agent: Agent) -> HttpResponse:
    shelves = []
    for company in served_companies(agent):
        with tenant(company.schema_name):
            replies = canned.own_replies(user_id=agent.user_id)
        shelves.append(CompanyReplies(company=company, replies=replies))
    return render(request, "desk/canned.html", {"shelves": shelves})


@require_http_methods(["GET", "POST"])
@for_agents
def write_reply(request: HttpRequest, agent: Agent, schema: str) -> HttpResponse:
    company = served_company(agent, schema)
    with tenant(schema):
        return reply_form(request, agent, company, CannedReply())


@require_http_methods(["GET", "POST"])
@for_agents
def edit_reply(request: HttpRequest, agent: Agent, schema: str, reply_id: int) -> HttpResponse:
    company = served_company(agent, schema)
    with tenant(schema):
        return reply_form(request, agent, company, canned.own_reply(user_id=agent.user_id, reply_id=reply_id))


@require_POST
@for_agents
def remove_reply(request: HttpRequest, agent: Agent, schema: str, reply_id: int) -> HttpResponse:
    served_company(agent, schema)
    with tenant(schema):
        canned.remove(user_id=agent.user_id, reply_id=reply_id)
    return redirect("desk:canned")


def reply_form(request: HttpRequest, agent: Agent, company: Tenant, reply: CannedReply) -> HttpResponse:
    """Run inside the company's schema."""
    form = CannedReplyForm(request.POST or None, instance=reply, company=company, owner=agent.user)
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                form.save()
            return redirect("desk:canned")
        except IntegrityError:  # the same form, sent twice at the same moment
            form.add_error("shortcut", SHORTCUT_TAKEN)
    status = 422 if form.is_bound else 200
    return render(request, "desk/canned_form.html", {"form": form, "company": company, "reply": reply}, status=status)


def conversation_asked_for(request: HttpRequest) -> UUID:
    try:
        return UUID(request.GET.get("conversation", ""))
    except ValueError as error:
        raise Http404 from error
