"""Signing in and out by the pages, with every way it is refused."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import pytest
import redis
from django.conf import settings
from django.core import mail
from django.core.cache import caches
from django.test import Client

from contactcenter.lib import rate_limit
from contactcenter.operation.accounts.models import User
from tests.signed_in import signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_counts_of_before")]
PASSWORD = "a long walk on the beach"


@pytest.fixture(autouse=True)
def quick_hashes(settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def ines() -> User:
    return User.objects.create_user("ines@bpo.example", PASSWORD, name="Inés", role="agent")


@pytest.fixture
def browser() -> Client:
    return Client(headers={"host": "localhost"})


def sign_in(browser: Client, email: str = "ines@bpo.example", password: str = PASSWORD, **more: str) -> Any:
    return browser.post("/accounts/login/", {"login": email, "password": password, **more})


def test_in_and_out(browser: Client, ines: User) -> None:
    browser.get("/accounts/login/")
    assert sign_in(browser).status_code == 302
    assert browser.get("/").status_code in (200, 302)
    assert browser.get("/accounts/password/change/").status_code == 200
    browser.post("/accounts/logout/")
    answer = browser.get("/accounts/password/change/")
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/accounts/login/?next=/accounts/password/change/"


def test_mail_addresses_are_caseless(browser: Client, ines: User) -> None:
    assert sign_in(browser, "Ines@BPO.example").status_code == 302


def test_goes_on_where_one_wanted_to_go_but_never_elsewhere(browser: Client, ines: User) -> None:
    assert sign_in(browser, next="/accounts/password/change/").headers["Location"] == "/accounts/password/change/"
    browser.post("/accounts/logout/")
    assert sign_in(browser, next="https://evil.example/").headers["Location"] == "/"


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("ines@bpo.example", "wrong"),
        ("nobody@bpo.example", PASSWORD),
        ("no address", PASSWORD),
        ("", ""),
        ("ines@bpo.example", ""),
        ("ines@bpo.example\0", PASSWORD),
        ("ines@bpo.example", "\0"),
        ("ines@bpo.example", "x" * 200),
        ("<script>alert(1)</script>@x.example", PASSWORD),
        ("ınes@bpo.example", PASSWORD),  # a dotless i is another letter
        ("ines@bpo.example' OR 1=1 --", PASSWORD),
        ("\u202eines@bpo.example", PASSWORD),
    ],
)
def test_refused_with_what_was_typed(browser: Client, ines: User, email: str, password: str) -> None:
    answer = sign_in(browser, email, password)
    assert answer.status_code == 200
    assert answer.context["form"].errors
    page = answer.content.decode()
    assert "invalid-feedback" in page or 'role="alert"' in page
    assert "<script>alert" not in page
    if email.endswith("@bpo.example") and "\0" not in email:
        assert f'value="{email}"' in page
    assert settings.SESSION_COOKIE_NAME not in browser.cookies or not browser.session.get("_auth_user_id")


def test_wrong_password_and_unknown_person_read_the_same(browser: Client, ines: User) -> None:
    one = sign_in(browser, "ines@bpo.example", "wrong").context["form"].errors
    other = sign_in(browser, "nobody@bpo.example", "wrong").context["form"].errors
    assert one == other


def test_errors_stand_at_the_field_in_the_readers_language(browser: Client) -> None:
    browser.headers = {}
    answer = Client(headers={"host": "localhost", "accept-language": "es"}).post("/accounts/login/", {"login": "x"})
    assert answer.context["form"].errors["password"] == ["Este campo es obligatorio."]
    page = answer.content.decode()
    assert '<html lang="es"' in page
    assert 'id="id_password_error"' in page
    assert 'aria-describedby="id_password_error"' in page
    assert 'aria-invalid="true"' in page


def test_clients_have_no_entrance_here(browser: Client) -> None:
    User.objects.create_user("maya@aurora.example", PASSWORD, name="Maya")
    answer = sign_in(browser, "maya@aurora.example")
    assert answer.status_code == 200
    assert answer.context["form"].non_field_errors()
    assert "_auth_user_id" not in browser.session


def test_the_inactive_are_not_let_in(browser: Client, ines: User) -> None:
    User.objects.filter(pk=ines.pk).update(is_active=False)
    sign_in(browser)
    assert "_auth_user_id" not in browser.session


def test_nobody_signs_up(browser: Client) -> None:
    fields = {"email": "eve@evil.example", "password1": PASSWORD, "name": "Eve", "role": "admin", "is_superuser": "on"}
    browser.post("/accounts/signup/", fields)
    assert not User.objects.filter(email="eve@evil.example").exists()


def test_five_wrong_passwords_a_minute_for_one_account(browser: Client, ines: User) -> None:
    for _ in range(5):
        sign_in(browser, password="wrong")
    answer = sign_in(browser)  # right, and too late
    assert answer.status_code == 200
    assert "_auth_user_id" not in browser.session
    elsewhere = Client(headers={"host": "localhost"}, REMOTE_ADDR="203.0.113.5")
    assert sign_in(elsewhere).status_code == 200, "the account is counted, not the address"


def test_twenty_tries_a_minute_from_one_address(browser: Client, ines: User) -> None:
    answers = [sign_in(browser, f"p{n}@bpo.example", "wrong").status_code for n in range(22)]
    assert answers == [200] * 20 + [429] * 2
    forged = Client(headers={"host": "localhost", "x-forwarded-for": "203.0.113.5"})
    assert sign_in(forged).status_code == 429, "anybody can write X-Forwarded-For"
    assert sign_in(Client(headers={"host": "localhost"}, REMOTE_ADDR="203.0.113.5")).status_code == 302


def test_no_address_and_no_mail_address_in_redis(browser: Client, ines: User) -> None:
    sign_in(browser, password="wrong")
    server = rate_limit.client()
    keys = list(server.scan_iter(f"{settings.CACHES['default']['KEY_PREFIX']}:cache:*"))
    assert keys
    kept = b" ".join(keys + [server.get(key) or b"" for key in keys])
    assert b"127.0.0.1" not in kept
    assert b"ines" not in kept


def test_without_redis_one_can_sign_in_and_is_still_counted(
    browser: Client, ines: User, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    cache = caches["default"]
    nowhere = redis.Redis.from_url("unix:///nowhere/redis.sock")
    monkeypatch.setattr(cache._cache, "get_client", lambda *args, **kwargs: nowhere)
    monkeypatch.setattr(cache, "_own_until", float("-inf"))
    cache._own.clear()
    with caplog.at_level(logging.WARNING):
        assert sign_in(browser).status_code == 302
    browser.post("/accounts/logout/")
    for _ in range(5):
        sign_in(browser, password="wrong")
    sign_in(browser)
    assert "_auth_user_id" not in browser.session
    cache._own.clear()


def test_the_session_is_a_new_one_after_signing_in(browser: Client, ines: User) -> None:
    session = browser.session
    session["planted"] = "by a stranger"
    session.save()
    planted = session.session_key
    sign_in(browser)
    assert browser.session.session_key != planted
    assert browser.cookies[settings.SESSION_COOKIE_NAME].value != planted
    stranger = Client(headers={"host": "localhost"})
    stranger.cookies[settings.SESSION_COOKIE_NAME] = planted
    assert stranger.get("/accounts/password/change/").status_code == 302


def test_cookies_are_kept_from_scripts_and_other_ports(browser: Client, ines: User) -> None:
    sign_in(browser)
    cookie = browser.cookies[settings.SESSION_COOKIE_NAME]
    assert cookie.key == f"session_{settings.PORT}"
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert not cookie["domain"]


def test_what_the_signed_in_see_stays_in_no_cache(ines: User) -> None:
    answer = signed_in(ines).get("/accounts/password/change/")
    assert answer.headers["Cache-Control"] == "private, no-store"


def test_a_new_password_by_mail(browser: Client, ines: User) -> None:
    before = signed_in(ines)
    browser.post("/accounts/password/reset/", {"email": "INES@bpo.example"}, headers={"host": "localhost:6666"})
    browser.post("/accounts/password/reset/", {"email": "nobody@bpo.example"})
    assert [message.to for message in mail.outbox] == [["ines@bpo.example"]]
    link = next(line for line in str(mail.outbox[0].body).splitlines() if "://" in line)
    own = f"http://localhost:{settings.PORT}"
    assert link.startswith(own), "not the host of whoever asked"
    step = browser.get(link.removeprefix(own))
    form = browser.get(step.headers["Location"])
    assert form.status_code == 200
    fresh = "another long walk in the hills"
    refused = browser.post(step.headers["Location"], {"password1": "short", "password2": "short"})
    assert refused.context["form"].errors["password1"]
    browser.post(step.headers["Location"], {"password1": fresh, "password2": fresh})
    assert before.get("/accounts/password/change/").status_code == 302, "signed out everywhere"
    assert sign_in(browser, password=fresh).status_code == 302
    used = Client(headers={"host": "localhost"}).get(link.removeprefix(own), follow=True)
    assert b"no longer works" in used.content


def test_changing_the_password_keeps_only_this_session(ines: User) -> None:
    here, there = signed_in(ines), signed_in(ines)
    fresh = "another long walk in the hills"
    fields = {"oldpassword": PASSWORD, "password1": fresh, "password2": fresh}
    refused = here.post("/accounts/password/change/", {**fields, "oldpassword": "wrong"})
    assert refused.context["form"].errors["oldpassword"]
    assert here.post("/accounts/password/change/", fields).status_code == 302
    assert here.get("/accounts/password/change/").status_code == 200
    assert there.get("/accounts/password/change/").status_code == 302
    ines.refresh_from_db()
    assert ines.check_password(fresh)


def test_a_password_of_ten_thousand_letters_is_not_hashed(ines: User) -> None:
    long = "x" * 10_000
    fields = {"oldpassword": PASSWORD, "password1": long, "password2": long}
    assert signed_in(ines).post("/accounts/password/change/", fields).context["form"].errors["password1"]


def test_forms_without_their_token_are_refused(ines: User) -> None:
    strict = Client(headers={"host": "localhost"}, enforce_csrf_checks=True)
    answer = sign_in(strict)
    assert answer.status_code == 403
    assert b"Nothing was changed" in answer.content


def test_demo_logins_stand_on_no_page(browser: Client) -> None:
    page = browser.get("/accounts/login/").content
    assert b"bpo.example" not in page
    assert Path(settings.BASE_DIR, "templates", "account", "login.html").exists()
