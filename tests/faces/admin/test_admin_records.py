"""One company's records: inside its schema, written down for it, and nothing of them leaves it."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.sessions.models import Session

from contactcenter.lib.clock import now
from contactcenter.operation.audit.models import Entry
from contactcenter.records.conversations.models import CannedReply, Conversation, Disposition
from contactcenter.records.customers import services as customers
from contactcenter.records.customers.models import Block, Customer, VisitorToken
from tenants import door
from tests.faces.admin.people import actions, an_admin, browser, reads, typed
from tests.people import chat, make_outcomes
from tests.signed_in import signed_in

pytestmark = pytest.mark.django_db
LISTS = (
    *("conversations/conversation", "conversations/disposition", "conversations/cannedreply", "files/storedfile"),
    *("customers/customer", "customers/block", "customers/visitortoken"),
)


def test_each_list_says_whose_records_these_are() -> None:
    chat("aurora", name="Vera Aurora")
    client = browser()
    for each in LISTS:
        assert "Aurora Travel" in client.get(f"/admin/companies/aurora/{each}/").content.decode(), each
    assert "Vera Aurora" in client.get("/admin/companies/aurora/customers/customer/?q=véra").content.decode()
    assert door.current_schema() == "public", "the door is closed again"


def test_a_conversation_is_read_and_that_is_written_down() -> None:
    item = chat("aurora", name="Vera Aurora", text="marker-aurora")
    admin = an_admin()
    client = signed_in(admin)
    address = f"/admin/companies/aurora/conversations/conversation/{item.conversation}/change/"
    page = client.get(address).content.decode()
    assert "marker-aurora" in page
    assert 'name="_save"' not in page, "to read, not to write"
    assert client.post(address, {"subject": "x"}).status_code == 403
    client.get(address)
    entries = Entry.objects.filter(tenant__schema_name="aurora").order_by("sequence")
    assert list(entries.values_list("action", "object_kind", "object_id", "actor")) == [
        ("records.opened", "records", "aurora", admin.pk),
        ("conversation.read", "conversation", str(item.conversation), admin.pk),
    ]


def test_foreign_and_missing_give_one_answer() -> None:
    foreign = chat("borealis").conversation
    client = browser()
    base = "/admin/companies/aurora/conversations/conversation"
    answers = [
        client.get(address)
        for address in (
            f"{base}/{foreign}/change/",
            f"{base}/{uuid4()}/change/",
            f"{base}/not-an-id/change/",
            "/admin/companies/nowhere/conversations/conversation/",
            "/admin/companies/public/conversations/conversation/",
            "/admin/companies/pg_catalog/",
            "/admin/companies/aurora/accounts/user/",
            "/admin/no-such-page/",
        )
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    assert not Entry.objects.filter(action="conversation.read").exists()


def test_nothing_a_customer_is_called_reaches_the_shared_schema() -> None:
    chat("aurora", name="Vera Secret", text="marker")
    client = browser()
    with door.tenant("aurora"):
        customer = Customer.objects.get()
    address = f"/admin/companies/aurora/customers/customer/{customer.pk}/change/"
    answer = client.post(address, {**typed(client, address), "name": "Vera Corrected"})
    assert answer.status_code == 302
    with door.tenant("aurora"):
        customer.refresh_from_db()
    assert (customer.name, customer.name_key) == ("Vera Corrected", "vera corrected")
    assert not LogEntry.objects.exists()
    kept = [str(session.get_decoded()) for session in Session.objects.all()]
    facts = [str(entry.facts) for entry in Entry.objects.all()]
    assert not [text for text in (*kept, *facts) if "Vera" in text or "Secret" in text or "Corrected" in text]
    assert actions()[-1] == ("record.changed", "aurora", {"fields": ["name"]})
    assert "Saved." in client.get(address).content.decode()


def test_outcomes_and_replies_are_written() -> None:
    make_outcomes("aurora")
    client = browser()
    base = "/admin/companies/aurora/conversations"
    new = {"key": "sold", "position": 3, "is_active": "on", "label": "en: Sold\nes: Vendido"}
    assert client.post(f"{base}/disposition/add/", new).status_code == 302
    reply = {"shortcut": "Hello", "title": "Greeting", "is_active": "on", "text": "en: Hello {customer}"}
    assert client.post(f"{base}/cannedreply/add/", reply).status_code == 302
    again = client.post(f"{base}/cannedreply/add/", reply)
    assert "has a reply with this shortcut already" in str(again.context["adminform"].form.errors["shortcut"])
    with door.tenant("aurora"):
        assert Disposition.objects.get(key="sold").label == {"en": "Sold", "es": "Vendido"}
        kept = CannedReply.objects.get()
        assert (kept.shortcut, kept.owner_id, kept.text) == ("hello", None, {"en": "Hello {customer}"})
    address = f"{base}/cannedreply/{kept.pk}/change/"
    assert client.post(address, {**typed(client, address), "title": "Welcome"}).status_code == 302
    with door.tenant("borealis"):
        assert not CannedReply.objects.exists()
        assert not Disposition.objects.filter(key="sold").exists()


def test_an_agents_own_replies_are_the_agents() -> None:
    admin = an_admin()
    with door.tenant("aurora"):
        mine = CannedReply.objects.create(shortcut="own", title="Own", text={"en": "x"}, owner=admin)
    client = signed_in(admin)
    assert client.get(f"/admin/companies/aurora/conversations/cannedreply/{mine.pk}/change/").status_code == 404


def test_a_block_is_lifted_and_a_key_revoked_without_showing_it() -> None:
    chat("aurora")
    admin = an_admin()
    client = signed_in(admin)
    with door.tenant("aurora"):
        customer = Customer.objects.get()
        block = customers.block(customer=customer, by=admin, reason="rude", now=now())
        secret = customers.issue_token(customer=customer, now=now())
        token = VisitorToken.objects.get()
    for address in ("customers/visitortoken/", f"customers/visitortoken/{token.pk}/change/"):
        page = client.get(f"/admin/companies/aurora/{address}").content.decode()
        assert secret not in page
        assert token.digest not in page
    client.post("/admin/companies/aurora/customers/block/", {"action": "lift", "_selected_action": [block.pk]})
    client.post("/admin/companies/aurora/customers/visitortoken/", {"action": "revoke", "_selected_action": [token.pk]})
    with door.tenant("aurora"):
        assert Block.objects.get().lifted_by == admin
        assert customers.customer_of_token(token=secret, now=now()) is None
    changed = [row for row in actions() if row[0] == "record.changed"]
    assert changed == [
        ("record.changed", "aurora", {"fields": ["lifted_at"]}),
        ("record.changed", "aurora", {"fields": ["revoked_at"]}),
    ]


def test_lists_ask_as_often_for_many_rows_as_for_one() -> None:
    client = browser()
    lists = ("conversations/conversation", "customers/customer")
    counts: list[list[int]] = []
    chat("aurora")
    client.get("/admin/companies/aurora/")
    for more in (0, 30):
        with door.tenant("aurora"):
            for number in range(more):
                person = Customer.objects.create(name=f"P{number}", created_at=now())
                Conversation.objects.create(customer=person, channel="chat", created_at=now())
        counts.append([])
        for each in lists:
            with reads() as queries:
                client.get(f"/admin/companies/aurora/{each}/")
            counts[-1].append(len(queries))
    assert counts[0] == counts[1]
    assert max(counts[0]) <= 8
