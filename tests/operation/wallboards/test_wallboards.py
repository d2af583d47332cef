"""A screen's address is its key: shown once, kept as a hash, over at a time, and taken back at once."""

from __future__ import annotations

import base64
import hashlib
from datetime import timedelta

import pytest

from contactcenter.operation.accounts.models import Role, User
from contactcenter.operation.audit.models import Entry
from contactcenter.operation.routing.services import NotAllowed
from contactcenter.operation.wallboards import services as wallboards
from contactcenter.operation.wallboards.models import Wallboard
from contactcenter.operation.wallboards.services import Made
from tenants.models import Tenant
from tests.operation.floor import NOON, at, company, make_agent, news

pytestmark = pytest.mark.django_db


@pytest.fixture
def sam() -> User:
    return User.objects.create(email="sam@bpo.example", name="Sam Whitlock", role=Role.SUPERVISOR)


def make(by: User, name: str = "By the door", tenant: Tenant | None = None, **fields: object) -> Made:
    return wallboards.make(**{"name": name, "tenant": tenant, "expires_at": at(3600), "by": by, "now": NOON, **fields})  # type: ignore[arg-type]


def test_the_token_has_256_bits_and_only_its_hash_is_kept(sam: User) -> None:
    made = make(sam)
    assert len(base64.urlsafe_b64decode(made.token + "=")) == 32
    row = Wallboard.objects.get()
    assert row.token_hash == hashlib.sha256(made.token.encode()).hexdigest()
    assert made.token not in str(Wallboard.objects.values().get())
    assert make(sam).token != made.token


def test_it_serves_until_it_is_over_or_revoked(sam: User) -> None:
    made = make(sam, tenant=company("aurora"))
    found = wallboards.wallboard_of(made.token, now=at(3599))
    assert found is not None
    assert found.tenant == company("aurora")
    assert wallboards.wallboard_of(made.token, now=at(3600)) is None
    assert wallboards.wallboard_of("no such token", now=NOON) is None
    wallboards.revoke(wallboard_id=found.pk, by=sam, now=at(5))
    assert wallboards.wallboard_of(made.token, now=at(5)) is None
    found.refresh_from_db()
    assert (found.revoked_at, found.revoked_by) == (at(5), sam)
    assert len(news("floor.changed")) == 1  # so that its screen goes dark now
    wallboards.revoke(wallboard_id=found.pk, by=sam, now=at(9))
    found.refresh_from_db()
    assert found.revoked_at == at(5)


def test_of_a_company_that_was_closed_it_shows_nothing(sam: User) -> None:
    made = make(sam, tenant=company("aurora"))
    Tenant.objects.filter(schema_name="aurora").update(is_active=False)
    assert wallboards.wallboard_of(made.token, now=at(1)) is None


def test_what_is_refused(sam: User) -> None:
    for field, code, wrong in (
        ("name", "empty", {"name": " "}),
        ("name", "too_long", {"name": "x" * 61}),
        ("expires_at", "not_between", {"expires_at": NOON}),
        ("expires_at", "not_between", {"expires_at": NOON + timedelta(days=367)}),
    ):
        with pytest.raises(wallboards.WallboardRefused) as refused:
            make(sam, **wrong)  # type: ignore[arg-type]
        assert (refused.value.field, refused.value.code) == (field, code)


def test_only_supervisors_and_admins_and_it_is_written_down(sam: User) -> None:
    made = make(sam)
    ines = make_agent("Ines")
    with pytest.raises(NotAllowed):
        make(ines.user)
    with pytest.raises(NotAllowed):
        wallboards.revoke(wallboard_id=made.wallboard.pk, by=ines.user, now=at(1))
    wallboards.revoke(wallboard_id=made.wallboard.pk, by=sam, now=at(2))
    rows = Entry.objects.filter(object_kind="wallboard").order_by("sequence")
    assert list(rows.values_list("action", flat=True)) == ["wallboard.made", "wallboard.revoked"]
