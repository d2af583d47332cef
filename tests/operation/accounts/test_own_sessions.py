"""Where one is signed in: what the page lists, and how each of it ends."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from contactcenter.lib.clock import now
from contactcenter.operation.accounts import in_view, services
from contactcenter.operation.accounts.models import Membership, SignedIn, User
from contactcenter.operation.accounts.sessions import Visit, person_of
from contactcenter.operation.outbox.models import Event
from tenants.models import Tenant
from tests.signed_in import signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_counts_of_before")]
PAGE = "/accounts/sessions/"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0"
PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5"
    " Mobile/15E148 Safari/604.1"
)


@pytest.fixture(autouse=True)
def nothing_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(in_view, "seen", in_view.Seen())


@pytest.fixture
def ines() -> User:
    return User.objects.create(email="ines@bpo.example", name="Inés", role="agent")


def on(user: User, agent: str = FIREFOX, host: str = "localhost") -> Client:
    browser = signed_in(user, host=host, HTTP_USER_AGENT=agent)
    assert browser.get(PAGE).status_code == 200
    return browser


def key(browser: Client) -> str:
    return str(browser.cookies[settings.SESSION_COOKIE_NAME].value)


def listed(browser: Client) -> list[Any]:
    return list(browser.get(PAGE).context["sessions"])


def test_all_of_ones_own_and_nobody_elses(ines: User) -> None:
    Membership.objects.create(user=ines, tenant=Tenant.objects.get(schema_name="aurora"), role="viewer")
    on(User.objects.create(email="nils@bpo.example", name="Nils", role="agent"))
    phone, company, here = on(ines, PHONE), on(ines, host="aurora.localhost"), on(ines)
    assert {(one.device, one.host, one.is_this) for one in listed(here)} == {
        ("Safari, iPhone", "localhost", False),
        ("Firefox, Windows", "aurora.localhost", False),
        ("Firefox, Windows", "localhost", True),
    }
    page = here.get(PAGE).content.decode()
    assert not [one for one in (phone, company, here) if key(one) in page], "the key itself is on no page"
    assert len(listed(company)) == 3


def test_when_it_was_signed_in_and_seen(ines: User) -> None:
    before = now()
    browser = on(ines)
    [one] = listed(browser)
    assert before <= one.signed_in_at <= one.last_seen_at <= now()


def test_written_down_at_most_once_a_minute(ines: User, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = on(ines)
    long_ago = datetime(2026, 1, 1, tzinfo=now().tzinfo)
    SignedIn.objects.update(last_seen_at=long_ago)
    with CaptureQueriesContext(connection) as queries:
        for _ in range(5):
            browser.get(PAGE)
    assert not [query for query in queries if "signedin" in query["sql"] and "SELECT" not in query["sql"][:6]]
    assert SignedIn.objects.get().last_seen_at == long_ago
    visit = Visit(session_key=key(browser), user_id=ines.pk, epoch=ines.epoch)
    person_of(visit).exists()
    assert SignedIn.objects.get().last_seen_at == long_ago, "the socket of the same session counts with its pages"
    later = in_view.monotonic() + 61
    monkeypatch.setattr(in_view, "monotonic", lambda: later)
    person_of(visit).exists()
    assert SignedIn.objects.get().last_seen_at > long_ago


def test_one_is_ended_the_others_go_on(ines: User) -> None:
    there, here = on(ines, PHONE), on(ines)
    visit = Visit(session_key=key(there), user_id=ines.pk, epoch=ines.epoch)
    [other] = [one for one in listed(here) if not one.is_this]
    assert here.post(f"{PAGE}{other.id}/end/").headers["Location"] == PAGE
    assert not person_of(visit).exists()
    assert there.get(PAGE).status_code == 302
    assert here.get(PAGE).status_code == 200
    assert not Session.objects.filter(session_key=key(there)).exists()
    assert Event.objects.filter(name="rights.changed", group=f"user.{ines.pk}").exists()


def test_ending_this_one_signs_out(ines: User) -> None:
    here = on(ines)
    [one] = listed(here)
    assert here.post(f"{PAGE}{one.id}/end/").headers["Location"] == "/accounts/login/"
    assert here.get(PAGE).status_code == 302


def test_everywhere(ines: User) -> None:
    there, unseen, here = on(ines, PHONE), signed_in(ines), on(ines)
    assert here.post(f"{PAGE}end/").headers["Location"] == "/accounts/login/"
    for browser in (there, unseen, here):
        assert browser.get(PAGE).status_code == 302
    assert not SignedIn.objects.exists()


def test_another_persons_session_is_a_missing_one(ines: User) -> None:
    nils = on(User.objects.create(email="nils@bpo.example", name="Nils", role="agent"))
    [foreign] = listed(nils)
    here = on(ines)
    answers = [here.post(f"{PAGE}{number}/end/") for number in (foreign.id, foreign.id + 1000)]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].content == answers[1].content
    assert nils.get(PAGE).status_code == 200


def test_only_a_form_of_ours_ends_one(ines: User) -> None:
    here = on(ines)
    [one] = listed(here)
    assert here.get(f"{PAGE}{one.id}/end/").status_code == 405
    strict = Client(headers={"host": "localhost"}, enforce_csrf_checks=True)
    strict.cookies = here.cookies
    assert strict.post(f"{PAGE}{one.id}/end/").status_code == 403


def test_what_ended_otherwise_is_not_listed(ines: User) -> None:
    there, expired, here = on(ines, PHONE), on(ines), on(ines)
    Session.objects.filter(session_key=key(expired)).update(expire_date=now() - timedelta(seconds=1))
    assert len(listed(here)) == 2
    services.revoke(ines)
    fresh = on(ines)
    assert [one.is_this for one in listed(fresh)] == [True]
    there.get(PAGE)
    assert not Session.objects.filter(session_key=key(there)).exists()


def test_a_row_goes_with_its_session(ines: User) -> None:
    here = on(ines)
    here.post("/accounts/logout/")
    assert not SignedIn.objects.exists()
    browser = on(ines)
    Session.objects.filter(session_key=key(browser)).update(expire_date=now() - timedelta(days=1))
    services.clear_expired_sessions(now=now())
    assert not SignedIn.objects.exists()


def test_a_new_key_of_a_session_keeps_its_beginning(ines: User, settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    old, new = "a long walk on the beach", "another long walk in the hills"
    ines.set_password(old)
    ines.save()
    here = on(ines)
    [before] = listed(here)
    here.post("/accounts/password/change/", {"oldpassword": old, "password1": new, "password2": new})
    [after] = listed(here)
    assert (after.signed_in_at, after.is_this) == (before.signed_in_at, True)
