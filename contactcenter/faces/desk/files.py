"""Files an agent sends and opens. They go and come whole, after the right was checked; nothing is ever shown inline."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from contactcenter.faces.desk.pages import for_agents
from contactcenter.faces.desk.rights import readable, served_company
from contactcenter.lib import clock
from contactcenter.operation.agents.models import Agent
from contactcenter.operation.audit.actions import Action
from contactcenter.operation.audit.kinds import ObjectKind
from contactcenter.operation.audit.services import record_look
from contactcenter.records.conversations.frames import file_frame
from contactcenter.records.conversations.services import file_for_staff
from contactcenter.records.files.services import SIZE_LIMIT, FileRefused, download_response, store
from tenants.door import tenant


@require_POST
@for_agents
def upload(request: HttpRequest, agent: Agent, schema: str, conversation_id: UUID) -> HttpResponse:
    with readable(agent, schema, conversation_id):
        file = request.FILES.get("file")
        if file is None:
            return refusal("empty")
        try:
            kept = store(file, conversation=conversation_id, user=agent.user_id, now=clock.now())
        except FileRefused as refused:
            return refusal(refused.reason)
        return JsonResponse({"file": file_frame(kept)}, status=201)


@require_GET
@for_agents
def download(request: HttpRequest, agent: Agent, schema: str, conversation_id: UUID, file_id: UUID) -> HttpResponse:
    company = served_company(agent, schema)
    with tenant(schema):
        file = file_for_staff(tenant=company, user=agent.user, conversation_id=conversation_id, file_id=file_id)
        record_look(
            action=Action.FILE_READ,
            tenant=company,
            actor=agent.user,
            object_kind=ObjectKind.FILE,
            object_id=file_id,
            now=clock.now(),
        )
        return download_response(file)


def refusal(reason: str) -> JsonResponse:
    """In the agent's language, at the field."""
    words = {
        "empty": _("The file is empty."),
        "too_big": _("The file is too big: at most %(size)s MB.") % {"size": SIZE_LIMIT // 1024**2},
        "type": _("Files of this type cannot be sent."),
        "name": _("A file of this name cannot be sent."),
    }
    return JsonResponse({"errors": {"file": [words.get(reason, words["type"])]}}, status=400)
