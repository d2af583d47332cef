"""Hours and dates in the portal: managers change them, the chat goes by them at once, the log names what changed."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import Any

import pytest
from django.test import Client

from contactcenter.lib.clock import now
from contactcenter.operation.audit.models import Entry
from tenants.models import Holiday, OpeningHours
from tests.faces.portal.people import at_home, client_user
from tests.people import company
from tests.webchat import give_widget, visitor_client

pytestmark = pytest.mark.django_db
EDIT = "/portal/hours/edit/"


@pytest.fixture
def browser() -> Client:
    return at_home(client_user("aurora"), "aurora")


def form(days: dict[int, str] | None = None, *dates: tuple[str, str, str], **more: str) -> dict[str, str]:
    week = {f"day_{weekday}": (days or {}).get(weekday, "") for weekday in range(7)}
    rows: dict[str, str] = {"dates-TOTAL_FORMS": str(len(dates)), "dates-INITIAL_FORMS": "0"}
    for place, (day, name, hours) in enumerate(dates):
        rows |= {f"dates-{place}-date": day, f"dates-{place}-name": name, f"dates-{place}-hours": hours}
    return {**week, **rows, **more}


def week_of(schema: str = "aurora") -> list[tuple[int, time, time]]:
    return list(OpeningHours.objects.filter(tenant=company(schema)).values_list("weekday", "opens", "closes"))


def test_changed_and_at_once_in_the_chat(browser: Client) -> None:
    give_widget("aurora")
    before = week_of("borealis")
    assert visitor_client("aurora").get("/widget/hours/").json()["open"] is True
    answer = browser.post(EDIT, form())
    assert answer.headers["Location"] == "/portal/hours/"
    assert visitor_client("aurora").get("/widget/hours/").json()["open"] is False
    assert "Closed" in browser.get("/portal/").content.decode()
    browser.post(EDIT, form(dict.fromkeys(range(7), "00:00-00:00")))
    assert visitor_client("aurora").get("/widget/hours/").json()["open"] is True
    assert week_of("borealis") == before


def test_a_day_with_a_break_and_dates_that_differ(browser: Client) -> None:
    later = date(now().year + 1, 12, 24)
    answer = browser.post(
        EDIT,
        form({0: "9:00-13:00, 14:00 - 18:00"}, (f"{later}", "Christmas Eve", "10:00-13:00"), ("", "", "")),
    )
    assert answer.status_code == 302
    assert week_of() == [(0, time(9), time(13)), (0, time(14), time(18))]
    found = list(Holiday.objects.filter(tenant=company("aurora")).values_list("date", "name", "opens", "closes"))
    assert found == [(later, "Christmas Eve", time(10), time(13))]
    page = browser.get("/portal/hours/").content.decode()
    assert "09:00-13:00 14:00-18:00" in page
    assert "Christmas Eve" in page
    form_page = browser.get(EDIT).content.decode()
    assert 'value="09:00-13:00 14:00-18:00"' in form_page
    assert f'value="{later}"' in form_page


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        (form({0: "nine to five"}), "is not such as 09:00-17:30"),
        (form({1: "18:00-09:00"}), "must close after they open"),
        (form({2: "09:00-13:00 12:00-18:00"}), "overlap"),
        (form({}, ("2099-12-25", "", "")), "This field is required."),
        (form({}, ("25/12", "Christmas", "")), "Enter a valid date."),
        (form({}, ("2099-12-25", "Christmas", ""), ("2099-12-25", "Again", "")), "This date stands twice."),
        (form({}, ("2099-12-25", "Christmas", "9:00-10:00 11:00-12:00")), "one time from and to"),
    ],
)
def test_what_cannot_be_is_told_at_its_field(browser: Client, sent: dict[str, str], told: str) -> None:
    before = week_of()
    answer = browser.post(EDIT, sent)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert told in page
    assert 'aria-invalid="true"' in page
    assert week_of() == before
    assert not Entry.objects.filter(action="hours.changed").exists()


def test_the_log_names_what_changed(browser: Client) -> None:
    browser.post(EDIT, form({0: "09:00-17:00"}))
    browser.post(EDIT, form({0: "09:00-17:00"}))
    browser.post(EDIT, form({0: "09:00-17:00"}, ("2099-12-25", "Christmas", "")))
    entries = Entry.objects.filter(action="hours.changed", tenant=company("aurora")).order_by("pk")
    assert [entry.facts for entry in entries] == [{"fields": ["opening_hours"]}, {"fields": ["holidays"]}]


def test_dates_that_have_passed_are_kept_and_one_may_be_removed(browser: Client) -> None:
    past, coming = now().date() - timedelta(days=40), now().date() + timedelta(days=40)
    Holiday.objects.create(tenant=company("aurora"), date=past, name="Long ago")
    Holiday.objects.create(tenant=company("aurora"), date=coming, name="Soon")
    assert "Long ago" not in browser.get("/portal/hours/").content.decode()
    removed = form({0: "09:00-17:00"}, (f"{coming}", "Soon", ""), **{"dates-0-DELETE": "on"})
    assert browser.post(EDIT, removed).status_code == 302
    assert list(Holiday.objects.filter(tenant=company("aurora")).values_list("name", flat=True)) == ["Long ago"]


def test_a_viewer_reads_and_changes_nothing() -> None:
    viewer = at_home(client_user("aurora", "viewer"), "aurora")
    before: Any = week_of()
    page = viewer.get("/portal/hours/")
    assert page.status_code == 200
    assert EDIT not in page.content.decode()
    assert viewer.get(EDIT).status_code == 403
    assert viewer.post(EDIT, form()).status_code == 403
    assert viewer.post("/portal/hours/", form()).status_code == 405
    assert week_of() == before
