"""Tokens of the API: shown once, kept as a hash, of one company, dead the moment they are revoked."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction

from contactcenter.operation.accounts.api_tokens import make_token, recognise, revoke_token
from contactcenter.operation.accounts.models import ApiToken, Membership, Role, User
from contactcenter.operation.accounts.services import NotAllowed
from contactcenter.operation.audit.models import Entry
from tenants.models import Tenant

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
READ = [ApiToken.Right.CONVERSATIONS_READ]


@pytest.fixture
def aurora() -> Tenant:
    return Tenant.objects.get(schema_name="aurora")


@pytest.fixture
def borealis() -> Tenant:
    return Tenant.objects.get(schema_name="borealis")


def person(name: str, role: str = "") -> User:
    return User.objects.create(email=f"{name}@people.example", name=name, role=role)


def test_the_secret_is_long_says_whose_it_is_and_is_kept_as_a_hash_alone(aurora: Tenant) -> None:
    made = make_token(tenant=aurora, name="Shop", rights=READ, by=None, now=NOON)
    prefix, company, digits = made.secret.split("_")
    assert (prefix, company, len(digits)) == ("cck", "aurora", 64)
    assert int(digits, 16).bit_length() <= 256
    row = ApiToken.objects.get()
    assert row.digest == hashlib.sha256(made.secret.encode()).hexdigest()
    assert digits not in str(vars(row))
    another = make_token(tenant=aurora, name="Shop", rights=READ, by=None, now=NOON)
    assert another.secret != made.secret


def test_it_is_known_in_its_own_company_alone(aurora: Tenant, borealis: Tenant) -> None:
    secret = make_token(tenant=aurora, name="Shop", rights=READ, by=None, now=NOON).secret
    found = recognise(secret=secret, tenant=aurora, now=NOON)
    assert found is not None
    assert found.rights == ["conversations:read"]
    assert recognise(secret=secret, tenant=borealis, now=NOON) is None
    assert recognise(secret=secret.replace("aurora", "borealis"), tenant=borealis, now=NOON) is None


@pytest.mark.parametrize("secret", ["", "cck_aurora_", "cck_aurora_" + "0" * 64, "x" * 10_000, "cck_aurora_\0", "é"])
def test_what_is_none_is_not_known(aurora: Tenant, secret: str) -> None:
    make_token(tenant=aurora, name="Shop", rights=READ, by=None, now=NOON)
    assert recognise(secret=secret, tenant=aurora, now=NOON) is None


def test_it_ends_when_it_runs_out_and_when_it_is_revoked(aurora: Tenant) -> None:
    admin = person("admin", Role.ADMIN)
    short = make_token(
        tenant=aurora, name="Short", rights=READ, by=admin, now=NOON, expires_at=NOON + timedelta(hours=1)
    )
    assert recognise(secret=short.secret, tenant=aurora, now=NOON + timedelta(minutes=59))
    assert recognise(secret=short.secret, tenant=aurora, now=NOON + timedelta(hours=1)) is None
    endless = make_token(tenant=aurora, name="Endless", rights=READ, by=admin, now=NOON)
    assert recognise(secret=endless.secret, tenant=aurora, now=NOON + timedelta(days=4000))
    assert revoke_token(token=endless.token, by=admin, now=NOON)
    assert recognise(secret=endless.secret, tenant=aurora, now=NOON) is None
    assert not revoke_token(token=endless.token, by=admin, now=NOON + timedelta(days=1))
    endless.token.refresh_from_db()
    assert (endless.token.revoked_at, endless.token.revoked_by) == (NOON, admin)


def test_when_it_was_last_used_is_written_once_a_minute(aurora: Tenant) -> None:
    made = make_token(tenant=aurora, name="Shop", rights=READ, by=None, now=NOON)
    seen = []
    for seconds in (0, 30, 59, 60, 100):
        recognise(secret=made.secret, tenant=aurora, now=NOON + timedelta(seconds=seconds))
        made.token.refresh_from_db()
        seen.append(made.token.last_used_at)
    minute = NOON + timedelta(seconds=60)
    assert seen == [NOON, NOON, NOON, minute, minute]


def test_who_may_make_and_revoke_one(aurora: Tenant, borealis: Tenant) -> None:
    manager = person("manager")
    Membership.objects.create(user=manager, tenant=aurora, role="manager")
    made = make_token(tenant=aurora, name="Shop", rights=READ, by=manager, now=NOON)
    viewer, gone = person("viewer"), person("gone")
    Membership.objects.create(user=viewer, tenant=aurora, role="viewer")
    Membership.objects.create(user=gone, tenant=aurora, role="manager", is_active=False)
    sleeping = User.objects.create(email="s@people.example", name="S", role=Role.ADMIN, is_active=False)
    others = [viewer, gone, sleeping, person("agent", Role.AGENT), person("sup", Role.SUPERVISOR)]
    for other in others:
        with pytest.raises(NotAllowed):
            make_token(tenant=aurora, name="Shop", rights=READ, by=other, now=NOON)
        with pytest.raises(NotAllowed):
            revoke_token(token=made.token, by=other, now=NOON)
    with pytest.raises(NotAllowed):
        make_token(tenant=borealis, name="Shop", rights=READ, by=manager, now=NOON)
    assert ApiToken.objects.count() == 1
    assert revoke_token(token=made.token, by=manager, now=NOON)
    written = Entry.objects.filter(tenant=aurora, object_id=str(made.token.pk)).order_by("sequence")
    assert [(entry.action, entry.actor) for entry in written] == [("token.made", manager), ("token.revoked", manager)]


def test_what_is_wrong_is_said_by_field(aurora: Tenant) -> None:
    with pytest.raises(ValidationError) as refused:
        make_token(tenant=aurora, name=" \u200b", rights=["everything"], by=None, now=NOON, expires_at=NOON)
    assert set(refused.value.message_dict) == {"name", "rights", "expires_at"}
    with pytest.raises(IntegrityError), transaction.atomic():
        ApiToken.objects.create(tenant=aurora, name="x", rights=[], digest="x", created_at=NOON)


def test_the_command_prints_it_once(aurora: Tenant) -> None:
    out = StringIO()
    call_command("make_api_token", "aurora", "--name", "Shop", "--right", "customers:read", "--days", "30", stdout=out)
    token = recognise(secret=out.getvalue().strip(), tenant=aurora, now=datetime.now(UTC))
    assert token is not None
    assert token.rights == ["customers:read"]
    assert token.created_by is None
    assert token.expires_at is not None
    assert timedelta(days=29) < token.expires_at - datetime.now(UTC) <= timedelta(days=30)
    with pytest.raises(CommandError, match="no company"):
        call_command("make_api_token", "nowhere", "--name", "Shop", "--right", "customers:read")
    with pytest.raises(CommandError, match="nothing was made"):
        call_command("make_api_token", "aurora", "--name", "", "--right", "customers:read", stderr=StringIO())


def test_the_command_revokes_by_name_and_names_those_that_count(aurora: Tenant, borealis: Tenant) -> None:
    for name in ("CRM", "CRM", "Shop"):
        make_token(tenant=aurora, name=name, rights=READ, by=None, now=NOON)
    kept = make_token(tenant=borealis, name="CRM", rights=READ, by=None, now=NOON)
    with pytest.raises(CommandError, match="“CRM”, “CRM”, “Shop”"):
        call_command("revoke_api_token", "aurora", name="Till")
    call_command("revoke_api_token", "aurora", name="CRM")
    assert list(ApiToken.objects.filter(revoked_at=None).values_list("name", flat=True).order_by("pk")) == [
        "Shop",
        "CRM",
    ]
    assert recognise(secret=kept.secret, tenant=borealis, now=NOON)
