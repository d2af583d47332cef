"""Letting people in. A key is 256 random bits, kept as its hash, good for 72 hours, one address, one role, one company,
and once. The admin and the portal call the same functions; who may is decided here."""

from __future__ import annotations

import logging
import secrets
from datetime import datetime, timedelta
from functools import partial
from hashlib import sha256

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import send_mail
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from contactcenter.lib.clock import now as present
from contactcenter.operation.accounts.models import Invitation, Membership, Role, User
from contactcenter.operation.accounts.services import NotAllowed, revoke
from contactcenter.operation.audit.actions import Action
from contactcenter.operation.audit.kinds import ObjectKind
from contactcenter.operation.audit.services import record
from tenants.addresses import public_address
from tenants.door import SHARED_SCHEMA
from tenants.models import Tenant

LIFE = timedelta(hours=72)
MOST_AN_HOUR = 50  # by one person: a stolen session must not make us a mail cannon

log = logging.getLogger(__name__)


class NoInvitation(LookupError):
    """Unknown, of another company or address, used, taken back, run out: whoever holds it learns no more than that."""


@transaction.atomic
def invite(*, tenant: Tenant | None, role: str, email: str, by: User, now: datetime) -> Invitation:
    """Sends the letter after commit. An invitation still open for the address is replaced. Raises NotAllowed, and
    ValidationError with the messages by field."""
    require_may_invite(by, tenant)
    email = email.strip().lower()
    check(tenant, role, email, by, now)
    open_before(tenant).filter(email=email).update(revoked_at=now, revoked_by=by)
    token = secrets.token_urlsafe(32)
    invitation = Invitation.objects.create(
        tenant=tenant,
        role=role,
        email=email,
        token_hash=hash_of(token),
        created_at=now,
        expires_at=now + LIFE,
        invited_by=by,
    )
    write_down(Action.PERSON_INVITED, invitation, by, now)
    transaction.on_commit(partial(send, invitation, token))
    return invitation


@transaction.atomic
def revoke_invitation(*, tenant: Tenant | None, invitation_id: int, by: User, now: datetime) -> None:
    """Raises NotAllowed, and NoInvitation for one that is not open or not of this company."""
    require_may_invite(by, tenant)
    if not open_before(tenant).filter(pk=invitation_id).update(revoked_at=now, revoked_by=by):
        raise NoInvitation(invitation_id)
    write_down(Action.INVITATION_REVOKED, Invitation.objects.get(pk=invitation_id), by, now)


def invitations_of(*, tenant: Tenant | None, by: User) -> QuerySet[Invitation]:
    """Newest first, with whoever sent them. Raises NotAllowed."""
    if not may_invite(by, tenant):
        raise NotAllowed(by.pk)
    return Invitation.objects.filter(tenant=tenant).select_related("invited_by").order_by("-pk")


def find_invitation(*, tenant: Tenant | None, token: str, now: datetime) -> Invitation:
    """For the page that asks whether to accept. Raises NoInvitation."""
    found = open_before(tenant).filter(token_hash=hash_of(token), expires_at__gt=now).first()
    if found is None or not may_invite(found.invited_by, tenant):
        raise NoInvitation
    return found


@transaction.atomic
def accept_invitation(
    *,
    tenant: Tenant | None,
    token: str,
    email: str,
    now: datetime,
    by: User | None = None,
    name: str = "",
    password: str = "",
    language: str = "en",
) -> User:
    """By whoever the letter went to: a new person with a name and a password of their own; a known one (`by` when
    signed in, else by their password) gets the place, not a second account. Raises NoInvitation, and ValidationError
    by field, with nothing consumed.
    """
    email = email.strip().lower()
    right_one = open_before(tenant).filter(token_hash=hash_of(token), email=email, expires_at__gt=now)
    if (by is not None and by.email != email) or right_one.update(accepted_at=now) != 1:
        raise NoInvitation
    invitation = Invitation.objects.get(token_hash=hash_of(token))
    if not may_invite(invitation.invited_by, tenant):
        raise NoInvitation  # of a leaver: what they could not do today, their letter cannot either
    known = User.objects.select_for_update().filter(email=email).first()
    user = known or make(email=email, name=name.strip(), password=password, language=language)
    if known is not None:
        admit(known, by=by, password=password)
    give_place(user, invitation)
    if known is not None:
        revoke(user)
    Invitation.objects.filter(pk=invitation.pk).update(accepted_by=user)
    write_down(Action.INVITATION_ACCEPTED, invitation, user, now)
    return user


def require_may_invite(by: User, tenant: Tenant | None) -> None:
    """As the rows are now, held so that they cannot change before this change is made."""
    User.objects.select_for_update().filter(pk=by.pk).first()
    if not may_invite(by, tenant):
        raise NotAllowed(by.pk)


def may_invite(by: User, tenant: Tenant | None) -> bool:
    """Admins anybody; a company's manager the people of that company."""
    if User.objects.filter(pk=by.pk, role=Role.ADMIN, is_active=True).exists():
        return True
    managers = Membership.objects.filter(role=Membership.Role.MANAGER, is_active=True, user__is_active=True)
    return tenant is not None and managers.filter(user=by.pk, tenant=tenant, tenant__is_active=True).exists()


def check(tenant: Tenant | None, role: str, email: str, by: User, now: datetime) -> None:
    roles = Membership.Role if tenant else Role
    if role not in roles.values:
        raise ValidationError({"role": _("Choose one of: {roles}.").format(roles=", ".join(map(str, roles.labels)))})
    try:
        validate_email(email)
    except ValidationError:
        raise ValidationError({"email": _("Write an address such as maya@company.example.")}) from None
    if tenant is None and User.objects.filter(email=email).exclude(role="").exists():
        raise ValidationError({"email": _("This person is staff already: change the role instead.")})
    if tenant and Membership.objects.filter(tenant=tenant, user__email=email, role=role, is_active=True).exists():
        raise ValidationError({"email": _("This person has that access already.")})
    if Invitation.objects.filter(invited_by=by, created_at__gt=now - timedelta(hours=1)).count() >= MOST_AN_HOUR:
        raise ValidationError({"email": _("That is enough for one hour. Go on later.")})


def open_before(tenant: Tenant | None) -> QuerySet[Invitation]:
    return Invitation.objects.filter(tenant=tenant, accepted_at=None, revoked_at=None)


def make(*, email: str, name: str, password: str, language: str) -> User:
    if not name:
        raise ValidationError({"name": _("Write your name.")})
    user = User(email=email, name=name, language=language)
    try:
        get_adapter().clean_password(password, user)
    except ValidationError as error:
        raise ValidationError({"password1": error.messages}) from None
    try:
        with transaction.atomic():
            return User.objects.create_user(email, password, name=name, language=language)
    except IntegrityError:  # made a moment ago by another of their invitations: now they are known
        raise NoInvitation from None


def admit(known: User, *, by: User | None, password: str) -> None:
    if not known.is_active:
        raise NoInvitation
    if by is None and (len(password) > settings.LONGEST_PASSWORD or not known.check_password(password)):
        raise ValidationError({"password": _("This is not the password of your account.")})


def give_place(user: User, invitation: Invitation) -> None:
    if invitation.tenant is not None:
        Membership.objects.update_or_create(
            user=user, tenant=invitation.tenant, defaults={"role": invitation.role, "is_active": True}
        )
    elif User.objects.filter(pk=user.pk, role="").update(role=invitation.role):
        user.role = invitation.role
    else:
        raise NoInvitation


def hash_of(token: str) -> str:
    return sha256(token.encode()).hexdigest()


def write_down(action: Action, invitation: Invitation, actor: User, now: datetime) -> None:
    record(
        action=action,
        tenant=invitation.tenant,
        actor=actor,
        object_kind=ObjectKind.INVITATION,
        object_id=invitation.pk,
        now=now,
        facts={"role": invitation.role},
    )


def send(invitation: Invitation, token: str) -> None:
    """What cannot be sent is seen in the list: it has no `mailed_at`, and inviting again writes a new letter."""
    tenant = invitation.tenant
    home = tenant or Tenant.with_shared.get(schema_name=SHARED_SCHEMA)
    wanted = tenant.default_language if tenant else invitation.invited_by.language
    with translation.override(wanted if wanted in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE):
        facts = {
            "company": tenant.name if tenant else "",
            "role": invitation.get_role_display(),
            "link": public_address(home, reverse("account_invitation", args=[token], urlconf=settings.ROOT_URLCONF)),
            "hours": int(LIFE.total_seconds() // 3600),
        }
        subject = render_to_string("account/email/invitation_subject.txt", facts).strip()
        body = render_to_string("account/email/invitation_message.txt", facts)
    try:
        send_mail(subject, body, settings.DEFAULT_FROM_EMAIL, [invitation.email])
    except OSError as error:
        log.warning("invitation %s was not mailed: %s", invitation.pk, type(error).__name__)
        return
    Invitation.objects.filter(pk=invitation.pk).update(mailed_at=present())
