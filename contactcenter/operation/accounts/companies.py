"""What an admin decides about client companies once they exist. Whoever works for one is told, and so is the log."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from contactcenter.operation.accounts.models import User
from contactcenter.operation.accounts.services import require_admin, tell
from contactcenter.operation.agents import services as agents
from contactcenter.operation.audit.actions import Action
from contactcenter.operation.audit.kinds import ObjectKind
from contactcenter.operation.audit.services import record
from tenants.changing import HOURS, change_tenant
from tenants.models import Tenant
from tenants.services import NewTenant


@transaction.atomic
def change_company(
    *, tenant: Tenant, wanted: NewTenant, without_logo: bool = False, by: User, now: datetime
) -> list[str]:
    """Gives the names of what was changed. Raises ValidationError with the messages by field."""
    require_admin(by)
    changed = change_tenant(tenant=tenant, wanted=wanted, without_logo=without_logo)
    if changed:
        write_down(
            tenant, Action.HOURS_CHANGED if HOURS.issuperset(changed) else Action.COMPANY_CHANGED, by, now, changed
        )
    return changed


@transaction.atomic
def deactivate_company(*, tenant: Tenant, by: User, now: datetime) -> None:
    """Its hosts answer nobody, its people are not let in, and no agent is given its work. Nothing is deleted."""
    require_admin(by)
    if Tenant.objects.filter(pk=tenant.pk, is_active=True).update(is_active=False):
        tell_agents(tenant, now)
        write_down(tenant, Action.COMPANY_DEACTIVATED, by, now)


@transaction.atomic
def reactivate_company(*, tenant: Tenant, by: User, now: datetime) -> None:
    require_admin(by)
    if Tenant.objects.filter(pk=tenant.pk, is_active=False).update(is_active=True):
        tell_agents(tenant, now)
        write_down(tenant, Action.COMPANY_REACTIVATED, by, now)


def tell_agents(tenant: Tenant, now: datetime) -> None:
    """In one order, so that two such changes at once do not wait for each other in a circle."""
    for agent in tenant.agents.select_related("user").order_by("pk"):
        agents.rights_changed(agent_id=agent.pk, now=now)
        tell(agent.user)


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
