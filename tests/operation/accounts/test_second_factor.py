"""Signing in with a second factor, setting it up, and what is closed to whoever must have one and has none."""

from __future__ import annotations

import json
from base64 import b32encode
from types import SimpleNamespace
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from cryptography.fernet import InvalidToken
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.test import Client

from contactcenter.operation.accounts import factors
from contactcenter.operation.accounts.models import Membership, User
from contactcenter.operation.accounts.sessions import Refusal, Visit, open_visit
from tenants.models import Tenant
from tests.operation.accounts.conftest import forget_counts
from tests.signed_in import signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_counts_of_before")]
PASSWORD = "a long walk on the beach"
INDEX = "/accounts/second-factor/"
CODE = f"{INDEX}code/"
APP = f"{INDEX}app/"
# RFC 6238, appendix B, SHA-1: the secret in ASCII, seconds since 1970, and the last six of the eight digits there.
RFC_SECRET = b32encode(b"12345678901234567890").decode()
RFC_VECTORS = [
    (59, "287082"),
    (1111111109, "081804"),
    (1111111111, "050471"),
    (1234567890, "005924"),
    (2000000000, "279037"),
    (20000000000, "353130"),
]


@pytest.fixture(autouse=True)
def quick_hashes(settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The seconds of the app and of the house, and nobody else's."""

    class Clock:
        at = 2_000_000_000.0

    monkeypatch.setattr(totp, "time", SimpleNamespace(time=lambda: Clock.at))
    return Clock


@pytest.fixture
def sam() -> User:
    return User.objects.create_user("sam@bpo.example", PASSWORD, name="Sam", role="supervisor")


def with_app(user: User, secret: str = RFC_SECRET) -> Authenticator:
    return totp.TOTP.activate(user, secret).instance


def at(host: str = "localhost") -> Client:
    return Client(headers={"host": host})


def sign_in(browser: Client, email: str = "sam@bpo.example") -> Any:
    return browser.post("/accounts/login/", {"login": email, "password": PASSWORD})


def is_in(browser: Client) -> bool:
    return "_auth_user_id" in browser.session


# Codes ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("seconds", "code"), RFC_VECTORS)
def test_the_codes_of_the_standard_open(seconds: int, code: str, clock: Any, sam: User) -> None:
    with_app(sam)
    clock.at = seconds
    browser = at()
    assert sign_in(browser).headers["Location"] == CODE
    assert not is_in(browser)
    assert browser.post(CODE, {"code": code}).headers["Location"] == "/"
    assert is_in(browser)


def test_a_clock_half_a_minute_off_is_forgiven_two_are_not(clock: Any, sam: User) -> None:
    with_app(sam)
    for seconds, opens in ((59 + 60, False), (59 + 30, True)):
        clock.at = seconds
        browser = at()
        sign_in(browser)
        browser.post(CODE, {"code": "287082"})
        assert is_in(browser) is opens


def test_a_code_counts_once_whatever_redis_remembers(clock: Any, sam: User) -> None:
    """Also on another host, and also one that was never sent but is older than the one that counted."""
    with_app(sam)
    Membership.objects.create(user=sam, tenant=Tenant.objects.get(schema_name="aurora"), role="viewer")
    clock.at = 1111111111
    first = at()
    sign_in(first)
    first.post(CODE, {"code": "050471"})
    assert is_in(first)
    for host, code in (("localhost", "050471"), ("aurora.localhost", "050471"), ("localhost", "081804")):
        forget_counts()
        browser = at(host)
        sign_in(browser)
        assert browser.post(CODE, {"code": code}).status_code == 200
        assert not is_in(browser)


def test_of_two_who_send_one_code_at_once_one_is_let_in(sam: User, clock: Any) -> None:
    authenticator = with_app(sam)
    clock.at = 59
    read_before = Authenticator.objects.get(pk=authenticator.pk)
    assert factors.spend(authenticator, "287082") is True
    assert factors.spend(read_before, "287082") is False


def test_recovery_codes_count_once(sam: User) -> None:
    from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes

    with_app(sam)
    codes = RecoveryCodes.activate(sam).generate_codes()
    assert len(set(codes)) == 10
    assert {len(code) for code in codes} == {8}
    for opens in (True, False):
        browser = at()
        sign_in(browser)
        browser.post(CODE, {"code": codes[3]})
        assert is_in(browser) is opens


def test_five_wrong_codes_a_minute_whichever_host(clock: Any, sam: User) -> None:
    with_app(sam)
    Membership.objects.create(user=sam, tenant=Tenant.objects.get(schema_name="aurora"), role="viewer")
    clock.at = 59
    for host in ("localhost", "aurora.localhost", "localhost", "aurora.localhost", "localhost"):
        browser = at(host)
        sign_in(browser)
        browser.post(CODE, {"code": "000000"})
    browser.post(CODE, {"code": "287082"})
    assert not is_in(browser), "right, and too late"


def test_twenty_codes_a_minute_from_one_address(sam: User) -> None:
    with_app(sam)
    browser = at()
    sign_in(browser)
    answers = [browser.post(CODE, {"code": "000000"}).status_code for _ in range(22)]
    assert answers[:5] == [200] * 5
    assert answers[-1] == 429


# Between the password and the code -----------------------------------------------------------------------------------


def test_no_password_waits_in_the_session(sam: User) -> None:
    """CVE-2020-15105 of another package: what stands between the two steps is who, never what was typed."""
    with_app(sam)
    browser = at()
    sign_in(browser)
    [kept] = Session.objects.all()
    assert PASSWORD not in str(kept.get_decoded())
    assert sam.password not in str(kept.get_decoded())
    assert "_auth_user_id" not in kept.get_decoded()
    assert open_visit(kept.session_key, host="localhost") is Refusal.NOT_SIGNED_IN
    assert browser.get("/desk/").status_code == 302
    assert browser.get(APP).status_code == 302, "nor may one set up another factor from there"


def test_the_key_of_the_session_changes_on_the_way_in(clock: Any, sam: User) -> None:
    with_app(sam)
    clock.at = 59
    browser = at()
    sign_in(browser)
    between = browser.cookies[settings.SESSION_COOKIE_NAME].value
    browser.post(CODE, {"code": "287082"})
    assert browser.cookies[settings.SESSION_COOKIE_NAME].value != between
    assert open_visit(between, host="localhost") is Refusal.NOT_SIGNED_IN


def test_one_can_turn_back(sam: User) -> None:
    with_app(sam)
    browser = at()
    sign_in(browser)
    browser.post("/accounts/logout/")
    assert browser.get(CODE).headers["Location"] == "/accounts/login/"


def test_nobody_comes_to_the_code_without_the_password(sam: User) -> None:
    with_app(sam)
    assert at().get(CODE).headers["Location"] == "/accounts/login/"
    assert at().post(CODE, {"code": "287082"}).headers["Location"] == "/accounts/login/"


# Who must have one ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["admin", "supervisor"])
def test_without_it_only_the_way_to_it_is_open(role: str) -> None:
    User.objects.create_user("x@bpo.example", PASSWORD, name="X", role=role)
    browser = at()
    sign_in(browser, "x@bpo.example")
    assert is_in(browser)
    for path in ("/", "/desk/", "/accounts/password/change/"):
        assert browser.get(path).headers["Location"] == INDEX
    assert browser.get("/desk/", headers={"hx-request": "true"}).headers["HX-Redirect"] == INDEX
    answer = browser.get("/desk/", headers={"accept": "application/json"})
    assert (answer.status_code, answer.json()) == (403, {"error": "second factor missing"})
    assert browser.post("/desk/canned/new/aurora/").status_code in (403, 404)
    page = browser.get(INDEX)
    assert page.status_code == 200
    assert b"Your role needs one" in page.content
    for path in (APP, f"{INDEX}passkeys/new/", "/i18n/"):
        assert browser.get(path).status_code == 200
    assert browser.post("/account/preferences/", {"language": "es"}).status_code == 302
    assert browser.post("/accounts/logout/").status_code == 302
    assert not is_in(browser)


def test_no_socket_is_opened_without_it(sam: User) -> None:
    key = signed_in(sam, second_factor=False).cookies[settings.SESSION_COOKIE_NAME].value
    assert open_visit(key, host="localhost") is Refusal.SECOND_FACTOR
    key = signed_in(sam, second_factor=True).cookies[settings.SESSION_COOKIE_NAME].value
    assert isinstance(open_visit(key, host="localhost"), Visit)


@pytest.mark.parametrize(
    ("required", "role", "free"), [(True, "agent", True), (True, "admin", False), (False, "admin", True)]
)
def test_who_needs_none_is_not_asked(settings: Any, required: bool, role: str, free: bool) -> None:
    settings.REQUIRE_SECOND_FACTOR = required
    User.objects.create_user("x@bpo.example", PASSWORD, name="X", role=role)
    browser = at()
    sign_in(browser, "x@bpo.example")
    assert (browser.get("/accounts/password/change/").status_code == 200) is free
    key = browser.cookies[settings.SESSION_COOKIE_NAME].value
    assert isinstance(open_visit(key, host="localhost"), Visit) is free


def test_where_it_is_off_each_page_of_staff_says_so(settings: Any, sam: User) -> None:
    words = b"Second factor is off here"
    browser = signed_in(sam)
    assert words not in browser.get("/").content
    settings.REQUIRE_SECOND_FACTOR = False
    for path in ("/", "/accounts/password/change/", INDEX):
        assert words in browser.get(path).content
    admin = signed_in(User.objects.create(email="ada@bpo.example", name="Ada", role="admin"))
    assert words in admin.get("/admin/").content
    assert words in at().get("/accounts/login/").content
    assert words not in at("aurora.localhost").get("/accounts/login/").content


# Setting it up -------------------------------------------------------------------------------------------------------


def test_a_wrong_code_sets_up_nothing(sam: User) -> None:
    browser = at()
    sign_in(browser)
    secret = browser.get(APP).context["form"].secret
    page = browser.post(APP, {"code": "000000"})
    assert page.context["form"].errors["code"]
    assert page.context["form"].secret == secret, "the picture already read goes on to be right"
    assert not Authenticator.objects.exists()


def test_who_was_away_a_while_shows_again_who_it_is(sam: User, clock: Any) -> None:
    with_app(sam)
    browser = signed_in(sam)
    again = browser.get(f"{INDEX}recovery/new/")
    assert again.headers["Location"].startswith("/accounts/again/?next=")
    refused = browser.post("/accounts/again/", {"password": "wrong"})
    assert refused.context["form"].errors["password"]
    browser.post("/accounts/again/", {"password": PASSWORD})
    assert browser.get(f"{INDEX}recovery/new/").status_code == 200
    other = signed_in(sam)
    clock.at = 59
    other.post(f"{INDEX}code/again/", {"code": "287082"})
    assert other.get(f"{INDEX}recovery/new/").status_code == 200


# What is kept --------------------------------------------------------------------------------------------------------


def test_secrets_are_locked_in_the_database(sam: User) -> None:
    authenticator = with_app(sam)
    assert RFC_SECRET not in str(Authenticator.objects.get(pk=authenticator.pk).data)


def test_the_secret_key_can_be_changed(settings: Any, sam: User, clock: Any) -> None:
    authenticator = with_app(sam)
    clock.at = 59
    old = settings.SECRET_KEY
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another secret key of fifty letters and more than that", [old]
    assert authenticator.wrap().validate_code("287082")
    call_command("rewrap_second_factors", verbosity=0)
    settings.SECRET_KEY_FALLBACKS = []
    authenticator = Authenticator.objects.get(pk=authenticator.pk)
    assert factors.step_of(authenticator, "287082") == 1
    settings.SECRET_KEY = "yet another one, and the former one was not kept anywhere"
    with pytest.raises(InvalidToken):
        factors.step_of(authenticator, "287082")


def of_key(**response: str) -> str:
    return json.dumps({"id": "eA", "rawId": "eA", "type": "public-key", "response": response})


# Passkeys ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "credential",
    [
        "",
        "null",
        "[]",
        "{}",
        "7",
        '"x"',
        '{"id": "x"}',
        of_key(),
        of_key(clientDataJSON="e30"),
        of_key(clientDataJSON="eA", attestationObject="eA"),
        of_key(clientDataJSON="????", authenticatorData="eA", signature="eA"),
        of_key(clientDataJSON="e30", authenticatorData="eA", signature="eA", userHandle="eA"),
        "{" * 5000,
    ],
)
def test_what_is_no_passkey_is_refused_and_breaks_nothing(credential: str, sam: User) -> None:
    stranger = at()
    options = stranger.get(f"{INDEX}passkeys/sign-in/", headers={"accept": "application/json"})
    assert options.json()["request_options"]["publicKey"]["rpId"] == "localhost"
    assert stranger.post(f"{INDEX}passkeys/sign-in/", {"credential": credential}).status_code == 302
    assert not is_in(stranger)
    browser = at()
    sign_in(browser)
    browser.get(f"{INDEX}passkeys/new/")
    page = browser.post(f"{INDEX}passkeys/new/", {"credential": credential, "name": "x"})
    assert page.status_code == 200
    assert page.context["form"].errors
    with_app(sam)
    third = at()
    sign_in(third)
    assert third.post(CODE, {"credential": credential}).status_code == 200
    assert not is_in(third)


def test_a_passkey_is_of_its_host() -> None:
    client = User.objects.create_user("maya@aurora.example", PASSWORD, name="Maya")
    Membership.objects.create(user=client, tenant=Tenant.objects.get(schema_name="aurora"), role="manager")
    browser = at("aurora.localhost:8140")
    sign_in(browser, "maya@aurora.example")
    options = browser.get(f"{INDEX}passkeys/new/").context["js_data"]["creation_options"]["publicKey"]
    assert options["rp"]["id"] == "aurora.localhost"
    assert options["rp"]["name"] == "Aurora Travel"
