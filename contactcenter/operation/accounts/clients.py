"""What a company's own managers decide: who of its people may do what in the portal, and when it is open. Admins may do
the same; who may is decided here.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from contactcenter.operation.accounts.invitations import may_invite
from contactcenter.operation.accounts.models import Membership, User
from contactcenter.operation.accounts.services import NotAllowed, revoke
from contactcenter.operation.audit.actions import Action
from contactcenter.operation.audit.kinds import ObjectKind
from contactcenter.operation.audit.services import record
from tenants.changing import change_hours as change
from tenants.models import Tenant
from tenants.written import Holidays, Week


class NoMembership(LookupError):
    """Nobody of this company: of another, not any more, or nobody at all."""


class LastManager(ValueError):
    """Nobody of the company would be left who could invite anybody."""


def people_of(tenant: Tenant) -> QuerySet[Membership]:
    found = Membership.objects.filter(tenant=tenant, is_active=True, user__is_active=True)
    return found.select_related("user").order_by("user__name", "pk")


@transaction.atomic
def change_client_role(*, tenant: Tenant, membership_id: int, role: str, by: User, now: datetime) -> Membership:
    """Whoever gets another role is signed out, and comes back with the new one. Raises NotAllowed, NoMembership,
    LastManager.
    """
    membership = held(tenant, membership_id, by)
    if membership.role == Membership.Role(role):
        return membership
    if membership.role == Membership.Role.MANAGER:
        keep_a_manager(tenant, without=membership)
    membership.role = Membership.Role(role)
    membership.save(update_fields=["role"])
    write_down(Action.MEMBERSHIP_GRANTED, membership, by, now)
    return membership


@transaction.atomic
def end_membership(*, tenant: Tenant, membership_id: int, by: User, now: datetime) -> None:
    """From commit on nothing of the company answers this person. Raises NotAllowed, NoMembership, LastManager."""
    membership = held(tenant, membership_id, by)
    if membership.role == Membership.Role.MANAGER:
        keep_a_manager(tenant, without=membership)
    membership.is_active = False
    membership.save(update_fields=["is_active"])
    write_down(Action.MEMBERSHIP_REVOKED, membership, by, now)


@transaction.atomic
def change_hours(*, tenant: Tenant, week: Week, holidays: Holidays, by: User, now: datetime) -> list[str]:
    """Gives the names of what was changed. Raises NotAllowed, and ValidationError with the messages by field."""
    if not may_invite(by, tenant):
        raise NotAllowed(by.pk)
    changed = change(tenant=tenant, week=week, holidays=holidays)
    if changed:
        record(
            action=Action.HOURS_CHANGED,
            tenant=tenant,
            actor=by,
            object_kind=ObjectKind.COMPANY,
            object_id=tenant.pk,
            now=now,
            facts={"fields": changed},
        )
    return changed


def held(tenant: Tenant, membership_id: int, by: User) -> Membership:
    """All of the company's memberships are held, in one order: of two managers who take each other's place away at the
    same moment, the second finds that it may not.
    """
    found = Membership.objects.select_for_update().filter(tenant=tenant, is_active=True).order_by("pk")
    memberships = {membership.pk: membership for membership in found}
    if not may_invite(by, tenant):
        raise NotAllowed(by.pk)
    membership = memberships.get(membership_id)
    if membership is None:
        raise NoMembership(membership_id)
    return membership


def keep_a_manager(tenant: Tenant, *, without: Membership) -> None:
    if not people_of(tenant).filter(role=Membership.Role.MANAGER).exclude(pk=without.pk).exists():
        raise LastManager(without.pk)


def write_down(action: Action, membership: Membership, by: User, now: datetime) -> None:
    revoke(membership.user)
    record(
        action=action,
        tenant=membership.tenant,
        actor=by,
        object_kind=ObjectKind.PERSON,
        object_id=membership.user_id,
        now=now,
        facts={"role": membership.role},
    )
