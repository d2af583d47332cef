"""The company's conversations in its portal: found, read, taken along, and what staff keep to themselves."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from contactcenter.lib.clock import now
from contactcenter.operation.accounts.models import User
from contactcenter.operation.agents.models import Agent
from contactcenter.operation.audit.models import Entry
from contactcenter.operation.routing.models import WorkItem
from contactcenter.records.conversations import services as conversations
from contactcenter.records.conversations.models import Conversation, Disposition
from contactcenter.records.files.services import store
from tenants.door import tenant as inside
from tests.faces.portal.people import at_home, client_user
from tests.people import asked, chat, company, held_chat, make_agent

pytestmark = pytest.mark.django_db


@pytest.fixture
def tom() -> User:
    return client_user("aurora", "viewer", name="Tom Ashby")


@pytest.fixture
def browser(tom: User) -> Client:
    return at_home(tom, "aurora")


@pytest.fixture
def ines() -> Agent:
    return make_agent("Inés", ["aurora", "borealis"])


def read(browser: Client, query: str = "") -> str:
    answer = browser.get(f"/portal/conversations/{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def named(page: str, *names: str) -> list[str]:
    listed = page.split("<tbody>")[1] if "<tbody>" in page else ""
    return [name for name in names if name in listed]


def address(item: WorkItem, rest: str = "") -> str:
    return f"/portal/conversations/{item.conversation}/{rest}"


def actions(user: User) -> list[tuple[str, str]]:
    return list(Entry.objects.filter(actor=user).order_by("pk").values_list("action", "object_id"))


def close(item: WorkItem, outcome: str = "") -> None:
    with inside("aurora"):
        found = Disposition.objects.filter(key=outcome).first()
        Conversation.objects.filter(pk=item.conversation).update(state="closed", closed_at=now(), disposition=found)


def test_filters(browser: Client, ines: Agent) -> None:
    held_chat("aurora", ines, name="Élodie Martin")
    solved, other = chat("aurora", name="Elmar Roth"), chat("aurora", name="Ruth Adeyemi")
    close(solved, "solved")
    close(other)
    everybody = ("Élodie Martin", "Elmar Roth", "Ruth Adeyemi")
    today = now().date()

    def shown(query: str) -> list[str]:
        return named(read(browser, query), *everybody)

    assert shown("") == list(everybody)
    assert shown("?q=el") == ["Élodie Martin", "Elmar Roth"], "how a name begins, without accents"
    assert shown("?q=Martin") == []
    assert shown("?q=VERA@visitor.example") == list(everybody), "a whole mail address"
    assert shown("?q=vera@visitor") == []
    assert shown("?state=closed") == ["Elmar Roth", "Ruth Adeyemi"]
    assert shown("?outcome=solved") == ["Elmar Roth"]
    assert shown("?outcome=-") == ["Ruth Adeyemi"]
    assert shown("?queue=help") == list(everybody)
    assert shown("?agent=In%C3%A9s") == ["Élodie Martin"]
    assert shown(f"?since={today - timedelta(days=2)}&until={today + timedelta(days=1)}") == list(everybody)
    assert shown(f"?until={today - timedelta(days=2)}") == []
    assert shown("?state=closed&q=ruth") == ["Ruth Adeyemi"]


@pytest.mark.parametrize("query", ["?state=half", "?queue=1%27%20OR%201=1", "?since=yesterday", "?agent=Nobody"])
def test_a_filter_that_is_none_shows_nothing_and_says_so(browser: Client, query: str) -> None:
    chat("aurora", name="Ruth Adeyemi")
    page = read(browser, query)
    assert "Ruth Adeyemi" not in page
    assert "invalid-feedback" in page
    assert browser.get(f"/portal/conversations.csv{query}").headers["Location"].startswith("/portal/conversations/?")


def test_pages_by_cursor_and_a_fixed_number_of_queries(browser: Client) -> None:
    items = [chat("aurora", name=f"Visitor {number:02}") for number in range(30)]
    page = read(browser, "?state=open")
    names = [f"Visitor {number:02}" for number in range(30)]
    assert named(page, *names) == names[5:]
    older = page.split('href="?state=open&amp;before=')[1].split('"')[0]
    assert older == str(items[5].conversation)
    assert named(read(browser, f"?state=open&before={older}"), *names) == names[:5]
    with CaptureQueriesContext(connection) as many:
        read(browser)
    for item in items[3:]:
        close(item)
    with CaptureQueriesContext(connection) as few:
        read(browser, "?state=open")
    assert len(asked(many)) == len(asked(few))


def test_one_conversation_without_what_staff_keep_to_themselves(browser: Client, tom: User, ines: Agent) -> None:
    item = held_chat("aurora", ines, text="Where is my <b>booking</b>?")
    tenant = company("aurora")
    with inside("aurora"):
        conversations.add_note(
            tenant=tenant,
            user=ines.user,
            conversation_id=item.conversation,
            note_id=uuid4(),
            text="Secret note",
            now=now(),
        )
        conversations.save_draft(
            tenant=tenant, user=ines.user, conversation_id=item.conversation, text="Secret draft", now=now()
        )
        Conversation.objects.filter(pk=item.conversation).update(summary="Secret summary")
    for rest in ("", "transcript/"):
        answer = browser.get(address(item, rest))
        text = answer.content.decode()
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "private, no-store"
        assert "Inés" in text
        for kept in ("Secret", "Surname", "bpo.example"):
            assert kept not in text
    assert "Where is my &lt;b&gt;booking&lt;/b&gt;?" in browser.get(address(item)).content.decode()
    assert "vera@visitor.example" in browser.get(address(item)).content.decode()
    assert actions(tom) == [
        ("conversation.read", str(item.conversation)),
        ("transcript.exported", str(item.conversation)),
    ], "each look once, however often the page is loaded"


def test_a_redacted_message_stays_hidden(browser: Client, ines: Agent) -> None:
    item = held_chat("aurora", ines, text="My secret word")
    with inside("aurora"):
        talk = Conversation.objects.get(pk=item.conversation)
        talk.messages.filter(text="My secret word").update(redacted_at=now())
    page = browser.get(address(item)).content.decode()
    assert "My secret word" not in page
    assert "(message removed)" in page


def test_files_that_were_sent_and_no_others(browser: Client, tom: User, ines: Agent) -> None:
    item = held_chat("aurora", ines)
    pdf = b"%PDF-1.7\n" + b"0" * 100
    with inside("aurora"):
        sent, unsent = (
            store(SimpleUploadedFile(f"{name}.pdf", pdf), conversation=item.conversation, user=ines.user_id, now=now())
            for name in ("sent", "unsent")
        )
        conversations.reply(
            tenant=company("aurora"),
            agent=ines,
            conversation_id=item.conversation,
            message_id=uuid4(),
            text="Here",
            files=[sent.pk],
            now=now(),
        )
    answer = browser.get(address(item, f"files/{sent.pk}/"))
    assert answer.content == pdf
    assert answer.headers["Content-Disposition"] == 'attachment; filename="sent.pdf"'
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert browser.get(address(item, f"files/{unsent.pk}/")).status_code == 404
    assert browser.get(address(chat("aurora", name="Another"), f"files/{sent.pk}/")).status_code == 404
    assert actions(tom) == [("file.read", str(sent.pk))]


def test_taken_along_as_csv(browser: Client, tom: User, ines: Agent) -> None:
    held_chat("aurora", ines, name="=1+1")
    chat("aurora", name="Ruth Adeyemi")
    answer = browser.get("/portal/conversations.csv?q=%3D1")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="aurora-conversations-')
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [(row["Customer"], row["Mail"], row["Agent"], row["Queue"]) for row in rows] == [
        ("'=1+1", "vera@visitor.example", "Inés", "Help")
    ]
    entry = Entry.objects.get(actor=tom)
    assert (entry.action, entry.object_id) == ("list.exported", "conversations")
    assert entry.facts == {"rows": 1, "filters": ["q"]}, "never what was looked for"
