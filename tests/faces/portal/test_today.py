"""Today's figures in the portal: the company's own, by the same number of queries however many there are."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from contactcenter.faces.portal.spoken import duration, percent
from contactcenter.lib.clock import now
from contactcenter.operation.routing.models import Queue
from tenants.models import Holiday, OpeningHours
from tests.faces.portal.people import at_home, client_user
from tests.people import asked, chat, company, held_chat, make_agent, make_queue

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser() -> Client:
    return at_home(client_user("aurora", "viewer"), "aurora")


def test_from_the_first_page_to_the_portal(browser: Client) -> None:
    assert browser.get("/").headers["Location"] == "/portal/"
    assert (
        Client(headers={"host": "aurora.localhost"}).get("/portal/").headers["Location"].startswith("/accounts/login/")
    )


def test_own_queues_alone(browser: Client) -> None:
    make_queue("aurora", "Bookings", is_default=False)
    make_queue("borealis", "Mortgages", is_default=False)
    ines = make_agent("Inés", ["aurora", "borealis"])
    held_chat("aurora", ines)
    chat("aurora", name="Walter Waits", now=now() - timedelta(seconds=75))
    for _ in range(3):
        chat("borealis")
    page = browser.get("/portal/").content.decode()
    kpis = " ".join(page.split('id="figures"')[1].split("</dl>")[0].split())
    assert "<dt>Waiting now</dt><dd>1</dd>" in kpis
    assert "Longest 1:1" in kpis
    assert "<dt>In hand now</dt><dd>1</dd>" in kpis
    assert "<dt>Answered</dt><dd>1</dd>" in kpis
    assert "of 2 who asked" in kpis
    assert "100 %" in kpis, "one answered at once; who still waits is not measured yet"
    assert "Bookings" in page
    assert "Mortgages" not in page
    assert "Borealis" not in page


def test_what_the_page_asks_for_again(browser: Client) -> None:
    """Only what moves, in places that the page has; and after sign-out nothing."""
    make_queue("aurora")
    page, part = browser.get("/portal/").content.decode(), browser.get("/portal/now/").content.decode()
    assert "<html" not in part
    for place in ("live", "figures", "queues"):
        assert f'id="{place}"' in page
        assert f'id="{place}" hx-swap-oob="innerHTML"' in part
    stranger = Client(headers={"host": "aurora.localhost", "hx-request": "true"})
    assert stranger.get("/portal/now/").headers["HX-Redirect"] == "/accounts/login/"


def test_a_fixed_number_of_queries(browser: Client) -> None:
    make_queue("aurora")
    browser.get("/portal/now/")
    with CaptureQueriesContext(connection) as few:
        browser.get("/portal/now/")
    for number in range(12):
        Queue.objects.create(
            tenant=company("aurora"), pool=make_queue("aurora").pool, key=f"q{number}", name=f"Queue {number}"
        )
        chat("aurora", name=f"Visitor {number}")
    with CaptureQueriesContext(connection) as many:
        browser.get("/portal/now/")
    assert len(asked(many)) == len(asked(few))


def test_open_and_closed(browser: Client) -> None:
    assert "Open day and night" in browser.get("/portal/").content.decode()
    OpeningHours.objects.filter(tenant=company("aurora")).delete()
    Holiday.objects.filter(tenant=company("aurora")).delete()
    assert "Closed" in browser.get("/portal/now/").content.decode()


def test_figures_as_people_read_them() -> None:
    assert [percent(value) for value in (None, 79.6, 100.0)] == ["–", "80 %", "100 %"]
    assert [duration(value) for value in (None, 0.4, 59.4, 59.6, 125, 3725)] == [
        "–",
        "0 s",
        "59 s",
        "1:00 min",
        "2:05 min",
        "1:02:05 h",
    ]
