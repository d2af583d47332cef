"""The supervisor's pages: for whom, at what cost, and what their forms do."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from contactcenter.lib.clock import now
from contactcenter.operation.accounts.models import Role, User
from contactcenter.operation.notices.models import Notice
from contactcenter.operation.wallboards.models import Wallboard
from tests.people import chat, company, make_agent, make_queue
from tests.signed_in import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def sam() -> User:
    return make_agent("Sam", ["aurora"], role=Role.SUPERVISOR).user


@pytest.fixture
def browser(sam: User) -> Client:
    return signed_in(sam)


def test_the_floor_holds_nobodys_data_and_costs_the_same_whatever_waits(browser: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            answer = browser.get("/floor/")
        assert "Vera" not in answer.content.decode()
        return len(captured)

    queries()  # the first page of a session is written down
    few = queries()
    for _ in range(20):
        chat("aurora")
    assert queries() == few


def test_it_names_the_companies_whose_conversations_may_be_opened(browser: Client) -> None:
    assert 'data-served="aurora"' in browser.get("/floor/").content.decode()


def test_rail_and_menu_lead_to_the_floor_by_role(browser: Client) -> None:
    assert 'href="/floor/"' in browser.get("/desk/").content.decode()
    agent = signed_in(make_agent("Inés", ["aurora"]).user).get("/desk/").content.decode()
    assert 'href="/floor/"' not in agent
    admin = signed_in(User.objects.create(email="ada@bpo.example", name="Ada", role=Role.ADMIN))
    assert 'href="/floor/"' in admin.get("/admin/").content.decode()
    plain = User.objects.create(email="pia@bpo.example", name="Pia", role=Role.SUPERVISOR)
    assert 'href="/floor/"' in signed_in(plain).get("/").content.decode()
    assert 'href="/desk/"' not in admin.get("/floor/").content.decode()


def test_a_notice_is_posted_for_a_queue_and_taken_down(browser: Client, sam: User) -> None:
    queue = make_queue("aurora")
    posted = browser.post(
        "/floor/notices/", {"text": "Mind the gap.", "level": "warning", "scope": f"queue.{queue.pk}", "minutes": "60"}
    )
    assert posted.status_code == 302
    notice = Notice.objects.get()
    assert (notice.text, notice.level, notice.queue, notice.tenant, notice.posted_by) == (
        "Mind the gap.",
        "warning",
        queue,
        company("aurora"),
        sam,
    )
    assert round((notice.expires_at - notice.posted_at).total_seconds()) == 3600
    assert "Mind the gap." in browser.get("/floor/notices/").content.decode()
    assert browser.post(f"/floor/notices/{notice.pk}/end/").status_code == 302
    assert "Mind the gap." not in browser.get("/floor/notices/").content.decode()


@pytest.mark.parametrize(
    "wrong", [{"text": ""}, {"text": "x" * 501}, {"scope": "queue.999999"}, {"minutes": "7"}, {"level": "loud"}]
)
def test_a_wrong_notice_is_refused_at_its_field(browser: Client, wrong: dict[str, str]) -> None:
    fields = {"text": "Words", "level": "info", "scope": "", "minutes": "60", **wrong}
    answer = browser.post("/floor/notices/", fields)
    assert answer.status_code == 400
    assert "invalid-feedback" in answer.content.decode()
    assert not Notice.objects.exists()


def test_a_wallboards_address_is_shown_once_and_opens_without_a_sign_in(browser: Client) -> None:
    made = browser.post("/floor/walls/", {"name": "Door", "company": str(company("aurora").pk), "days": "30"})
    [address] = set(re.findall(r'href="http://localhost(/wall/[\w-]{43}/)"', made.content.decode()))
    assert address not in browser.get("/floor/walls/").content.decode()
    screen = Client(headers={"host": "localhost"})
    page = screen.get(address)
    assert page.status_code == 200
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert page.headers["Cache-Control"] == "no-store"
    assert Wallboard.objects.get().tenant == company("aurora")
    for other in ("/wall/no-such-token/", address[:-2] + "/"):
        assert screen.get(other).status_code == 404
    assert Client(headers={"host": "aurora.localhost"}).get(address).status_code == 404
    assert browser.post(f"/floor/walls/{Wallboard.objects.get().pk}/revoke/").status_code == 302
    assert screen.get(address).status_code == 404
    assert Wallboard.objects.get().revoked_at <= now()
