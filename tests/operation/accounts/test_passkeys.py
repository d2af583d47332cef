"""Passkeys, with one in software: which page it was made on, whose it is, how often it counts."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from contactcenter.operation.accounts.models import Membership, User
from tenants.models import Tenant
from tests.operation.accounts.soft_key import SoftKey

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_counts_of_before")]
PASSWORD = "a long walk on the beach"
INDEX = "/accounts/second-factor/"
CODE = f"{INDEX}code/"
SIGN_IN = f"{INDEX}passkeys/sign-in/"
ADD = f"{INDEX}passkeys/new/"
HOME, AURORA = "localhost", "aurora.localhost"


@pytest.fixture(autouse=True)
def quick_hashes(settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def sam() -> User:
    return User.objects.create_user("sam@bpo.example", PASSWORD, name="Sam", role="supervisor")


def at(host: str) -> Client:
    return Client(headers={"host": host})


def with_password(host: str, email: str = "sam@bpo.example") -> Client:
    browser = at(host)
    browser.post("/accounts/login/", {"login": email, "password": PASSWORD})
    return browser


def is_in(browser: Client) -> bool:
    return "_auth_user_id" in browser.session


def add(browser: Client, key: SoftKey, *, origin: str) -> Any:
    credential = key.create(browser.get(ADD).context["js_data"]["creation_options"], origin=origin)
    return browser.post(ADD, {"credential": credential, "name": "Phone", "passwordless": "on"})


def options(browser: Client) -> Any:
    return browser.get(SIGN_IN, headers={"accept": "application/json"}).json()["request_options"]


def key_of_sam(host: str = HOME) -> SoftKey:
    key = SoftKey(host)
    assert add(with_password(host), key, origin=f"http://{host}").status_code == 302
    return key


def test_a_passkey_alone_signs_in_and_is_both_factors(sam: User) -> None:
    key, browser = key_of_sam(), at(HOME)
    answer = browser.post(SIGN_IN, {"credential": key.get(options(browser), origin=f"http://{HOME}")})
    assert answer.headers["Location"] == "/"
    assert is_in(browser)
    assert browser.get("/accounts/password/change/").status_code == 200
    assert browser.session.get_expire_at_browser_close()


def test_a_stolen_key_without_its_pin_signs_nobody_in(sam: User) -> None:
    """By the challenge of a second step, which is content with a touch, after a password of one's own."""
    key = key_of_sam()
    User.objects.create_user("eve@bpo.example", PASSWORD, name="Eve", role="supervisor")
    own = SoftKey(HOME)
    assert add(with_password(HOME, "eve@bpo.example"), own, origin=f"http://{HOME}").status_code == 302
    browser = with_password(HOME, "eve@bpo.example")
    asked = browser.get(CODE).context["js_data"]["request_options"]
    browser.post(SIGN_IN, {"credential": key.get(asked, origin=f"http://{HOME}", verified=False)})
    assert not is_in(browser)
    alone = at(HOME)
    alone.post(SIGN_IN, {"credential": key.get(options(alone), origin=f"http://{HOME}", verified=False)})
    assert not is_in(alone)


def test_or_comes_after_the_password(sam: User) -> None:
    key, browser = key_of_sam(), with_password(HOME)
    assert not is_in(browser)
    asked = browser.get(CODE).context["js_data"]["request_options"]
    assert browser.post(CODE, {"credential": key.get(asked, origin=f"http://{HOME}")}).status_code == 302
    assert is_in(browser)


@pytest.mark.parametrize(
    "origin",
    [
        f"http://{AURORA}",  # below this host: the library alone would let it pass
        f"http://{HOME}:6666",
        f"https://{HOME}",
        "http://evil.example",
        "",
    ],
)
def test_signed_on_another_page_it_does_not_count(origin: str, sam: User) -> None:
    key, browser = key_of_sam(), at(HOME)
    assert browser.post(SIGN_IN, {"credential": key.get(options(browser), origin=origin)}).status_code == 302
    assert not is_in(browser)
    second = with_password(HOME)
    asked = second.get(CODE).context["js_data"]["request_options"]
    assert second.post(CODE, {"credential": key.get(asked, origin=origin)}).status_code == 200
    assert not is_in(second)
    assert Authenticator.objects.filter(type="webauthn").count() == 1
    third = User.objects.create_user("ines@bpo.example", PASSWORD, name="Inés", role="agent")
    assert add(with_password(HOME, third.email), SoftKey(HOME), origin=origin).status_code == 200
    assert Authenticator.objects.filter(type="webauthn").count() == 1


def test_a_passkey_of_one_host_is_none_on_another(sam: User) -> None:
    Membership.objects.create(user=sam, tenant=Tenant.objects.get(schema_name="aurora"), role="viewer")
    key, browser = key_of_sam(HOME), at(AURORA)
    browser.post(SIGN_IN, {"credential": key.get(options(browser), origin=f"http://{AURORA}")})
    assert not is_in(browser)


def test_an_answer_counts_once(sam: User) -> None:
    key, browser = key_of_sam(), at(HOME)
    credential = key.get(options(browser), origin=f"http://{HOME}")
    browser.post(SIGN_IN, {"credential": credential})
    browser.post("/accounts/logout/")
    options(browser)
    browser.post(SIGN_IN, {"credential": credential})
    assert not is_in(browser)


def test_it_opens_no_door_that_the_person_does_not_have() -> None:
    """Past the form: the passkey names who it is by itself."""
    maya = User.objects.create_user("maya@aurora.example", PASSWORD, name="Maya")
    place = Membership.objects.create(user=maya, tenant=Tenant.objects.get(schema_name="aurora"), role="manager")
    key = SoftKey(AURORA)
    assert add(with_password(AURORA, maya.email), key, origin=f"http://{AURORA}").status_code == 302
    browser = at(AURORA)
    browser.post(SIGN_IN, {"credential": key.get(options(browser), origin=f"http://{AURORA}")})
    assert is_in(browser)
    Membership.objects.filter(pk=place.pk).update(is_active=False)
    browser = at(AURORA)
    browser.post(SIGN_IN, {"credential": key.get(options(browser), origin=f"http://{AURORA}")})
    assert not is_in(browser)
    assert b"opens no door here" in browser.get("/accounts/login/").content


def test_the_closed_account_stays_closed(sam: User) -> None:
    key, browser = key_of_sam(), at(HOME)
    User.objects.filter(pk=sam.pk).update(is_active=False)
    answer = browser.post(SIGN_IN, {"credential": key.get(options(browser), origin=f"http://{HOME}")})
    assert answer.headers["Location"] == "/accounts/inactive/"
    assert not is_in(browser)


def test_the_last_one_stays_while_the_role_needs_it(sam: User) -> None:
    key, browser = key_of_sam(), at(HOME)
    [authenticator] = Authenticator.objects.filter(type="webauthn")
    browser.post(SIGN_IN, {"credential": key.get(options(browser), origin=f"http://{HOME}")})
    page = browser.post(f"{INDEX}passkeys/{authenticator.pk}/remove/")
    assert b"Set up another one before" in page.content
    assert Authenticator.objects.filter(pk=authenticator.pk).exists()


def test_ten_passkeys_a_minute_from_one_address(sam: User) -> None:
    browser = at(HOME)
    answers = [browser.post(SIGN_IN, {"credential": "{}"}).status_code for _ in range(12)]
    assert answers == [302] * 10 + [429] * 2
