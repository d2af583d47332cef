"""The form before the chat: one conversation each, errors at their fields, and who is let in."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from contactcenter.operation.accounts.models import User
from contactcenter.operation.routing.models import Queue, WorkItem
from contactcenter.records.conversations.models import Conversation, Message
from contactcenter.records.customers.models import Customer, Identity
from contactcenter.records.customers.services import block, customer_of_token
from tenants import door
from tenants.models import OpeningHours, Tenant
from tests.webchat import form, give_widget, host, identity, origin, start, visitor_client


def post(schema: str = "aurora", *, token: str = "", **more: Any) -> Any:
    return visitor_client(schema, token).post("/widget/start/", form(**more), content_type="application/json")


def errors(answer: Any) -> dict[str, list[str]]:
    assert answer.status_code == 400, answer.content
    return dict(answer.json()["errors"])


def test_a_chat_begins_and_waits_in_the_default_queue(aurora: Tenant) -> None:
    answer = post(page="https://www.aurora.example/lisbon/?session=1#x", timezone="Europe/Madrid", screen="390×844")

    assert answer.status_code == 201
    assert answer.json()["deferred"] is False
    assert "no-store" in answer["Cache-Control"]
    with door.tenant("aurora"):
        talk = Conversation.objects.get()
        assert str(talk.pk) == answer.json()["conversation"]
        assert (talk.channel, talk.endpoint, talk.language, talk.device) == ("chat", "widget", "en", "390×844")
        assert talk.page == "https://www.aurora.example/lisbon/", "the query may be a key to the visitor's account"
        assert (talk.customer.name, talk.customer.timezone) == ("Helen Marsh", "Europe/Madrid")
        assert customer_of_token(token=answer.json()["token"], now=timezone.now()) == talk.customer
        item = WorkItem.objects.get(conversation=talk.pk)
    assert (item.queue.key, item.state, item.tenant) == ("help", "waiting", aurora)


def test_the_chosen_queue_takes_it_and_gives_it_its_subject(aurora: Tenant) -> None:
    talk = start(queue="sales", language="es")

    item = WorkItem.objects.get(conversation=talk["conversation"])
    assert item.queue.key == "sales"
    with door.tenant("aurora"):
        assert Conversation.objects.get().subject == "Ventas"


def test_the_same_form_twice_is_one_conversation(aurora: Tenant) -> None:
    body = form()
    client = visitor_client()
    first, second = (client.post("/widget/start/", body, content_type="application/json").json() for _ in range(2))

    assert first["conversation"] == second["conversation"]
    with door.tenant("aurora"):
        assert Customer.objects.count() == Conversation.objects.count() == 1
        holders = {customer_of_token(token=each["token"], now=timezone.now()) for each in (first, second)}
        assert holders == {Customer.objects.get()}


def test_who_knows_the_first_message_gets_no_token_by_it(aurora: Tenant) -> None:
    """Staff see its id; the form's own is the visitor's secret."""
    first = start()
    with door.tenant("aurora"):
        message = Message.objects.get(author="customer")

    posed = start(id=str(message.pk))

    assert posed["conversation"] != first["conversation"]
    with door.tenant("aurora"):
        assert customer_of_token(token=posed["token"], now=timezone.now()) != message.conversation.customer


def test_who_holds_a_token_stays_the_same_customer(aurora: Tenant) -> None:
    first = start()
    with door.tenant("aurora"):
        Conversation.objects.update(state="closed", closed_at=timezone.now())

    second = start(token=first["token"], name="", text="Something else")

    assert second["token"] == first["token"]
    with door.tenant("aurora"):
        assert Conversation.objects.count() == 2
        assert Customer.objects.get().name == "Helen Marsh"


def test_a_token_of_another_company_counts_for_nothing(aurora: Tenant, borealis: Tenant) -> None:
    foreign = start("borealis")

    talk = start(token=foreign["token"])

    assert talk["token"] != foreign["token"]
    with door.tenant("aurora"):
        assert Customer.objects.count() == 1


def test_an_unverified_address_never_joins_another_s_history(aurora: Tenant) -> None:
    start(identity=identity(email="helen@example.com"))
    start(email="helen@example.com", name="Mallory")

    with door.tenant("aurora"):
        assert Customer.objects.count() == 2
        assert Identity.objects.filter(kind="email", verified_at=None).count() == 1


def test_the_website_s_word_is_believed_and_the_account_is_one_customer(aurora: Tenant) -> None:
    first = start(identity=identity(), name="Somebody Else", email="other@example.com")
    second = start(identity=identity())

    assert first["conversation"] == second["conversation"], "one open talk of one person"
    with door.tenant("aurora"):
        customer = Customer.objects.get()
        assert customer.name == "Helen Marsh"
        assert set(Identity.objects.values_list("kind", "value")) == {("site", "AT-1"), ("email", "helen@example.com")}


def test_a_website_may_send_an_address_that_is_none(aurora: Tenant) -> None:
    start(identity=identity(email="n/a"))

    with door.tenant("aurora"):
        assert list(Identity.objects.values_list("kind", flat=True)) == ["site"]


@pytest.mark.parametrize("token", ["forged", identity(aud="borealis"), identity(exp=1, iat=0)])
def test_a_word_that_is_not_the_website_s_is_refused(aurora: Tenant, token: str) -> None:
    assert list(errors(post(identity=token))) == ["identity"]
    with door.tenant("aurora"):
        assert not Customer.objects.exists()


def test_identify_finds_the_talk_of_who_is_signed_in(aurora: Tenant, borealis: Tenant) -> None:
    talk = start(identity=identity())

    def ask(schema: str, token: str) -> Any:
        return visitor_client(schema).post("/widget/identify/", {"identity": token}, content_type="application/json")

    found = ask("aurora", identity())
    assert found.status_code == 200
    with door.tenant("aurora"):
        assert customer_of_token(token=found.json()["token"], now=timezone.now()) == Customer.objects.get()
    assert found.json()["token"] != talk["token"]
    assert ask("aurora", identity(sub="AT-2")).status_code == 404
    assert ask("aurora", "forged").status_code == 400
    assert ask("borealis", identity("borealis")).status_code == 404


def test_errors_stand_at_their_fields_in_the_visitor_s_language(aurora: Tenant) -> None:
    give_widget("aurora", name="required", email="required", queue="required")

    found = errors(post(name=" ", email="nobody", queue="nowhere", text="\n\t ", language="es"))

    assert sorted(found) == ["email", "name", "queue", "text"]
    assert errors(post(name="", email="", queue="", text="x", language="en")) == {
        "name": ["Please fill this in."],
        "email": ["Please fill this in."],
        "queue": ["Please fill this in."],
    }


def test_a_field_that_is_not_asked_is_not_kept(aurora: Tenant) -> None:
    give_widget("aurora", name="off", email="off", queue="off")

    start(name="Helen", email="helen@example.com", queue="sales")

    with door.tenant("aurora"):
        assert Customer.objects.get().name == ""
        assert not Identity.objects.exists()
    assert WorkItem.objects.get().queue.key == "help"


@pytest.mark.parametrize(
    ("field", "value"),
    [("name", "x" * 101), ("email", f"{'x' * 250}@example.com"), ("text", "x" * 5001), ("id", "1"), ("id", None)],
)
def test_what_is_too_long_or_no_id_is_told_at_its_field(aurora: Tenant, field: str, value: Any) -> None:
    assert list(errors(post(**{field: value}))) == [field]


@pytest.mark.parametrize(
    "hostile",
    [
        "\x00NUL\x00",
        "<script>alert(1)</script>",
        "\u202egnp.exe",
        "\u200b\u200c\u2060",
        "👩‍👩‍👧‍👦" * 5,
        "Z̸̡̢̛̲͖̺" + "\u0301" * 50,
        "\ud800",
        "'; DROP TABLE customers_customer; --",
    ],
)
def test_hostile_names_and_texts_are_only_text(aurora: Tenant, hostile: str) -> None:
    everywhere = dict.fromkeys(("name", "page", "screen", "timezone", "language", "queue"), hostile)
    body = json.dumps(form(**{**everywhere, "queue": "", "text": f"x {hostile}"}))
    answer = visitor_client().post("/widget/start/", body, content_type="application/json")

    assert answer.status_code == 201, answer.content
    with door.tenant("aurora"):
        stored = Customer.objects.get().name + Message.objects.get(author="customer").text
    assert "\x00" not in stored
    assert "\u202e" not in stored


@pytest.mark.parametrize("queue", ["\x00", "\ud800", "x" * 100_000, 5, None, ["help"], {"a": 1}])
def test_a_hostile_queue_is_no_queue(aurora: Tenant, queue: Any) -> None:
    answer = visitor_client().post("/widget/start/", json.dumps(form(queue=queue)), content_type="application/json")

    assert answer.status_code in (201, 400, 413)


@pytest.mark.parametrize("name", ["name", "email", "text", "id", "language", "timezone", "page", "screen", "identity"])
@pytest.mark.parametrize("value", [5, None, True, [], {"a": {}}, 1e308])
def test_a_field_of_another_kind_is_an_error_or_nothing(aurora: Tenant, name: str, value: Any) -> None:
    assert post(**{name: value}).status_code in (201, 400)


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"", "application/json", 415),
        (b"{", "application/json", 400),
        (b"[]", "application/json", 400),
        (b'"text"', "application/json", 400),
        (b"\xff\xfe", "application/json", 400),
        (b"[" * 60_000, "application/json", 400),
        (b'{"id":' + b"1" * 5000 + b"}", "application/json", 400),
        (b"{}", "text/plain", 415),
        (b"text=hello", "application/x-www-form-urlencoded", 415),
        (b'{"text": "' + b"x" * 70_000 + b'"}', "application/json", 413),
        (b'{"text": "' + b"x" * 10_000_000 + b'"}', "application/json", 400),
    ],
)
def test_a_body_that_is_no_form_is_refused(aurora: Tenant, body: bytes, kind: str, status: int) -> None:
    answer = visitor_client().generic("POST", "/widget/start/", body, content_type=kind)

    assert answer.status_code == status
    with door.tenant("aurora"):
        assert not Conversation.objects.exists()


@pytest.mark.parametrize("other", ["https://evil.example", "null", origin("borealis"), "http://localhost:18040"])
def test_a_page_of_another_origin_starts_nothing(aurora: Tenant, other: str) -> None:
    client = Client(headers={"Host": host("aurora"), "Origin": other})
    answer = client.post("/widget/start/", form(), content_type="application/json")

    assert answer.status_code == 403


def test_our_own_page_needs_no_csrf_token(aurora: Tenant) -> None:
    client = Client(enforce_csrf_checks=True, headers={"Host": host("aurora"), "Origin": origin("aurora")})

    assert client.post("/widget/start/", form(), content_type="application/json").status_code == 201


def test_a_blocked_visitor_meets_a_closed_door(aurora: Tenant) -> None:
    talk = start()
    with door.tenant("aurora"):
        by = User.objects.create_user("sam@bpo.example", name="Sam")
        block(customer=Customer.objects.get(), by=by, reason="abuse", now=timezone.now())

    answer = post(token=talk["token"])

    assert answer.status_code == 403
    assert answer.json() == {"blocked": True, "message": "This chat is closed to you."}


def test_who_starts_too_often_is_told_when_to_come_back(aurora: Tenant, borealis: Tenant) -> None:
    for _ in range(6):
        assert post().status_code == 201

    answer = post()

    assert answer.status_code == 429
    assert 1 <= int(answer["Retry-After"]) <= 10
    assert answer.json() == {"retry_after": int(answer["Retry-After"])}
    assert post("borealis").status_code == 201, "another company's visitors are not held up"


def test_an_invented_forwarding_address_does_not_get_past_the_limit(aurora: Tenant) -> None:
    for number in range(6):
        client = visitor_client(**{"X-Forwarded-For": f"203.0.113.{number}"})
        assert client.post("/widget/start/", form(), content_type="application/json").status_code == 201

    last = visitor_client(**{"X-Forwarded-For": "203.0.113.77"})
    assert last.post("/widget/start/", form(), content_type="application/json").status_code == 429


def test_outside_hours_the_message_is_kept_for_the_next_opening(aurora: Tenant) -> None:
    OpeningHours.objects.filter(tenant=aurora).delete()
    OpeningHours.objects.create(
        tenant=aurora, weekday=(timezone.now().weekday() + 3) % 7, opens="09:00", closes="10:00"
    )

    talk = start()

    assert talk["deferred"] is True
    item = WorkItem.objects.get(conversation=talk["conversation"])
    assert item.not_before is not None
    assert item.not_before > timezone.now()


def test_a_full_queue_says_so_and_keeps_the_message(aurora: Tenant) -> None:
    Queue.objects.update(max_waiting=1)
    assert start(id=str(uuid4()))["deferred"] is False

    assert start(id=str(uuid4()))["deferred"] is True


@pytest.mark.parametrize("method", ["get", "put", "delete", "head"])
def test_other_methods_are_refused(aurora: Tenant, method: str) -> None:
    assert getattr(visitor_client(), method)("/widget/start/").status_code == 405
