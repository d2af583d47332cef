"""The desk's page and the fragments beside a conversation: what they show, and to whom."""

from __future__ import annotations

import re
from datetime import datetime
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from contactcenter.faces.desk.views import local_time
from contactcenter.lib.clock import now
from contactcenter.operation.agents.models import Agent
from contactcenter.operation.routing.models import WorkItem
from contactcenter.records.conversations import services as conversations
from contactcenter.records.conversations.models import Conversation
from tenants.door import tenant as inside
from tenants.models import Tenant
from tests.people import company, held_chat, make_agent, say
from tests.signed_in import signed_in

pytestmark = pytest.mark.django_db

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)


@pytest.fixture
def ines() -> Agent:
    return make_agent("Inés", ["aurora", "borealis"])


@pytest.fixture
def browser(ines: Agent) -> Client:
    return signed_in(ines.user)


@pytest.fixture
def item(ines: Agent) -> WorkItem:
    return held_chat("aurora", ines, name="Vera Visitor")


def address(item: WorkItem, rest: str = "") -> str:
    return f"/desk/{item.tenant.schema_name}/{item.conversation}/{rest}"


def test_the_page_holds_nobodys_data(browser: Client, item: WorkItem) -> None:
    for path in ("/desk/", address(item)):
        response = browser.get(path)
        assert response.status_code == 200
        assert response.headers["Cache-Control"] == "private, no-store"
        assert "Vera" not in response.content.decode()


def test_revoked_rights_stop_pages_at_once(browser: Client, ines: Agent, item: WorkItem) -> None:
    assert browser.get(address(item, "customer/")).status_code == 200
    ines.tenants.clear()
    assert browser.get(address(item, "customer/")).status_code == 404
    ines.user.is_active = False
    ines.user.save()
    assert browser.get("/desk/").status_code == 302


def test_the_customers_card(browser: Client, item: WorkItem) -> None:
    page = browser.get(address(item, "customer/")).content.decode()
    for fact in ("Vera Visitor", "vera@visitor.example", "not checked", "https://site.example/page", "Firefox"):
        assert fact in page
    assert "Spanish" in page and "Asia/Tokyo" in page and "1 conversation" in page


def test_a_page_that_is_no_web_address_is_no_link(browser: Client, item: WorkItem) -> None:
    with inside("aurora"):
        Conversation.objects.filter(pk=item.conversation).update(page="javascript:alert(1)")
    page = browser.get(address(item, "customer/")).content.decode()
    assert "javascript:alert(1)" in page
    assert 'href="javascript' not in page


def test_names_are_escaped(browser: Client, ines: Agent) -> None:
    item = held_chat("aurora", ines, name="<img src=x onerror=alert(1)>")
    assert "<img" not in browser.get(address(item, "customer/")).content.decode()


def test_local_time_of_the_visitor() -> None:
    noon = datetime.fromisoformat("2026-11-24T12:00:00+00:00")
    assert local_time("Asia/Tokyo", noon) == datetime.fromisoformat("2026-11-24T21:00:00")
    assert [local_time(zone, noon) for zone in ("", "Mars/Base", "../../etc/passwd", "/etc/passwd", "Europe")] == [
        None
    ] * 5


def test_history_of_one_who_serves_the_customer_no_more_ends_with_what_they_held(
    browser: Client, item: WorkItem
) -> None:
    with inside("aurora"):
        talk = Conversation.objects.get(pk=item.conversation)
        Conversation.objects.create(customer=talk.customer, channel="chat", subject="Of later", created_at=now())
    assert "Of later" in browser.get(address(item, "history/")).content.decode()
    WorkItem.objects.filter(pk=item.pk).update(state=WorkItem.State.CLOSED)
    response = browser.get(address(item, "history/"))
    assert response.status_code == 200
    assert "Of later" not in response.content.decode()


def test_history_shows_past_talks_of_this_company_only(browser: Client, ines: Agent, item: WorkItem) -> None:
    with inside("aurora"):
        customer = Conversation.objects.select_related("customer").get(pk=item.conversation).customer
        for number in range(25):
            Conversation.objects.create(
                customer=customer, channel="chat", subject=f"Talk {number}", created_at=now(), state="closed"
            )
    first = browser.get(address(item, "history/")).content.decode()
    assert first.count("<li>") == 20 and "Talk 24" in first and "Talk 4<" not in first
    second = browser.get(address(item, "history/") + "?page=2").content.decode()
    assert second.count("<li>") == 5 and "Talk 0" in second
    past = re.search(r'href="(/desk/aurora/[0-9a-f-]{36}/)"', first)
    assert past is not None
    assert browser.get(past[1] + "transcript/").status_code == 200  # the history of whom I serve now opens


def test_the_transcript_is_a_file_with_notes(browser: Client, ines: Agent, item: WorkItem) -> None:
    say(item, "a question of mine")
    with inside("aurora"):
        conversations.add_note(
            tenant=company("aurora"),
            user=ines.user,
            conversation_id=item.conversation,
            note_id=uuid4(),
            text="for us only",
            now=now(),
        )
    response = browser.get(address(item, "transcript/"))
    assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert response.headers["Content-Disposition"].startswith("attachment")
    assert "a question of mine" in response.content.decode() and "for us only" in response.content.decode()


def test_a_file_goes_up_and_comes_down(browser: Client, item: WorkItem) -> None:
    response = browser.post(address(item, "files/"), {"file": upload()})
    assert response.status_code == 201
    file = response.json()["file"]
    assert (file["name"], file["type"], file["size"]) == ("pixel.png", "image/png", len(PNG))

    down = browser.get(address(item, f"files/{file['id']}/"))
    assert down.status_code == 200 and down.content == PNG
    assert down.headers["Content-Disposition"].startswith("attachment")
    assert down.headers["X-Content-Type-Options"] == "nosniff"


def test_a_file_that_is_refused_says_why(browser: Client, item: WorkItem) -> None:
    bad = SimpleUploadedFile("run.exe", b"MZ\x90\x00" + b"\0" * 64)
    response = browser.post(address(item, "files/"), {"file": bad})
    assert response.status_code == 400 and response.json()["errors"]["file"]
    assert browser.post(address(item, "files/")).status_code == 400


def test_colleagues_who_serve_the_company(browser: Client) -> None:
    nils = make_agent("Nils", ["aurora"])
    make_agent("Rosa", ["cumbre"])
    make_agent("Zoe", ["aurora"], available=False)
    found = browser.get("/desk/colleagues/?company=aurora").json()["colleagues"]
    assert [(each["alias"], each["presence"]) for each in found] == [("Nils", "available"), ("Zoe", "offline")]
    assert (found[0]["user"], found[0]["agent"], found[0]["role"]) == (nils.user_id, nils.pk, "agent")
    assert browser.get("/desk/colleagues/?company=cumbre").status_code == 404
    assert browser.get("/desk/colleagues/").status_code == 404


def test_a_logo_is_shown_to_who_serves_the_company(browser: Client) -> None:
    Tenant.objects.filter(schema_name__in=["aurora", "cumbre"]).update(logo=PNG, logo_type="image/png")
    shown = browser.get("/desk/aurora/logo/")
    assert shown.status_code == 200 and shown.content == PNG
    assert browser.get("/desk/borealis/logo/").status_code == 404
    assert browser.get("/desk/cumbre/logo/").status_code == 404


def upload() -> SimpleUploadedFile:
    return SimpleUploadedFile("pixel.png", PNG, content_type="text/html")
