"""The policy table: who may use each address, socket, task and admin action. What does not stand here, nobody may.

Asked at one place for each kind: AccessMiddleware for pages, `may_open_socket` for sockets, `check_task` for tasks.
What may be seen *behind* an address (this conversation, that company) is for the records-level check of each face.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, JsonResponse
from django.shortcuts import resolve_url

from contactcenter import errors
from contactcenter.lib.clock import now
from contactcenter.lib.problems import problem
from contactcenter.operation.accounts import api_tokens
from contactcenter.operation.accounts.middleware import lacks_second_factor, was_turned_away
from contactcenter.operation.accounts.models import ApiToken, Membership, User
from tenants.door import SHARED_SCHEMA
from tenants.models import Tenant

log = logging.getLogger(__name__)


class Who(StrEnum):
    PUBLIC = "public"
    VISITOR = "visitor"  # holds a visitor token of this company, which the gateway checks
    TOKEN = "token"  # noqa: S105  a machine: its token is this company's and has the right that API names
    SIGNED_IN = "signed in"
    AGENT = "agent"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"
    SCREEN = "screen"  # holds a wallboard's token, which the floor checks
    MANAGER = "manager"  # of the company whose host it is
    VIEWER = "viewer"


class Place(StrEnum):
    SHARED = "shared host"
    COMPANY = "company's host"


class Verdict(StrEnum):
    ALLOWED = "allowed"
    SIGN_IN = "sign in first"
    FORBIDDEN = "not for this person"


ANYBODY = frozenset({Who.PUBLIC})
VISITORS = frozenset({Who.VISITOR})
SCREENS = frozenset({Who.SCREEN})
TOKENS = VISITORS | SCREENS  # whoever has one is no session: the face reads it, and refuses whoever has none
FLOOR = frozenset({Who.SUPERVISOR, Who.ADMIN})
MACHINES = frozenset({Who.TOKEN})
SIGNED_IN = frozenset({Who.SIGNED_IN})
DESK = frozenset({Who.AGENT, Who.SUPERVISOR})
CLIENTS = frozenset({Who.MANAGER, Who.VIEWER})
MANAGERS = frozenset({Who.MANAGER})

# What somebody whose role needs a second factor can reach without one, beside what is for anybody.
SETTING_UP: Mapping[str, frozenset[Who]] = {
    "account_reauthenticate": SIGNED_IN,
    "mfa_index": SIGNED_IN,
    "mfa_reauthenticate": SIGNED_IN,
    "mfa_activate_totp": SIGNED_IN,
    "mfa_deactivate_totp": SIGNED_IN,
    "mfa_view_recovery_codes": SIGNED_IN,
    "mfa_generate_recovery_codes": SIGNED_IN,
    "mfa_download_recovery_codes": SIGNED_IN,
    "mfa_list_webauthn": SIGNED_IN,
    "mfa_add_webauthn": SIGNED_IN,
    "mfa_edit_webauthn": SIGNED_IN,
    "mfa_remove_webauthn": SIGNED_IN,
    "mfa_reauthenticate_webauthn": SIGNED_IN,
}
ADMINS = frozenset({Who.ADMIN})

# The two sites of the admin: what each page of a model may be. A model that stands here not at all has no page.
LIST_AND_READ = ("changelist", "change")
ALL_BUT_DELETE = (*LIST_AND_READ, "add")
ADMIN_SITES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "admin": {
        "tenants_tenant": LIST_AND_READ,
        "tenants_endpoint": ALL_BUT_DELETE,
        "accounts_user": LIST_AND_READ,
        "accounts_membership": ALL_BUT_DELETE,
        "accounts_invitation": ALL_BUT_DELETE,
        "agents_agent": ALL_BUT_DELETE,
        "agents_skill": ALL_BUT_DELETE,
        "agents_breakreason": ALL_BUT_DELETE,
        "routing_queue": ALL_BUT_DELETE,
        "routing_pool": ALL_BUT_DELETE,
        "routing_repair": LIST_AND_READ,
        "audit_entry": LIST_AND_READ,
    },
    "records": {
        "customers_customer": LIST_AND_READ,
        "customers_block": LIST_AND_READ,
        "customers_visitortoken": LIST_AND_READ,
        "conversations_conversation": LIST_AND_READ,
        "conversations_disposition": ALL_BUT_DELETE,
        "conversations_cannedreply": ALL_BUT_DELETE,
        "files_storedfile": LIST_AND_READ,
    },
}
ADMIN_PAGES = ("index", "jsi18n")


def admin_routes() -> dict[str, frozenset[Who]]:
    pages = [f"{site}:{page}" for site in ADMIN_SITES for page in ADMIN_PAGES]
    pages += [
        f"{site}:{model}_{page}"
        for site, models in ADMIN_SITES.items()
        for model, found in models.items()
        for page in found
    ]
    return dict.fromkeys(pages, ADMINS)


# The same on the staff's host and on each company's.
ENTRANCE: Mapping[str, frozenset[Who]] = {
    "preferences": ANYBODY,  # language and theme, also of the sign-in page
    "javascript-catalogue": ANYBODY,
    "account_login": ANYBODY,
    "account_logout": ANYBODY,
    "account_signup": ANYBODY,  # says that it is closed
    "account_inactive": ANYBODY,
    "account_invitation": ANYBODY,  # who holds the letter
    "account_change_password": SIGNED_IN,
    "account_sessions": SIGNED_IN,
    "account_end_session": SIGNED_IN,
    "account_end_all_sessions": SIGNED_IN,
    "account_reset_password": ANYBODY,
    "account_reset_password_done": ANYBODY,
    "account_reset_password_from_key": ANYBODY,
    "account_reset_password_from_key_done": ANYBODY,
    "mfa_authenticate": ANYBODY,  # between the password and the session; allauth's stage knows whose turn it is
    "mfa_login_webauthn": ANYBODY,
    **SETTING_UP,
}

ROUTES: Mapping[Place, Mapping[str, frozenset[Who]]] = {
    Place.SHARED: {
        **ENTRANCE,
        "home": SIGNED_IN,
        "floor:floor": FLOOR,
        "floor:notices": FLOOR,
        "floor:notice-end": FLOOR,
        "floor:walls": FLOOR,
        "floor:wall-revoke": FLOOR,
        "floor:wall": SCREENS,
        "desk:desk": DESK,
        "desk:colleagues": DESK,
        "desk:canned": DESK,
        "desk:canned-new": DESK,
        "desk:canned-edit": DESK,
        "desk:canned-remove": DESK,
        "desk:canned-find": DESK,
        "desk:logo": DESK,
        "desk:conversation": DESK,
        "desk:customer": DESK,
        "desk:history": DESK,
        "desk:transcript": DESK,
        "desk:files": DESK,
        "desk:file": DESK,
        **admin_routes(),
        "companies": ADMINS,
        "new-company:begin": ADMINS,
        "new-company:step": ADMINS,
        "new-company:progress": ADMINS,
        "new-company:done": ADMINS,
    },
    Place.COMPANY: {
        **ENTRANCE,
        "home": CLIENTS,
        "portal:today": CLIENTS,
        "portal:now": CLIENTS,
        "portal:conversations": CLIENTS,
        "portal:conversations-csv": CLIENTS,
        "portal:conversation": CLIENTS,
        "portal:transcript": CLIENTS,
        "portal:file": CLIENTS,
        "portal:hours": CLIENTS,
        "portal:hours-edit": MANAGERS,
        "portal:replies": CLIENTS,
        "portal:reply-new": MANAGERS,
        "portal:reply-edit": MANAGERS,
        "portal:reply-retire": MANAGERS,
        "portal:people": CLIENTS,
        "portal:invite": MANAGERS,
        "portal:person-role": MANAGERS,
        "portal:person-remove": MANAGERS,
        "portal:take-back": MANAGERS,
        "portal:log": CLIENTS,
        "portal:log-csv": CLIENTS,
        "logo": ANYBODY,
        "widget:loader": ANYBODY,
        "widget:frame": ANYBODY,
        "widget:brand": ANYBODY,
        "widget:hours": ANYBODY,
        "widget:start": ANYBODY,
        "widget:identify": ANYBODY,  # vouched for by the website's signature, which the gateway reads
        "widget:token": VISITORS,
        "widget:files": VISITORS,
        "widget:file": VISITORS,
        "widget:transcript": VISITORS,
        "api:schema": ANYBODY,  # how the API is spoken to: nothing of any company is in it
        "api:docs": ANYBODY,
        "api:conversations": MACHINES,
        "api:conversation": MACHINES,
        "api:messages": MACHINES,
        "api:close": MACHINES,
        "api:customers": MACHINES,
        "api:customer": MACHINES,
        "api:webhooks": MACHINES,
        "api:webhook": MACHINES,
        "api:webhook-secret": MACHINES,
        "api:deliveries": MACHINES,
        "api:replay": MACHINES,
        "api:discard": MACHINES,
    },
}
# What each address for tokens answers to, and the right it takes. A method that does not stand here is not allowed.
Right = ApiToken.Right
API: Mapping[str, Mapping[str, ApiToken.Right]] = {
    "api:conversations": {"GET": Right.CONVERSATIONS_READ},
    "api:conversation": {"GET": Right.CONVERSATIONS_READ},
    "api:messages": {"GET": Right.CONVERSATIONS_READ, "POST": Right.CONVERSATIONS_WRITE},
    "api:close": {"POST": Right.CONVERSATIONS_WRITE},
    "api:customers": {"GET": Right.CUSTOMERS_READ},
    "api:customer": {"GET": Right.CUSTOMERS_READ},
    "api:webhooks": {"GET": Right.WEBHOOKS_MANAGE, "POST": Right.WEBHOOKS_MANAGE},
    "api:webhook": {"GET": Right.WEBHOOKS_MANAGE, "PATCH": Right.WEBHOOKS_MANAGE, "DELETE": Right.WEBHOOKS_MANAGE},
    "api:webhook-secret": {"POST": Right.WEBHOOKS_MANAGE},
    "api:deliveries": {"GET": Right.WEBHOOKS_MANAGE},
    "api:replay": {"POST": Right.WEBHOOKS_MANAGE},
    "api:discard": {"POST": Right.WEBHOOKS_MANAGE},
}
# Answered before any route is looked up: files of the product (whitenoise), health (contactcenter.health).
PREFIXES: Mapping[str, frozenset[Who]] = {"/static/": ANYBODY, "/livez": ANYBODY, "/readyz": ANYBODY}

SOCKETS: Mapping[str, tuple[Place, frozenset[Who]]] = {
    "/ws/desk/": (Place.SHARED, DESK),
    "/ws/floor/": (Place.SHARED, FLOOR),
    "/ws/wall/": (Place.SHARED, SCREENS),
    "/ws/widget/": (Place.COMPANY, VISITORS),
}
# A task of a company carries it in its header and runs in its schema; the others run in the shared one.
TASKS: Mapping[str, Place] = {
    "accounts.clear_expired_sessions": Place.SHARED,
    "audit.anchor": Place.SHARED,
    "conversations.look_for_silence": Place.SHARED,
    "conversations.end_silence": Place.COMPANY,
    "conversations.flag_wrap_up_missing": Place.COMPANY,
    "conversations.tell_agent_left": Place.COMPANY,
    "files.sweep_companies": Place.SHARED,
    "files.sweep": Place.COMPANY,
    "idempotency.sweep_companies": Place.SHARED,
    "idempotency.sweep": Place.COMPANY,
    "webhooks.send": Place.COMPANY,
    "webhooks.sweep_companies": Place.SHARED,
    "webhooks.sweep": Place.COMPANY,
}
# site:app_model.action, over the rows chosen in a list.
ADMIN_ACTIONS: Mapping[str, frozenset[Who]] = {
    "admin:accounts_user.deactivate": ADMINS,
    "admin:accounts_user.reactivate": ADMINS,
    "admin:accounts_invitation.take_back": ADMINS,
    "admin:tenants_tenant.deactivate": ADMINS,
    "admin:tenants_tenant.reactivate": ADMINS,
    "records:customers_block.lift": ADMINS,
    "records:customers_visitortoken.revoke": ADMINS,
}


class UndeclaredTask(PermissionError):
    """A task that is not in the table, or came without the company it needs or with one it must not have."""


@dataclass(frozen=True)
class Asker:
    """Everything that one who asks counts as at this place."""

    whos: frozenset[Who]

    @property
    def is_signed_in(self) -> bool:
        return Who.SIGNED_IN in self.whos


def asker(user: User | AnonymousUser | None, tenant: Tenant) -> Asker:
    """Roles of the BPO count on the shared host, memberships on the company's own."""
    if not isinstance(user, User) or not user.is_active:
        return Asker(frozenset({Who.PUBLIC}))
    whos = {Who.PUBLIC, Who.SIGNED_IN}
    if place_of(tenant) is Place.SHARED:
        whos |= {Who(user.role)} if user.role else set()
    else:
        memberships = Membership.objects.filter(user=user, tenant=tenant, is_active=True)
        whos |= {Who(role) for role in memberships.values_list("role", flat=True)}
    return Asker(frozenset(whos))


def place_of(tenant: Tenant) -> Place:
    return Place.SHARED if tenant.schema_name == SHARED_SCHEMA else Place.COMPANY


def decide(allowed: Collection[Who], who: Asker) -> Verdict:
    """The one rule. A token is no session: its gateway or face reads it, and refuses whoever has none."""
    if not TOKENS.isdisjoint(allowed) or not who.whos.isdisjoint(allowed):
        return Verdict.ALLOWED
    return Verdict.FORBIDDEN if who.is_signed_in else Verdict.SIGN_IN


class AccessMiddleware:
    """Asks the table for the route that was found. An undeclared route is missing."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponseBase | None:
        tenant: Tenant = request.tenant  # type: ignore[attr-defined]
        name = request.resolver_match.view_name if request.resolver_match else ""
        allowed = ROUTES[place_of(tenant)].get(name)
        if allowed is None:
            log.error("the route %r is not declared in access.py", name)
            raise Http404
        if Who.TOKEN in allowed:
            return ask_for_token(request, tenant, API.get(name, {}))
        if Who.PUBLIC in allowed or not TOKENS.isdisjoint(allowed):
            return None
        verdict = decide(allowed, asker(request.user, tenant))
        if verdict is Verdict.SIGN_IN and was_turned_away(request):
            return errors.no_access(request, tenant.name)
        if verdict is Verdict.SIGN_IN:
            return ask_to_sign_in(request)
        if name not in SETTING_UP and lacks_second_factor(request):
            return ask_for_second_factor(request)
        if verdict is Verdict.FORBIDDEN:
            raise PermissionDenied
        return None


def ask_for_token(
    request: HttpRequest, tenant: Tenant, methods: Mapping[str, ApiToken.Right]
) -> HttpResponseBase | None:
    """None where the token may go on; it is then `request.api_token`. No session counts here, so no other site can make
    a browser ask for somebody.
    """
    scheme, _space, secret = request.headers.get("Authorization", "").partition(" ")
    token = (
        api_tokens.recognise(secret=secret.strip(), tenant=tenant, now=now()) if scheme.lower() == "bearer" else None
    )
    if token is None:
        words = "Send a header “Authorization: Bearer …” with a token of this company that is neither revoked nor old."
        return problem(401, words, headers={"WWW-Authenticate": 'Bearer realm="API"'})
    right = methods.get("GET" if request.method == "HEAD" else request.method or "")
    if right is None:
        offered = [*methods, *(["HEAD"] if "GET" in methods else [])]
        words = f"This address takes {', '.join(offered)}."
        return problem(405, words, headers={"Allow": ", ".join(offered)})
    if right not in token.rights:
        return problem(403, f"This token lacks the right {right}: ask for one that has it.")
    request.api_token = token  # type: ignore[attr-defined]
    return None


def ask_to_sign_in(request: HttpRequest) -> HttpResponseBase:
    address = resolve_url(settings.LOGIN_URL)
    return told(request, address, 401, "not signed in") or redirect_to_login(request.get_full_path(), address)


def ask_for_second_factor(request: HttpRequest) -> HttpResponseBase:
    address = resolve_url("mfa_index")
    return told(request, address, 403, "second factor missing") or HttpResponseRedirect(address)


def told(request: HttpRequest, address: str, status: int, error: str) -> HttpResponseBase | None:
    """A fragment takes the whole page to the address; a script is told; a page, None, goes there itself."""
    if "HX-Request" in request.headers:
        return HttpResponse(status=status, headers={"HX-Redirect": address, "Cache-Control": "no-store"})
    navigates = request.headers.get("Sec-Fetch-Mode", "navigate") == "navigate"
    wants_json = "application/json" in request.headers.get("Accept", "")
    if request.method not in ("GET", "HEAD") or wants_json or not navigates:
        return JsonResponse({"error": error}, status=status, headers={"Cache-Control": "no-store"})
    return None


def may_open_socket(path: str, *, user: User | None, tenant: Tenant) -> Verdict:
    """In the shared schema. An unknown path, and a known one on the wrong kind of host, is forbidden."""
    place, allowed = SOCKETS.get(path, (None, frozenset[Who]()))
    if place is not place_of(tenant):
        return Verdict.FORBIDDEN
    return decide(allowed, asker(user, tenant))


def check_task(name: str, schema: str | None) -> str:
    """The schema the task must run in. Raises UndeclaredTask."""
    place = TASKS.get(name)
    if place is None:
        raise UndeclaredTask(f"the task {name!r} is not declared in access.py")
    if place is Place.SHARED:
        if schema not in (None, SHARED_SCHEMA):
            raise UndeclaredTask(f"the task {name!r} belongs to no company but came with one")
        return SHARED_SCHEMA
    if not schema or not Tenant.objects.filter(schema_name=schema, is_served=True).exists():
        raise UndeclaredTask(f"the task {name!r} came without a company that is served now")
    return schema
