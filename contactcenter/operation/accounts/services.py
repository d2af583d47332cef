"""Changes of people and their rights. Each raises the user's epoch in its transaction: sessions made before are refused
at once, and the news of it closes open sockets. Each is written down as its last step."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import F

from contactcenter.lib import groups
from contactcenter.operation.accounts import sessions
from contactcenter.operation.accounts.models import Membership, Role, User
from contactcenter.operation.agents import services as agents
from contactcenter.operation.agents import standing
from contactcenter.operation.agents.models import Agent
from contactcenter.operation.audit.actions import Action
from contactcenter.operation.audit.kinds import ObjectKind
from contactcenter.operation.audit.services import record
from contactcenter.operation.outbox.services import push
from tenants.models import Tenant


class NotAllowed(PermissionError):
    """The acting user may not change people."""


class LastAdmin(ValueError):
    """Nobody would be left who could change people."""


@transaction.atomic
def change_role(*, user: User, role: str, by: User, now: datetime) -> User:
    require_admin(by)
    keep_an_admin(without=user if role != Role.ADMIN else None)
    User.objects.filter(pk=user.pk).update(role=Role(role) if role else "")
    return written_down(revoke(user), Action.ROLE_CHANGED, by, now)


@transaction.atomic
def deactivate(*, user: User, by: User, now: datetime) -> User:
    require_admin(by)
    keep_an_admin(without=user)
    User.objects.filter(pk=user.pk).update(is_active=False)
    return written_down(router_told(revoke(user), now), Action.PERSON_DEACTIVATED, by, now)


@transaction.atomic
def reactivate(*, user: User, by: User, now: datetime) -> User:
    require_admin(by)
    User.objects.filter(pk=user.pk).update(is_active=True)
    return written_down(router_told(revoke(user), now), Action.PERSON_REACTIVATED, by, now)


@transaction.atomic
def set_password(*, user: User, password: str, by: User, now: datetime) -> User:
    """By the person or by an admin. The caller checked the password's strength."""
    if by.pk != user.pk:
        require_admin(by)
    user.set_password(password)
    User.objects.filter(pk=user.pk).update(password=user.password)
    return written_down(revoke(user), Action.PASSWORD_SET, by, now)


@transaction.atomic
def grant_membership(*, user: User, tenant: Tenant, role: str, by: User, now: datetime) -> Membership:
    require_admin(by)
    membership, _made = Membership.objects.update_or_create(
        user=user, tenant=tenant, defaults={"role": Membership.Role(role), "is_active": True}
    )
    written_down(revoke(user), Action.MEMBERSHIP_GRANTED, by, now, tenant=tenant)
    return membership


@transaction.atomic
def revoke_membership(*, user: User, tenant: Tenant, by: User, now: datetime) -> None:
    require_admin(by)
    if Membership.objects.filter(user=user, tenant=tenant, is_active=True).update(is_active=False):
        written_down(revoke(user), Action.MEMBERSHIP_REVOKED, by, now, tenant=tenant)


@transaction.atomic
def change_companies(*, agent: Agent, tenants: Collection[Tenant], by: User, now: datetime) -> None:
    """Which companies an agent serves. Who loses one is signed out; who only gains one gets a new desk."""
    require_admin(by)
    standing.lock(agent.pk)  # no claim of this agent's time in between
    before = set(agent.tenants.values_list("pk", flat=True))
    agent.tenants.set(tenants)
    agents.rights_changed(agent_id=agent.pk, now=now)
    if before - {tenant.pk for tenant in tenants}:
        revoke(agent.user)
    else:
        tell(agent.user)
    after = {tenant.pk for tenant in tenants}
    facts = {"given": sorted(after - before), "taken": sorted(before - after)}
    record(
        action=Action.COMPANIES_CHANGED,
        tenant=None,
        actor=by,
        object_kind=ObjectKind.AGENT,
        object_id=agent.pk,
        now=now,
        facts=facts,
    )


@transaction.atomic
def factors_changed(*, user: User, now: datetime) -> User:
    """A second factor was added, removed or replaced by the person: all other sessions end."""
    revoke(user)
    record(
        action=Action.FACTORS_CHANGED,
        tenant=None,
        actor=user,
        object_kind=ObjectKind.PERSON,
        object_id=user.pk,
        now=now,
    )
    return user


def choose_preferences(*, user: User, language: str, theme: str) -> None:
    User.objects.filter(pk=user.pk).update(language=language, theme=theme)


@transaction.atomic
def leave(*, user: User, session_key: str, now: datetime) -> None:
    """Signed out of one session: it ends here, so that no socket hears of it while it still counts. The desks opened
    with it close, and what was in hand there goes back at once.
    """
    Session.objects.filter(session_key=session_key).delete()
    agents.end_session(session=sessions.mark(session_key), now=now)
    tell(user)


def revoke(user: User) -> User:
    """No session of before counts any more."""
    User.objects.filter(pk=user.pk).update(epoch=F("epoch") + 1)
    user.refresh_from_db()
    tell(user)
    return user


def router_told(user: User, now: datetime) -> User:
    for agent_id in Agent.objects.filter(user=user).values_list("pk", flat=True):
        agents.rights_changed(agent_id=agent_id, now=now)
    return user


def written_down(user: User, action: Action, by: User, now: datetime, *, tenant: Tenant | None = None) -> User:
    record(action=action, tenant=tenant, actor=by, object_kind=ObjectKind.PERSON, object_id=user.pk, now=now)
    return user


def tell(user: User) -> None:
    push(name="rights.changed", group=groups.user(user.pk), object_id=str(user.pk))


def require_admin(by: User) -> None:
    """As the row is now, held so that it cannot change before this change is made."""
    if not User.objects.select_for_update().filter(pk=by.pk, role=Role.ADMIN, is_active=True).exists():
        raise NotAllowed(by.pk)


def keep_an_admin(*, without: User | None) -> None:
    if without is None:
        return
    admins = set(User.objects.select_for_update().filter(role=Role.ADMIN, is_active=True).values_list("pk", flat=True))
    if admins == {without.pk}:
        raise LastAdmin(without.pk)


def clear_expired_sessions(*, now: datetime) -> int:
    deleted, _by_model = Session.objects.filter(expire_date__lt=now).delete()
    return deleted
