"""Canned replies: found from the composer in the conversation's language, and each agent's own."""

from __future__ import annotations

import pytest
from django.test import Client

from contactcenter.operation.agents.models import Agent
from contactcenter.operation.routing.models import WorkItem
from contactcenter.records.conversations.canned import fill_in
from contactcenter.records.conversations.models import CannedReply
from tenants.door import tenant as inside
from tests.people import held_chat, make_agent
from tests.signed_in import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def ines() -> Agent:
    return make_agent("Inés", ["aurora", "borealis"])


@pytest.fixture
def browser(ines: Agent) -> Client:
    return signed_in(ines.user)


@pytest.fixture
def item(ines: Agent) -> WorkItem:
    return held_chat("aurora", ines, name="Vera")


def find(browser: Client, item: WorkItem, q: str, schema: str = "aurora") -> list[dict[str, object]]:
    response = browser.get(f"/desk/{schema}/canned/", {"q": q, "conversation": str(item.conversation)})
    assert response.status_code == 200
    return list(response.json()["replies"])


def test_replies_speak_the_customers_language_and_know_the_names(browser: Client, ines: Agent, item: WorkItem) -> None:
    nils = make_agent("Nils", ["aurora"])
    with inside("aurora"):
        CannedReply.objects.create(
            shortcut="hello",
            title="Greeting",
            text={"en": "Hello {customer}", "es": "Hola, {customer}: {agent}, de {company}."},
        )
        CannedReply.objects.create(shortcut="help", title="Hélp", text={"en": "How can I help?"})
        CannedReply.objects.create(shortcut="mine", title="x", text={"es": "mío"}, owner=ines.user)
        CannedReply.objects.create(shortcut="theirs", title="x", text={"es": "suyo"}, owner=nils.user)
        CannedReply.objects.create(shortcut="old", title="x", text={"es": "viejo"}, is_active=False)
    with inside("borealis"):
        CannedReply.objects.create(shortcut="bank", title="x", text={"es": "del banco"})

    assert {reply["shortcut"] for reply in find(browser, item, "")} == {"hello", "help", "mine"}
    first, second = find(browser, item, "HEL")
    assert first == {
        "shortcut": "hello",
        "title": "Greeting",
        "text": "Hola, Vera: Inés, de Aurora Travel.",
        "own": False,
    }
    assert second["text"] == "How can I help?"  # no Spanish one: the company's own language
    assert [reply["own"] for reply in find(browser, item, "mine")] == [True]
    assert [reply["shortcut"] for reply in find(browser, item, "help")] == ["help"]


@pytest.mark.parametrize("query", ["", "?conversation=x"])
def test_they_are_found_for_a_conversation(browser: Client, query: str) -> None:
    assert browser.get(f"/desk/aurora/canned/{query}").status_code == 404


def test_what_a_customer_calls_themselves_is_no_variable() -> None:
    names = {"customer": "{agent} {company}", "agent": "Inés", "company": "Aurora"}
    assert fill_in("{customer}, {agent} {other}", names) == "{agent} {company}, Inés {other}"


def test_own_replies_are_written_changed_and_removed(browser: Client, ines: Agent) -> None:
    written = browser.post("/desk/canned/aurora/new/", {"shortcut": "Bye", "title": "Good bye", "text_en": "Bye!"})
    assert written.status_code == 302
    with inside("aurora"):
        reply = CannedReply.objects.get()
    assert (reply.shortcut, reply.owner_id, reply.text["en"]) == ("bye", ines.user_id, "Bye!")
    page = browser.get("/desk/canned/").content.decode()
    assert "Good bye" in page and "Borealis Bank" in page and "Cumbre" not in page

    path = f"/desk/canned/aurora/{reply.pk}/"
    assert "Bye!" in browser.get(path).content.decode()
    browser.post(path, {"shortcut": "bye", "title": "So long", "text_en": "So long!", "text_es": "¡Hasta luego!"})
    with inside("aurora"):
        reply.refresh_from_db()
    assert (reply.title, reply.text) == ("So long", {"en": "So long!", "es": "¡Hasta luego!"})

    assert browser.post(path + "remove/").status_code == 302
    assert browser.get(path).status_code == 404
    assert "So long" not in browser.get("/desk/canned/").content.decode()


def test_errors_stand_at_the_field_and_nothing_typed_is_lost(browser: Client, ines: Agent) -> None:
    with inside("aurora"):
        CannedReply.objects.create(shortcut="bye", title="x", text={"en": "x"}, owner=ines.user)
    response = browser.post("/desk/canned/aurora/new/", {"shortcut": "bye", "title": "My title", "text_en": ""})
    page = response.content.decode()
    assert response.status_code == 422
    assert "You have a reply with this shortcut already." in page
    assert "Write the reply in at least one language." in page
    assert "My title" in page
    again = browser.post("/desk/canned/aurora/new/", {"shortcut": "two words", "title": "", "text_en": "a\x00b"})
    assert again.status_code == 422


def test_nobody_touches_anothers_reply(browser: Client) -> None:
    nils = make_agent("Nils", ["aurora", "cumbre"])
    with inside("aurora"):
        theirs = CannedReply.objects.create(shortcut="hi", title="x", text={"en": "x"}, owner=nils.user)
        companys = CannedReply.objects.create(shortcut="hi", title="x", text={"en": "x"})
    for reply in (theirs, companys):
        for rest in ("", "remove/"):
            path = f"/desk/canned/aurora/{reply.pk}/{rest}"
            assert browser.post(path, {"shortcut": "hi", "title": "stolen", "text_en": "x"}).status_code == 404
    assert browser.get("/desk/canned/cumbre/new/").status_code == 404
    with inside("aurora"):
        assert not CannedReply.objects.filter(title="stolen").exists()
        assert CannedReply.objects.filter(is_active=True).count() == 2
