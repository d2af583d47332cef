"""What an admin decides about a company's widget, and about companies that are made with one."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from contactcenter.gateways.webchat.config import read_config
from contactcenter.gateways.webchat.first_chat import FirstChat, open_chat
from contactcenter.operation.accounts.models import User
from contactcenter.operation.accounts.services import require_admin
from contactcenter.operation.audit.actions import Action
from contactcenter.operation.audit.kinds import ObjectKind
from contactcenter.operation.audit.services import record
from tenants.cloning import Progress
from tenants.models import Endpoint, Tenant
from tenants.services import NewTenant, create_tenant


@transaction.atomic
def change_widget(
    *, endpoint: Endpoint, settings: Mapping[str, Any], is_active: bool, new_secret: bool, by: User, now: datetime
) -> str:
    """What `settings` does not name stays. Gives the new secret for signing in visitors, if one was asked for: it is
    shown this once. Raises ValidationError with the messages by setting.
    """
    require_admin(by)
    kept = Endpoint.objects.select_for_update(no_key=True).get(pk=endpoint.pk)
    before = dict(kept.settings)
    kept.settings = {**before, **settings}
    secret = secrets.token_urlsafe(32) if new_secret else ""
    if secret:
        kept.settings["identity_secret"] = secret
    read_config(kept.settings)
    changed = [name for name, value in kept.settings.items() if before.get(name) != value]
    if kept.is_active != is_active:
        changed.append("is_active")
    kept.is_active = is_active
    kept.save(update_fields=["settings", "is_active"])
    if changed:
        write_down(kept.tenant, Action.WIDGET_CHANGED, by, now, changed)
    return secret


@transaction.atomic
def add_chat(
    *, tenant: Tenant, origins: Sequence[str], queue_name: str, pool_name: str, by: User, now: datetime
) -> FirstChat:
    """For a company that has none. Raises ValidationError."""
    require_admin(by)
    opened = open_chat(tenant=tenant, origins=origins, queue_name=queue_name, pool_name=pool_name)
    write_down(tenant, Action.WIDGET_CHANGED, by, now, ["origins", "queue", "pool"])
    return opened


def create_company(
    *,
    new: NewTenant,
    origins: Sequence[str],
    queue_name: str,
    pool_name: str,
    by: User,
    now: datetime,
    progress: Progress | None = None,
) -> FirstChat:
    """A company with its chat, or nothing at all. Raises ValidationError with the messages by field."""
    read_config({"origins": list(origins)})  # before the long part begins
    opened: list[FirstChat] = []

    def furnish(tenant: Tenant) -> None:
        require_admin(by)
        opened.append(open_chat(tenant=tenant, origins=origins, queue_name=queue_name, pool_name=pool_name))
        write_down(tenant, Action.COMPANY_CREATED, by, now)

    create_tenant(new, progress=progress, furnish=furnish)
    return opened[0]


def write_down(tenant: Tenant, action: Action, by: User, now: datetime, fields: list[str] | None = None) -> None:
    record(
        action=action,
        tenant=tenant,
        actor=by,
        object_kind=ObjectKind.COMPANY,
        object_id=tenant.pk,
        now=now,
        facts={"fields": fields} if fields else None,
    )
