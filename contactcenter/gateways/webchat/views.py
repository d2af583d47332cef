"""What the frame asks of its company's host.

Who it is stands in the Authorization header, which no page can make a browser send by itself; across sites a cookie
never arrives anyway. That is why the addresses that change something need no CSRF token: there is nothing ambient to
ride on. The ones that need no token of a visitor either take only JSON from our own page, which no form of another site
can send unasked.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils import translation
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from contactcenter.gateways.webchat import inbound, limits
from contactcenter.gateways.webchat.config import WidgetConfig
from contactcenter.gateways.webchat.identity import BadIdentity, read_identity
from contactcenter.gateways.webchat.page import choose_language
from contactcenter.gateways.webchat.pages import company, own_origin
from contactcenter.gateways.webchat.talk import current_talk
from contactcenter.gateways.webchat.visitors import BeingUpdated, ChatClosed, TokenGone, Visitor, bearer, enter
from contactcenter.gateways.webchat.words import FILE_REFUSALS, REFUSALS, TRANSCRIPT
from contactcenter.lib import clock
from contactcenter.records.conversations.frames import file_frame
from contactcenter.records.conversations.models import Conversation
from contactcenter.records.conversations.reading import file_for_customer
from contactcenter.records.conversations.services import Blocked, NotFound, reopenable_until
from contactcenter.records.conversations.transcript import transcript
from contactcenter.records.customers import services as customers
from contactcenter.records.files import services as files
from tenants.models import Tenant

LARGEST_BODY = 64 * 1024
PRIVATE = {"Cache-Control": "private, no-store"}

View = Callable[..., HttpResponse]


def from_own_page(view: View) -> View:
    """A JSON object, of a size that somebody can have typed, from the frame itself. It comes as `body`."""

    @csrf_exempt
    @require_POST
    @wraps(view)
    def checked(request: HttpRequest) -> HttpResponse:
        if request.headers.get("Origin", own_origin(request)) != own_origin(request):
            return JsonResponse({"errors": {}}, status=403, headers=PRIVATE)
        if request.content_type != "application/json":
            return JsonResponse({"errors": {}}, status=415, headers=PRIVATE)
        if len(request.body) > LARGEST_BODY:
            return JsonResponse({"errors": {}}, status=413, headers=PRIVATE)
        try:
            body = json.loads(request.body)
        except (ValueError, RecursionError):
            body = None
        if not isinstance(body, dict):
            return JsonResponse({"errors": {}}, status=400, headers=PRIVATE)
        tenant, config = company(request)
        with translation.override(choose_language(str(body.get("language", "")), [], tenant)):
            return view(request, body, tenant, config)

    return checked


@from_own_page
def start(request: HttpRequest, body: dict[str, Any], tenant: Tenant, config: WidgetConfig) -> HttpResponse:
    now = clock.now()
    if wait := limits.starts().wait(tenant.schema_name, limits.address_of(request), now):
        return too_often(wait)
    token = bearer(request)
    customer = customers.customer_of_token(token=token, now=now) if token else None
    try:
        user_agent = request.headers.get("User-Agent", "")
        form = inbound.read_form(body, tenant=tenant, config=config, customer=customer, now=now, user_agent=user_agent)
        begun = inbound.begin(form, tenant=tenant, now=now)
    except inbound.FormErrors as refused:
        return JsonResponse({"errors": refused.errors}, status=400, headers=PRIVATE)
    except Blocked:
        return JsonResponse({"blocked": True, "message": str(REFUSALS["blocked"])}, status=403, headers=PRIVATE)
    answer = {
        "token": begun.token or token,
        "conversation": str(begun.conversation.pk),
        "deferred": begun.conversation.deferred,
    }
    return JsonResponse(answer, status=201, headers=PRIVATE)


@from_own_page
def identify(request: HttpRequest, body: dict[str, Any], tenant: Tenant, config: WidgetConfig) -> HttpResponse:
    """For one whom the website has signed for: a token for the talk they have here already, from any device. 404: they
    have none.
    """
    now = clock.now()
    if wait := limits.IDENTITIES.wait(tenant.schema_name, limits.address_of(request), now):
        return too_often(wait)
    try:
        who = read_identity(
            str(body.get("identity", "")), secret=config.identity_secret, schema=tenant.schema_name, now=now
        )
    except BadIdentity:
        return JsonResponse({"errors": {"identity": [_("Your sign-in could not be confirmed.")]}}, status=400)
    customer = customers.customer_of_account(who.subject)
    if customer is None or current_talk(customer) is None:
        return JsonResponse({}, status=404, headers=PRIVATE)
    return JsonResponse({"token": customers.issue_token(customer=customer, now=now)}, headers=PRIVATE)


def for_visitor(*, limit: limits.Limit) -> Callable[[Callable[..., HttpResponse]], View]:
    """The view gets the Visitor. Everybody else learns nothing but 401."""

    def decorate(view: Callable[..., HttpResponse]) -> View:
        @csrf_exempt
        @wraps(view)
        def checked(request: HttpRequest, **kwargs: Any) -> HttpResponse:
            tenant: Tenant = request.tenant  # type: ignore[attr-defined]
            now = clock.now()
            if wait := limit.wait(tenant.schema_name, limits.address_of(request), now):
                return too_often(wait)
            try:
                visitor = enter(company_id=tenant.pk, token=bearer(request), now=now)
            except (TokenGone, ChatClosed):
                return JsonResponse({}, status=401, headers=PRIVATE)
            except BeingUpdated:  # since the host was looked up
                return JsonResponse({}, status=503, headers=PRIVATE)
            language = choose_language(request.GET.get("language", ""), [visitor.customer.language], tenant)
            with translation.override(language):
                return view(request, visitor, **kwargs)

        return checked

    return decorate


@require_safe
@for_visitor(limit=limits.CHECKS)
def check_token(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """A browser cannot tell a refused socket from a lost network: it asks here whether its token still serves."""
    return HttpResponse(status=204, headers=PRIVATE)


@require_POST
@for_visitor(limit=limits.FILES)
def upload_file(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """Kept for the visitor's talk, until a message takes it."""
    upload = request.FILES.get("file")
    if not isinstance(upload, UploadedFile):
        return refuse_file(_("Please choose a file."))
    if customers.is_blocked(visitor.customer.pk):
        return JsonResponse({"blocked": True}, status=403, headers=PRIVATE)
    talk = current_talk(visitor.customer)
    if talk is None or not may_go_on(talk, visitor):
        return refuse_file(str(REFUSALS["closed"]))
    try:
        now = clock.now()
        quota = limits.quota_of(visitor.customer, visitor.tenant, now)
        stored = files.store(upload, conversation=talk.pk, user=None, now=now, quota=quota)
    except files.FileRefused as refused:
        why = str(FILE_REFUSALS[refused.reason])
        return refuse_file(why.format(files=settings.VISITOR_FILES_A_DAY, size=settings.VISITOR_MEGABYTES_A_DAY))
    return JsonResponse({"file": file_frame(stored)}, status=201, headers=PRIVATE)


def may_go_on(talk: Conversation, visitor: Visitor) -> bool:
    until = reopenable_until(talk, visitor.config.reopen_within)
    return talk.state == Conversation.State.OPEN or (until is not None and clock.now() < until)


def refuse_file(message: str) -> HttpResponse:
    return JsonResponse({"errors": {"file": [message]}}, status=400, headers=PRIVATE)


@require_safe
@for_visitor(limit=limits.DOWNLOADS)
def file(request: HttpRequest, visitor: Visitor, file_id: UUID) -> HttpResponse:
    try:
        return files.download_response(file_for_customer(customer=visitor.customer, file_id=file_id))
    except NotFound:
        raise Http404 from None


@require_safe
@for_visitor(limit=limits.DOWNLOADS)
def transcript_file(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    talk = current_talk(visitor.customer)
    if talk is None or not visitor.config.transcript:
        raise Http404
    zone = clock.zone(visitor.customer.timezone) or ZoneInfo(visitor.tenant.timezone)
    name = f"{visitor.tenant.name} {talk.created_at.astimezone(zone):%Y-%m-%d}.txt"
    headers = {**PRIVATE, "Content-Disposition": content_disposition_header(as_attachment=True, filename=name) or ""}
    text = transcript(
        tenant=visitor.tenant,
        conversation=talk,
        language=translation.get_language(),
        wording=TRANSCRIPT,
        zone=zone,
    )
    return HttpResponse(text, content_type="text/plain; charset=utf-8", headers=headers)


def too_often(wait: int) -> HttpResponse:
    return JsonResponse({"retry_after": wait}, status=429, headers={**PRIVATE, "Retry-After": str(wait)})
