"""A client company's people sign in on their company's host; everybody else is nobody there."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from contactcenter.operation.accounts.models import Membership, User
from contactcenter.operation.accounts.sessions import Refusal, Visit, open_visit
from tenants.models import Domain, Tenant
from tests.signed_in import signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_counts_of_before")]
PASSWORD = "a long walk on the beach"
AURORA, BOREALIS = "aurora.localhost", "borealis.localhost"


@pytest.fixture(autouse=True)
def quick_hashes(settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def maya() -> User:
    return client_user("maya@aurora.example", "aurora", "manager")


def client_user(email: str, schema: str, role: str) -> User:
    user = User.objects.create_user(email, PASSWORD, name="Maya Brandt")
    Membership.objects.create(user=user, tenant=Tenant.objects.get(schema_name=schema), role=role)
    return user


def at(host: str, **options: Any) -> Client:
    return Client(headers={"host": host}, **options)


def sign_in(browser: Client, email: str, password: str = PASSWORD) -> Any:
    return browser.post("/accounts/login/", {"login": email, "password": password})


@pytest.mark.parametrize("role", ["manager", "viewer"])
def test_in_and_out(role: str) -> None:
    client_user("maya@aurora.example", "aurora", role)
    browser = at(AURORA)
    assert browser.get("/").headers["Location"] == "/accounts/login/?next=/"
    answer = sign_in(browser, "Maya@Aurora.example")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    page = browser.get("/", follow=True)
    assert page.status_code == 200
    assert b"Maya Brandt" in page.content
    assert page.headers["Cache-Control"] == "private, no-store"
    assert browser.session["host"] == AURORA
    assert browser.get("/accounts/password/change/").status_code == 200
    browser.post("/accounts/logout/")
    assert browser.get("/portal/").status_code == 302


def test_the_page_wears_the_companys_brand() -> None:
    page = at(AURORA).get("/accounts/login/")
    text = page.content.decode()
    assert "Aurora Travel" in text
    nonce = re.search(r'<style nonce="([^"]+)">', text)
    assert nonce
    assert f"'nonce-{nonce[1]}'" in page.headers["Content-Security-Policy"]
    assert "--co: light-dark(#6a3fd0," in text
    assert "desk" not in text.lower()
    assert "--co: light-dark" not in at("localhost").get("/accounts/login/").content.decode()


@pytest.mark.parametrize("role", ["agent", "supervisor", "admin", ""])
def test_nobody_else_is_anybody_there(role: str, maya: User) -> None:
    """Staff, people without a role, and people of another company, each with the right password."""
    User.objects.create_user("x@bpo.example", PASSWORD, name="X", role=role)
    client_user("bea@borealis.example", "borealis", "manager")
    wrong = sign_in(at(AURORA), "maya@aurora.example", "wrong")
    for email in ("x@bpo.example", "bea@borealis.example", "nobody@nowhere.example"):
        browser = at(AURORA)
        answer = sign_in(browser, email)
        assert answer.status_code == wrong.status_code == 200
        assert answer.context["form"].errors == wrong.context["form"].errors
        assert "_auth_user_id" not in browser.session


def test_a_closed_account_of_another_house_reads_like_a_wrong_password(maya: User) -> None:
    User.objects.create_user("old@bpo.example", PASSWORD, name="Old", role="agent", is_active=False)
    answer = sign_in(at(AURORA), "old@bpo.example")
    assert answer.context["form"].errors == sign_in(at(AURORA), "maya@aurora.example", "wrong").context["form"].errors


def test_the_answer_takes_as_much_work(maya: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hashes and queries are counted: seconds on a busy machine prove nothing."""
    client_user("bea@borealis.example", "borealis", "manager")
    hashed: list[str] = []
    encode = MD5PasswordHasher.encode

    def counting(self: Any, password: str, salt: str) -> str:
        hashed.append(password)
        return str(encode(self, password, salt))

    monkeypatch.setattr(MD5PasswordHasher, "encode", counting)
    work = []
    for email, password in (
        ("maya@aurora.example", "wrong"),
        ("bea@borealis.example", PASSWORD),
        ("bea@borealis.example", "wrong"),
    ):
        hashed.clear()
        with CaptureQueriesContext(connection) as queries:
            sign_in(at(AURORA), email, password)
        asked = [query["sql"] for query in queries if query["sql"].startswith("SELECT")]
        work.append((len(hashed), len(asked)))
    assert work[0] == work[1] == work[2]
    assert work[0][0] >= 1


def test_a_right_password_of_a_stranger_is_counted_as_wrong(maya: User) -> None:
    User.objects.create_user("x@bpo.example", PASSWORD, name="X", role="agent")
    right = [sign_in(at(AURORA), "x@bpo.example").context["form"].errors for _ in range(7)]
    wrong = [sign_in(at(AURORA), "maya@aurora.example", "wrong").context["form"].errors for _ in range(7)]
    assert right == wrong
    assert right[0] != right[-1], "too many"


def test_tries_are_counted_for_the_person_over_all_hosts() -> None:
    """Else each host would be worth five more guesses of the same password."""
    user = client_user("maya@aurora.example", "aurora", "manager")
    Membership.objects.create(user=user, tenant=Tenant.objects.get(schema_name="borealis"), role="viewer")
    for host in (AURORA, BOREALIS, "localhost", AURORA, BOREALIS):
        sign_in(at(host), "maya@aurora.example", "wrong")
    browser = at(AURORA)
    sign_in(browser, "maya@aurora.example")
    assert "_auth_user_id" not in browser.session


def test_people_of_companies_are_shown_their_own_door_by_the_staffs(maya: User) -> None:
    Membership.objects.create(user=maya, tenant=Tenant.objects.get(schema_name="borealis"), role="viewer")
    closed = Tenant.objects.get(schema_name="cumbre")
    Membership.objects.create(user=maya, tenant=closed, role="viewer", is_active=False)
    page = sign_in(at("localhost"), "maya@aurora.example").content.decode()
    for name, host in (("Aurora Travel", AURORA), ("Borealis Bank", BOREALIS)):
        assert f'<a href="http://{host}:{settings.PORT}/">{name}</a>' in page
    assert "Cumbre" not in page
    assert "Aurora" not in sign_in(at("localhost"), "maya@aurora.example", "wrong").content.decode()


def test_a_membership_that_ended_ends_the_stay_and_says_so(maya: User) -> None:
    browser = signed_in(maya, host=AURORA)
    assert browser.get("/portal/").status_code == 200
    key = browser.cookies[settings.SESSION_COOKIE_NAME].value
    assert isinstance(open_visit(key, host=AURORA), Visit)
    Membership.objects.filter(user=maya).update(is_active=False)
    assert open_visit(key, host=AURORA) is Refusal.NO_PLACE
    page = browser.get("/portal/")
    assert page.status_code == 403
    assert b"no access here" in page.content
    assert b"Aurora Travel" in page.content
    assert browser.get("/portal/").status_code == 302, "the session has ended"
    assert open_visit(key, host=AURORA) is Refusal.NOT_SIGNED_IN


def test_a_session_of_one_company_is_none_at_another(maya: User) -> None:
    Membership.objects.create(user=maya, tenant=Tenant.objects.get(schema_name="borealis"), role="viewer")
    key = signed_in(maya, host=AURORA).cookies[settings.SESSION_COOKIE_NAME].value
    for host, page in ((BOREALIS, "/portal/"), ("localhost", "/desk/")):
        browser = at(host)
        browser.cookies[settings.SESSION_COOKIE_NAME] = key
        assert browser.get(page).headers["Location"].startswith("/accounts/login/")
    assert isinstance(open_visit(key, host=AURORA), Visit)


def test_a_new_password_by_the_companys_stored_address(maya: User) -> None:
    """T22: whatever the Host header names, the link leads to the company's primary host."""
    tenant = Tenant.objects.get(schema_name="aurora")
    Domain.objects.create(tenant=tenant, domain="chat.aurora.example", is_primary=False)
    at("chat.aurora.example:6666").post("/accounts/password/reset/", {"email": "maya@aurora.example"})
    [message] = mail.outbox
    assert message.to == ["maya@aurora.example"]
    link = re.search(r"http\S+", str(message.body))
    assert link
    assert link[0].startswith(f"http://{AURORA}:{settings.PORT}/accounts/password/reset/key/")
    path = link[0].removeprefix(f"http://{AURORA}:{settings.PORT}")
    for elsewhere in (BOREALIS, "localhost"):
        assert b"no longer works" in at(elsewhere).get(path, follow=True).content, "D10"
    browser = at(AURORA)
    form = browser.get(path).headers["Location"]
    fresh = "another long walk in the hills"
    assert browser.post(form, {"password1": fresh, "password2": fresh}).status_code == 302
    assert sign_in(at(AURORA), "maya@aurora.example", fresh).status_code == 302


def test_a_reset_asked_for_a_stranger_sends_nothing_and_tells_nothing(maya: User) -> None:
    User.objects.create_user("x@bpo.example", PASSWORD, name="X", role="agent")
    answers = [
        at(AURORA).post("/accounts/password/reset/", {"email": email})
        for email in ("x@bpo.example", "nobody@nowhere.example", "maya@aurora.example")
    ]
    assert {(answer.status_code, answer.headers["Location"]) for answer in answers} == {
        (302, "/accounts/password/reset/done/")
    }
    assert [message.to for message in mail.outbox] == [["maya@aurora.example"]]


def test_nobody_signs_up_there() -> None:
    fields = {"email": "eve@evil.example", "password1": PASSWORD, "name": "Eve"}
    at(AURORA).post("/accounts/signup/", fields)
    assert not User.objects.filter(email="eve@evil.example").exists()


def test_language_and_theme_of_the_page_can_be_chosen() -> None:
    browser = at(AURORA)
    browser.post("/account/preferences/", {"language": "es", "theme": "dark"})
    page = browser.get("/accounts/login/").content.decode()
    assert '<html lang="es" data-bs-theme="dark"' in page
