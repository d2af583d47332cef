"""Permissions broken on purpose, each as might happen one day, and the doors at which the walk must say so."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django.core.exceptions import PermissionDenied

from contactcenter.access.api import API
from contactcenter.access.routes import ROUTES
from contactcenter.access.sockets import SOCKETS
from contactcenter.access.tasks import TASKS
from contactcenter.access.who import CLIENTS, DESK, FLOOR, SIGNED_IN, Place
from contactcenter.faces.desk import canned, rights, views
from contactcenter.faces.portal import conversations as portal
from contactcenter.faces.portal.log import LogFilters
from contactcenter.gateways.webchat import views as widget
from contactcenter.lib.prepared import Prepared
from contactcenter.operation.accounts import api_tokens, invitations, own_sessions
from contactcenter.operation.accounts.models import ApiToken, Invitation, SignedIn, User
from contactcenter.operation.agents.models import Agent
from contactcenter.operation.audit.models import Entry
from contactcenter.operation.wallboards import services as wallboards
from contactcenter.operation.wallboards.models import Wallboard
from contactcenter.records.conversations import reading
from contactcenter.records.customers.models import Customer
from contactcenter.records.files.models import StoredFile
from tenants.models import Tenant

Patch = pytest.MonkeyPatch


# In the policy table --------------------------------------------------------------------------------------------------
def conversation_for_whoever_is_signed_in(patch: Patch) -> None:
    patch.setitem(ROUTES[Place.SHARED], "desk:conversation", SIGNED_IN)


def companies_records_for_supervisors(patch: Patch) -> None:
    patch.setitem(ROUTES[Place.SHARED], "companies", FLOOR)


def hours_changed_by_viewers(patch: Patch) -> None:
    patch.setitem(ROUTES[Place.COMPANY], "portal:hours-edit", CLIENTS)


def writing_with_the_right_to_read(patch: Patch) -> None:
    patch.setitem(API["api:messages"], "POST", ApiToken.Right.CONVERSATIONS_READ)


def floor_open_to_agents(patch: Patch) -> None:
    patch.setitem(SOCKETS, "/ws/floor/", (Place.SHARED, FLOOR | DESK))


def task_of_a_company_without_one(patch: Patch) -> None:
    patch.setitem(TASKS, "webhooks.sweep", Place.SHARED)


# On the rows behind it ------------------------------------------------------------------------------------------------
def colleagues_talks_read(patch: Patch) -> None:
    patch.setattr(reading, "may_read", lambda **_about: True)


def company_read_that_is_not_served(patch: Patch) -> None:
    patch.setattr(rights, "served_companies", lambda agent: Tenant.objects.filter(is_served=True))
    # Written anew, and with it undone: a prepared query remembers what it was made of.
    found = Prepared(lambda agent, schema: Tenant.objects.filter(is_served=True, schema_name=schema))
    patch.setattr(rights, "SERVED", found)
    patch.setattr(reading, "may_read", lambda **_about: True)


def foreign_refused_instead_of_missing(patch: Patch) -> None:
    served_company = rights.served_company

    def told(agent: Agent, schema: str) -> Tenant:
        if Tenant.objects.filter(schema_name=schema).exclude(agents=agent).exists():
            raise PermissionDenied
        return served_company(agent, schema)

    for module in (views, canned):
        patch.setattr(module, "served_company", told)


def file_of_any_talk_by_its_id(patch: Patch) -> None:
    def found(*, file_id: UUID, **_about: Any) -> StoredFile:
        return StoredFile.objects.get(pk=file_id)

    patch.setattr(portal, "file_for_client", found)


def file_of_any_customer_by_its_id(patch: Patch) -> None:
    def found(*, customer: Customer, file_id: UUID) -> StoredFile:
        return StoredFile.objects.get(pk=file_id)

    patch.setattr(widget, "file_for_customer", found)


def log_of_every_company(patch: Patch) -> None:
    patch.setattr(LogFilters, "found", lambda self: Entry.objects.order_by("-sequence"))


def session_of_anybody_ended(patch: Patch) -> None:
    def end(*, user: User, session_id: int, now: Any) -> str:
        row = SignedIn.objects.get(pk=session_id)
        row.session.delete()
        return str(row.session_id)

    patch.setattr(own_sessions, "end", end)


def letter_of_another_company(patch: Patch) -> None:
    patch.setattr(
        invitations, "open_before", lambda tenant: Invitation.objects.filter(accepted_at=None, revoked_at=None)
    )


def key_of_another_companys_machine(patch: Patch) -> None:
    def recognise(*, secret: str, tenant: Tenant, now: Any) -> ApiToken | None:
        return ApiToken.objects.filter(digest=api_tokens.digest_of(secret), revoked_at=None).first()

    patch.setattr(api_tokens, "recognise", recognise)


def key_of_a_dark_screen(patch: Patch) -> None:
    patch.setattr(wallboards, "alive", lambda now: Wallboard.objects.filter(expires_at__gt=now))


def log_line_with_what_was_written(patch: Patch) -> None:
    looked_at = views.looked_at

    def told(talk: rights.Talk, *args: Any) -> None:
        logging.getLogger("desk").info("opened: %s", talk.conversation.messages.exclude(text="")[0].text)
        looked_at(talk, *args)

    patch.setattr(views, "looked_at", told)


PAGES: dict[Callable[[Patch], None], tuple[Place, set[str]]] = {
    conversation_for_whoever_is_signed_in: (Place.SHARED, {"desk:conversation"}),
    companies_records_for_supervisors: (Place.SHARED, {"companies"}),
    hours_changed_by_viewers: (Place.COMPANY, {"portal:hours-edit"}),
    writing_with_the_right_to_read: (Place.COMPANY, {"api:messages"}),
    colleagues_talks_read: (Place.SHARED, {"desk:transcript", "desk:files"}),
    company_read_that_is_not_served: (Place.SHARED, {"desk:customer"}),
    foreign_refused_instead_of_missing: (Place.SHARED, {"desk:logo", "desk:canned-new"}),
    file_of_any_talk_by_its_id: (Place.COMPANY, {"portal:file"}),
    file_of_any_customer_by_its_id: (Place.COMPANY, {"widget:file"}),
    log_of_every_company: (Place.COMPANY, {"portal:log-csv"}),
    session_of_anybody_ended: (Place.SHARED, {"account_end_session"}),
    letter_of_another_company: (Place.COMPANY, {"account_invitation", "portal:take-back"}),
    key_of_another_companys_machine: (Place.COMPANY, {"api:customer"}),
    key_of_a_dark_screen: (Place.SHARED, {"floor:wall"}),
    log_line_with_what_was_written: (Place.SHARED, {"desk:transcript"}),
}
