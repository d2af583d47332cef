"""The seed may be cut short and run again: what stands is kept, what is missing is made, each printed login works."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import authenticate
from django.test import RequestFactory
from pytest_django import Settings

from contactcenter.demo.companies import COMPANIES
from contactcenter.demo.seed import seed
from contactcenter.lib.clock import now
from contactcenter.operation.accounts.api_tokens import recognise
from contactcenter.operation.accounts.models import Membership, User
from contactcenter.operation.agents.models import Agent, Capacity
from contactcenter.operation.routing.models import Queue
from contactcenter.records.conversations.models import CannedReply, Disposition
from tenants.door import tenant
from tenants.models import Endpoint, Tenant

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def facts(settings: Settings, tmp_path: Path) -> Any:
    settings.DATA_DIR = tmp_path

    def run() -> dict[str, Any]:
        seed(say=lambda what: None)
        return dict(json.loads((tmp_path / "demo.json").read_text()))

    return run


def counts() -> list[int]:
    shared = [model.objects.count() for model in (User, Agent, Capacity, Queue, Endpoint)]
    for schema in ("aurora", "borealis", "cumbre", "delta"):
        with tenant(schema):
            shared += [Disposition.objects.count(), CannedReply.objects.count()]
    return shared


def test_a_second_seed_changes_nothing(facts: Any) -> None:
    first = facts()
    before = counts()
    assert facts() == first
    assert counts() == before == [14, 7, 7, 6, 4, 6, 3, 6, 3, 3, 1, 4, 0]


def test_every_printed_login_is_let_in(facts: Any) -> None:
    for role, logins in facts()["logins"].items():
        for login in logins:
            request = RequestFactory().post("/accounts/login/")
            person = authenticate(request, email=login["email"], password=login["password"])
            assert isinstance(person, User)
            if role in Membership.Role:
                place = Membership.objects.get(user=person)
                assert (person.role, place.role, [place.tenant.schema_name]) == ("", role, login["companies"])
            else:
                assert person.role == ("agent" if role == "simulated" else role)


def test_a_password_that_only_the_lost_file_knew_is_set_anew(facts: Any, settings: Settings) -> None:
    lost = facts()["logins"]["admin"][0]["password"]
    (settings.DATA_DIR / "demo.json").unlink()
    admin = facts()["logins"]["admin"][0]
    assert admin["password"] != lost
    assert User.objects.get(email=admin["email"]).check_password(admin["password"])


def test_each_companys_machine_is_let_in_and_a_lost_token_is_revoked(facts: Any, settings: Settings) -> None:
    tokens = facts()["tokens"]["api"]
    assert set(tokens) == {company.schema for company in COMPANIES}
    for schema, secret in tokens.items():
        assert recognise(secret=secret, tenant=Tenant.objects.get(schema_name=schema), now=now())
    (settings.DATA_DIR / "demo.json").unlink()
    fresh = facts()["tokens"]["api"]
    aurora = Tenant.objects.get(schema_name="aurora")
    assert recognise(secret=tokens["aurora"], tenant=aurora, now=now()) is None
    assert recognise(secret=fresh["aurora"], tenant=aurora, now=now())


def test_passwords_are_for_the_owner_of_the_data_alone(facts: Any, settings: Settings) -> None:
    facts()
    assert (settings.DATA_DIR / "demo.json").stat().st_mode & 0o777 == 0o600
