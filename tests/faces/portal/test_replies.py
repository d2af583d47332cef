"""The company's canned replies in its portal: written, changed, retired by managers; agents' own are not shown."""

from __future__ import annotations

import pytest
from django.test import Client

from contactcenter.operation.audit.models import Entry
from contactcenter.records.conversations import canned
from contactcenter.records.conversations.models import CannedReply
from tenants.door import tenant as inside
from tests.faces.portal.people import at_home, client_user
from tests.people import make_agent

pytestmark = pytest.mark.django_db
REPLIES = "/portal/replies/"


@pytest.fixture
def browser() -> Client:
    return at_home(client_user("aurora"), "aurora")


def write(browser: Client, shortcut: str = "Hello", text: str = "Good day!", address: str = REPLIES + "new/") -> int:
    fields = {"shortcut": shortcut, "title": "A greeting", "text_en": text, "text_es": ""}
    return browser.post(address, fields).status_code


def company_replies() -> list[tuple[str, str, bool]]:
    with inside("aurora"):
        found = CannedReply.objects.filter(owner=None).order_by("pk")
        return [(reply.shortcut, reply.text["en"], reply.is_active) for reply in found]


def address_of(shortcut: str, rest: str = "") -> str:
    with inside("aurora"):
        return f"{REPLIES}{CannedReply.objects.get(owner=None, shortcut=shortcut).pk}/{rest}"


def test_written_changed_retired_and_used_again(browser: Client) -> None:
    ines = make_agent("Inés", ["aurora"])
    assert write(browser) == 302
    assert company_replies() == [("hello", "Good day!", True)]
    with inside("aurora"):
        assert [reply.shortcut for reply in canned.matching("hel", user_id=ines.user_id)] == ["hello"]
    assert write(browser, "hello", "Good morning!", address_of("hello")) == 302
    assert browser.post(address_of("hello", "retire/")).status_code == 302
    assert company_replies() == [("hello", "Good morning!", False)]
    with inside("aurora"):
        assert canned.matching("hel", user_id=ines.user_id) == []
    assert write(browser, "hello", "Good morning!", address_of("hello")) == 302
    assert company_replies() == [("hello", "Good morning!", True)]
    entries = Entry.objects.filter(action="canned_reply.changed").order_by("pk")
    assert [entry.facts["fields"] for entry in entries] == [
        ["is_active", "shortcut", "text", "title"],
        ["text"],
        ["is_active"],
        ["is_active"],
    ]


@pytest.mark.parametrize(
    ("shortcut", "text", "told"),
    [
        ("hello", "Again", "has a reply with this shortcut already"),
        ("good day", "x", "letters, numbers, underscores or hyphens"),
        ("other", "", "at least one language"),
        ("other", "x" * 4001, "at most 4000 characters"),
    ],
)
def test_what_cannot_be_is_told_at_its_field(browser: Client, shortcut: str, text: str, told: str) -> None:
    write(browser)
    fields = {"shortcut": shortcut, "title": "A greeting", "text_en": text, "text_es": ""}
    answer = browser.post(REPLIES + "new/", fields)
    assert answer.status_code == 422
    assert told in answer.content.decode()
    assert company_replies() == [("hello", "Good day!", True)]


def test_an_agents_own_are_theirs_alone(browser: Client) -> None:
    ines = make_agent("Inés", ["aurora"])
    with inside("aurora"):
        own = CannedReply.objects.create(shortcut="mine", title="Mine", text={"en": "My own words"}, owner=ines.user)
    assert "mine" not in browser.get(REPLIES).content.decode()
    assert browser.get(f"{REPLIES}{own.pk}/").status_code == 404
    assert browser.post(f"{REPLIES}{own.pk}/retire/").status_code == 404
    with inside("aurora"):
        own.refresh_from_db()
    assert own.is_active


def test_a_viewer_reads_and_changes_nothing(browser: Client) -> None:
    write(browser)
    viewer = at_home(client_user("aurora", "viewer"), "aurora")
    page = viewer.get(REPLIES).content.decode()
    assert "/hello" in page
    assert "Good day!" in page
    assert "retire/" not in page
    assert write(viewer, "other") == 403
    assert write(viewer, "hello", "No", address_of("hello")) == 403
    assert viewer.post(address_of("hello", "retire/")).status_code == 403
    assert company_replies() == [("hello", "Good day!", True)]
