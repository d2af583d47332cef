"""A company's machine lists, reads, writes and closes its own conversations, and those alone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contactcenter.lib.clock import now
from contactcenter.operation.outbox.models import Event
from contactcenter.operation.routing.models import WorkItem
from contactcenter.records.conversations import services as conversations
from contactcenter.records.conversations.models import Conversation, Message
from contactcenter.records.customers.models import Customer, Identity
from tenants import door
from tests.faces.api.conftest import Machine, is_problem
from tests.people import chat, company, held_chat, make_agent, make_queue, say

pytestmark = pytest.mark.django_db


@pytest.fixture
def aurora(db: None) -> Machine:
    return Machine("aurora")


def ids(page: Any) -> list[str]:
    assert page.status_code == 200, page.content
    return [item["id"] for item in page.json()["items"]]


def test_the_list_is_the_companys_own_newest_first(aurora: Machine) -> None:
    first, second = chat("aurora", name="Ann"), chat("aurora", name="Ben")
    chat("borealis", name="Foreign Fred")
    page = aurora.get("conversations")
    assert ids(page) == [str(second.conversation), str(first.conversation)]
    shown = page.json()["items"][0]
    assert shown["customer"]["name"] == "Ben"
    assert (shown["state"], shown["channel"], shown["queue"], shown["language"]) == ("open", "chat", "help", "es")
    assert page.json()["next_cursor"] is None
    assert b"Foreign" not in page.content


def test_filters(aurora: Machine) -> None:
    first, second = chat("aurora"), chat("aurora")
    make_queue("aurora", "Sales", is_default=False)
    conversations_of = company("aurora")
    WorkItem.objects.filter(pk=second.pk).update(queue=make_queue("aurora", "Sales"))
    with door.tenant("aurora"):
        conversations.end(tenant=conversations_of, conversation_id=first.conversation, now=now())
        customer = Conversation.objects.get(pk=first.conversation).customer_id
        Conversation.objects.filter(pk=first.conversation).update(created_at=now() - timedelta(days=2))
    one, two = [str(first.conversation)], [str(second.conversation)]
    assert ids(aurora.get("conversations", {"state": "closed"})) == one
    assert ids(aurora.get("conversations", {"state": "open"})) == two
    assert ids(aurora.get("conversations", {"queue": "sales"})) == two
    assert ids(aurora.get("conversations", {"queue": "help"})) == one
    assert ids(aurora.get("conversations", {"customer": str(customer)})) == one
    assert ids(aurora.get("conversations", {"channel": "email"})) == []
    yesterday = (now() - timedelta(days=1)).isoformat()
    assert ids(aurora.get("conversations", {"before": yesterday})) == one
    assert ids(aurora.get("conversations", {"after": yesterday})) == two
    assert ids(aurora.get("conversations", {"order": "oldest"})) == one + two


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"state": "open' OR 1=1"}, "state"),
        ({"queue__key": "help"}, "queue__key"),
        ({"customer": "1"}, "customer"),
        ({"after": "yesterday"}, "after"),
        ({"order": "created_at"}, "order"),
        ({"limit": "0"}, "limit"),
        ({"limit": "101"}, "limit"),
        ({"cursor": "../../etc"}, "cursor"),
        ({"cursor": "é" * 22}, "cursor"),
        ({"state": ["open", "closed"]}, "state"),
        ({"format": "html"}, "format"),
    ],
)
def test_what_is_no_filter_is_refused_by_name(aurora: Machine, query: dict[str, Any], field: str) -> None:
    assert list(is_problem(aurora.get("conversations", query), 400)["errors"]) == [field]


def test_pages_stand_still_while_new_ones_come(aurora: Machine) -> None:
    expected = [str(chat("aurora", name=f"N{number}").conversation) for number in range(7)]
    seen: list[str] = []
    cursor = None
    while True:
        page = aurora.get("conversations", {"limit": 3, **({"cursor": cursor} if cursor else {})})
        seen += ids(page)
        cursor = page.json()["next_cursor"]
        chat("aurora", name="newcomer")
        if cursor is None:
            break
    assert seen == expected[::-1]


def test_queries_do_not_grow_with_the_list(aurora: Machine) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            ids(aurora.get("conversations"))
        return sum(not query["sql"].startswith("SET") for query in captured.captured_queries)

    chat("aurora")
    aurora.get("conversations")
    few = queries()
    for _ in range(5):
        chat("aurora")
    assert queries() == few


def test_reading_one_brings_its_messages(aurora: Machine) -> None:
    agent = make_agent("Ines", ["aurora"])
    item = held_chat("aurora", agent, text="Where is my bag?")
    with door.tenant("aurora"):
        conversations.reply(
            tenant=item.tenant,
            agent=agent,
            conversation_id=item.conversation,
            message_id=uuid4(),
            text="On its way",
            now=now(),
        )
    read = aurora.get(f"conversations/{item.conversation}").json()
    told = [(one["author"], one["name"], one["text"] or one["event"]) for one in read["messages"]["items"]]
    assert told == [
        ("system", "", "conversation.started"),
        ("customer", "Vera Visitor", "Where is my bag?"),
        ("system", "Ines", "agent.joined"),
        ("agent", "Ines", "On its way"),
    ]
    assert [one["sequence"] for one in read["messages"]["items"]] == [1, 2, 3, 4]
    assert "Surname" not in str(read), "agents by their alias"
    first = aurora.get(f"conversations/{item.conversation}/messages", {"limit": 3}).json()
    rest = aurora.get(f"conversations/{item.conversation}/messages", {"cursor": first["next_cursor"]}).json()
    assert first["items"] + rest["items"] == read["messages"]["items"]
    back = aurora.get(f"conversations/{item.conversation}/messages", {"order": "newest"}).json()
    assert back["items"] == read["messages"]["items"][::-1]


def test_writing_in_the_companys_name(aurora: Machine) -> None:
    item = chat("aurora")
    answer = aurora.post(f"conversations/{item.conversation}/messages", {"text": "Card 4111 1111 1111 1111, thanks"})
    assert answer.status_code == 201, answer.content
    sent = answer.json()
    assert (sent["author"], sent["direction"], sent["name"]) == ("company", "out", "Aurora Travel")
    assert sent["text"] == "Card •••• •••• •••• 1111, thanks"
    with door.tenant("aurora"):
        message = Message.objects.get(pk=sent["id"])
        assert (message.sequence, message.user_id) == (3, None)
        talk = Conversation.objects.get(pk=item.conversation)
        assert talk.waiting_since is not None, "who waits for a person waits on"
        assert talk.first_reply_at is None
    groups = set(Event.objects.filter(name="conversation.changed").values_list("group", flat=True))
    assert any(group.endswith(".visitor") for group in groups)
    say(item, "thank you")


def test_it_is_not_told_who_the_other_clients_are(aurora: Machine) -> None:
    item = chat("aurora")
    address = f"conversations/{item.conversation}/messages"
    for text in ("Greetings from Borealis Bank", "Greetings from Nobody Bank"):
        assert aurora.post(address, {"text": text}).status_code == 201


def test_what_may_not_be_written(aurora: Machine) -> None:
    item = chat("aurora")
    address = f"conversations/{item.conversation}/messages"
    assert "text" in is_problem(aurora.post(address, {"text": "\u200b\u2060"}), 422)["errors"]
    for unseen in ("  ", "\u001d", "\ufeff"):
        assert "text" in is_problem(aurora.post(address, {"text": unseen}), 422)["errors"]
    assert "text" in is_problem(aurora.post(address, {"text": ""}), 400)["errors"]
    assert "text" in is_problem(aurora.post(address, {"text": "x" * 5001}), 400)["errors"]
    assert "text" in is_problem(aurora.post(address, {"text": 5}), 400)["errors"]
    assert "text" in is_problem(aurora.post(address, {}), 400)["errors"]
    unknown = is_problem(aurora.post(address, {"text": "hi", "author": "agent", "user": 1}), 400)["errors"]
    assert sorted(unknown) == ["author", "user"]
    assert "Use: text." in unknown["author"][0]
    with door.tenant("aurora"):
        assert Message.objects.filter(author="company").count() == 0


def test_closing(aurora: Machine) -> None:
    agent = make_agent("Ines", ["aurora"])
    item = held_chat("aurora", agent)
    answer = aurora.post(f"conversations/{item.conversation}/close")
    assert answer.status_code == 200, answer.content
    assert (answer.json()["state"], answer.json()["closed_by"]) == ("closed", "company")
    item.refresh_from_db()
    assert item.state == WorkItem.State.WRAP_UP
    again = aurora.post(f"conversations/{item.conversation}/close")
    assert again.json()["closed_at"] == answer.json()["closed_at"]
    is_problem(aurora.post(f"conversations/{item.conversation}/messages", {"text": "late"}), 409)
    assert "now" in is_problem(aurora.post(f"conversations/{item.conversation}/close", {"now": 1}), 400)["errors"]


def test_customers(aurora: Machine) -> None:
    item = chat("aurora", name="Zoë Ångström")
    chat("borealis", name="Foreign Fred")
    with door.tenant("aurora"):
        customer = Customer.objects.get()
        Identity.objects.create(customer=customer, kind="phone", value="+34600111222", verified_at=now())
    listed = aurora.get("customers").json()["items"]
    assert [(one["name"], one["timezone"], one["blocked"]) for one in listed] == [("Zoë Ångström", "Asia/Tokyo", False)]
    assert listed[0] == aurora.get(f"customers/{customer.pk}").json()
    identities = {(one["kind"], one["value"], one["verified"]) for one in listed[0]["identities"]}
    assert identities == {("email", "vera@visitor.example", False), ("phone", "+34600111222", True)}
    assert ids(aurora.get("customers", {"email": "Vera@Visitor.example"})) == [str(customer.pk)]
    assert ids(aurora.get("customers", {"email": "vera@visitor.exampl"})) == []
    assert ids(aurora.get("customers", {"phone": "+34600111222"})) == [str(customer.pk)]
    assert "phone" in is_problem(aurora.get("customers", {"phone": "600"}), 400)["errors"]
    assert item.tenant.schema_name == "aurora"
