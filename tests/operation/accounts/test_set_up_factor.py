"""Setting up, replacing and removing a second factor, with all that follows once it is committed."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.test import Client

from contactcenter.operation.accounts import factors
from contactcenter.operation.accounts.models import User
from contactcenter.operation.accounts.sessions import Visit, person_of
from contactcenter.operation.audit.models import Entry
from contactcenter.operation.outbox.models import Event
from tenants.door import shared

PASSWORD = "a long walk on the beach"
INDEX = "/accounts/second-factor/"
APP = f"{INDEX}app/"


@pytest.fixture(autouse=True)
def quick_hashes(settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def sam(committed: str, no_counts_of_before: None) -> Iterator[User]:
    with shared():
        yield User.objects.create_user("sam@bpo.example", PASSWORD, name="Sam", role="supervisor")


def at(host: str = "localhost") -> Client:
    return Client(headers={"host": host})


def sign_in(browser: Client) -> Any:
    return browser.post("/accounts/login/", {"login": "sam@bpo.example", "password": PASSWORD})


def set_up_app(browser: Client) -> Any:
    page = browser.get(APP)
    secret = page.context["form"].secret
    step = int(time.time()) // 30
    code = totp.format_hotp_value(totp.hotp_value(secret, step))
    return page, code, browser.post(APP, {"code": code})


def test_an_app_is_set_up_and_the_way_is_free(sam: User) -> None:
    browser = at()
    sign_in(browser)
    page, code, done = set_up_app(browser)
    assert 'src="data:image/svg+xml;base64,' in page.content.decode()
    assert "data:" in page.headers["Content-Security-Policy"]
    assert page.context["form"].secret in page.content.decode()
    assert done.headers["Location"] == f"{INDEX}recovery/"
    codes = browser.get(f"{INDEX}recovery/")
    assert codes.status_code == 200
    assert len(codes.context["unused_codes"]) == 10
    assert browser.get(f"{INDEX}recovery/file/").content.decode().split() == codes.context["unused_codes"]
    assert browser.get("/accounts/password/change/").status_code == 200
    other = at()
    sign_in(other)
    other.post(f"{INDEX}code/", {"code": code})
    assert "_auth_user_id" not in other.session, "the code that proved the app has counted"


def test_another_factor_ends_all_other_sessions(sam: User) -> None:
    here, there = at(), at()
    sign_in(here)
    sign_in(there)
    visit = Visit(session_key=there.session.session_key, user_id=sam.pk, epoch=sam.epoch)
    assert person_of(visit).exists()
    before = User.objects.get(pk=sam.pk).epoch
    set_up_app(here)
    assert User.objects.get(pk=sam.pk).epoch > before
    assert not person_of(visit).exists()
    assert there.get(INDEX).status_code == 302
    assert here.get(INDEX).status_code == 200
    assert Event.objects.filter(name="rights.changed", group=f"user.{sam.pk}").exists()
    assert Entry.objects.filter(action="person.factors_changed", actor=sam).exists()
    third = at()
    sign_in(third)
    epoch = User.objects.get(pk=sam.pk).epoch
    here.post(f"{INDEX}recovery/new/")
    assert User.objects.get(pk=sam.pk).epoch > epoch, "new recovery codes are another factor"
    assert here.get(INDEX).status_code == 200


def test_the_last_one_stays_while_the_role_needs_it(sam: User) -> None:
    browser = at()
    sign_in(browser)
    set_up_app(browser)
    page = browser.post(f"{APP}remove/")
    assert b"Set up another one before" in page.content
    assert Authenticator.objects.filter(type="totp").exists()
    User.objects.filter(pk=sam.pk).update(role="agent")
    assert browser.post(f"{APP}remove/").status_code == 302
    assert not Authenticator.objects.exists(), "and the recovery codes with it"
    assert browser.session[factors.PASSED] is False
