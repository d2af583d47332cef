"""The visitor's socket: who is let in, and that nothing said is lost, doubled or out of order."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from secrets import token_urlsafe
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from django.test import override_settings
from django.utils import timezone

from channels_app import middleware, presence, unread, visitor_tokens
from contactcenter.lib import groups
from contactcenter.operation.accounts.models import User
from contactcenter.operation.agents.services import set_presence
from contactcenter.records.conversations.models import Conversation, Message
from contactcenter.records.customers.models import Customer, VisitorToken
from contactcenter.records.customers.services import block
from tenants.door import in_shared, in_tenant
from tenants.models import Tenant
from tests.channels_app.desks import relay
from tests.channels_app.talks import answer, begin, furnish, take
from tests.people import make_agent
from tests.webchat import Widget, form, host, origin, texts, visitor_client


@pytest.fixture(autouse=True)
async def companies(committed: str) -> None:
    await furnish()


async def stored(schema: str = "aurora") -> list[str]:
    def read() -> list[str]:
        rows = Message.objects.exclude(author="system").order_by("sequence")
        return list(rows.values_list("text", flat=True))

    return await in_tenant(schema, read)


# Who is let in


async def test_the_welcome_brings_the_talk_so_far() -> None:
    widget = Widget(await begin(text="Where is my booking?"))

    welcome = await widget.open()

    assert widget.subprotocol == "contactcenter.v1", "never the token"
    assert texts(welcome["messages"]) == ["Where is my booking?"]
    talk = welcome["conversation"]
    assert (talk["state"], talk["position"], talk["agent"], talk["deferred"]) == ("open", 1, None, False)
    await widget.leave()


async def test_a_bad_token_is_refused_before_accept() -> None:
    good, foreign = await begin(), await begin("borealis")
    for token in ("", "x", "x" * 200, foreign, f"{good}x", good[:-1]):
        assert not await Widget(token).connect(), token
    assert not await Widget(good, "borealis").connect()
    assert await Widget(good).connect()


async def test_a_revoked_or_old_token_is_refused_and_an_open_socket_ends() -> None:
    token = await begin()
    widget = Widget(token)
    await widget.open()
    await in_tenant("aurora", lambda: VisitorToken.objects.update(revoked_at=timezone.now()))

    await widget.send("heartbeat", rev=0)

    assert await widget.closed() == 4401
    assert not await Widget(token).connect()


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://www.aurora.example"},
        {"origin": "null"},
        {"origin": ""},
        {"origin": origin("borealis")},
        {"origin": f"https://{host('aurora')}"},
        {"origin": "http://aurora.localhost:1"},
        {"host": "nobody.localhost", "origin": "http://nobody.localhost"},
        {"host": "localhost", "origin": "http://localhost"},
        {"host": "", "origin": origin("aurora")},
    ],
)
async def test_another_origin_or_host_is_refused(headers: dict[str, str]) -> None:
    assert not await Widget(await begin(), **headers).connect()


async def test_a_company_that_was_switched_off_has_no_socket() -> None:
    token = await begin()
    widget = Widget(token)
    await widget.open()
    await in_shared(lambda: Tenant.objects.filter(schema_name="aurora").update(is_active=False))

    await widget.send("heartbeat", rev=0)

    assert await widget.closed() == 4403
    assert not await Widget(token).connect()


@override_settings(TRUSTED_PROXIES=["10.0.0.1"])
async def test_no_more_than_twenty_sockets_from_one_address_at_one_company() -> None:
    here = {"x_forwarded_for": "203.0.113.7"}
    token, another = await begin(), await begin()
    widgets = [Widget(each, **here) for each in (token, another) for _ in range(10)]
    assert all([await widget.connect() for widget in widgets])

    assert await refused_with(Widget(token, **here)) == 4429
    assert await Widget(token, x_forwarded_for="203.0.113.8").connect()
    assert await Widget(await begin("borealis"), "borealis", **here).connect()
    await widgets[0].leave()
    assert await Widget(token, **here).connect()


@override_settings(TRUSTED_PROXIES=["10.0.0.1"])
async def test_a_stolen_token_opens_no_more_from_many_addresses() -> None:
    token = await begin()
    widgets = [Widget(token, x_forwarded_for=f"203.0.113.{number}") for number in range(20)]
    assert all([await widget.connect() for widget in widgets])

    assert await refused_with(Widget(token, x_forwarded_for="203.0.113.99")) == 4429


async def refused_with(widget: Widget) -> int | None:
    """Accepted, to be told why."""
    assert await widget.connect()
    return await widget.closed()


async def test_a_token_that_was_made_up_asks_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    token = await begin()
    made_up = [f"{token[:-1]}{'A' if token[-1] != 'A' else 'B'}", token_urlsafe(32), "x" * len(token), "é" * 55]

    async def asked(*_args: Any, **_options: Any) -> None:
        raise AssertionError("asked")

    monkeypatch.setattr(middleware, "allow_async", asked)
    monkeypatch.setattr(visitor_tokens, "in_tenant", asked)

    assert not any([await Widget(each).connect() for each in made_up])


async def test_who_comes_while_too_many_come_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    token, looked_up = await begin(), asyncio.Event()
    real = visitor_tokens.in_tenant

    async def slowly(*args: Any, **options: Any) -> Any:
        await looked_up.wait()
        return await real(*args, **options)

    monkeypatch.setattr(middleware, "MOST_COMING", 3)
    monkeypatch.setattr(visitor_tokens, "in_tenant", slowly)
    coming = [asyncio.create_task(Widget(token).connect()) for _ in range(3)]
    await asyncio.sleep(0.2)

    assert not await Widget(token).connect()
    looked_up.set()
    assert await asyncio.gather(*coming) == [True] * 3
    assert await Widget(token).connect()


async def test_an_address_opens_forty_at_once_and_then_two_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever it says of where it comes from: nobody made it a proxy."""
    moment = timezone.now()
    monkeypatch.setattr(middleware, "clock", SimpleNamespace(now=lambda: moment))
    token = await begin()

    async def opens(number: int) -> bool:
        widget = Widget(token, x_forwarded_for=f"203.0.113.{number}")
        opened = await widget.connect()
        if opened:
            await widget.leave()
        return opened

    assert [await opens(number) for number in range(42)] == [True] * 40 + [False] * 2
    moment += timedelta(seconds=1)
    assert [await opens(number) for number in range(3)] == [True, True, False]


# What is said


async def test_messages_both_ways_each_once_and_in_order() -> None:
    widget = Widget(await begin(text="one"))
    await widget.open()
    await take()
    sent = await widget.say("two")
    await answer("aurora", "three")
    await relay()

    got = await widget.until(lambda frame: frame["t"] == "messages" and "three" in texts(frame["messages"]))
    shown = {m["id"]: m for frame in [*widget.told, got] for m in frame.get("messages", [])}
    changed = await widget.until(lambda frame: frame["t"] == "conversation.changed")

    assert sent["t"] == "ok"
    assert [m["sequence"] for m in sorted(shown.values(), key=lambda m: m["rev"]) if m["text"] == "two"] == [
        sent["sequence"]
    ]
    assert await stored() == ["one", "two", "three"]
    assert (changed["conversation"]["agent"], changed["conversation"]["position"]) == ("Inés", None)
    assert next(m for m in shown.values() if m["text"] == "three")["name"] == "Inés"
    await widget.leave()


async def test_the_same_id_twice_is_one_message() -> None:
    widget = Widget(await begin())
    await widget.open()
    key = str(uuid4())

    first = await widget.say("once", id=key)
    second = await widget.say("once", id=key)
    other = Widget(await begin())
    await other.open()
    foreign = await other.say("stolen id", id=key)

    assert first == second
    assert (await stored()).count("once") == 1
    assert (foreign["t"], foreign["code"]) == ("error", "id_taken")
    assert "stolen id" not in await stored()


async def test_two_tabs_show_the_same() -> None:
    token = await begin(text="one")
    left, right = Widget(token), Widget(token)
    for widget in (left, right):
        await widget.open()

    await left.say("two")
    await right.say("three")
    await relay()

    for widget in (left, right):
        seen: dict[str, Any] = {}
        while "three" not in [m["text"] for m in seen.values()]:
            frame = await widget.next("messages")
            seen |= {m["id"]: m for m in frame["messages"]}
        ordered = sorted(seen.values(), key=lambda m: m["sequence"])
        assert [m["text"] for m in ordered if m["author"] == "customer"] == ["two", "three"]
        await widget.leave()


async def test_a_second_tab_that_starts_anew_takes_the_first_along() -> None:
    token = await begin(text="old")
    first = Widget(token)
    welcome = await first.open()
    old = welcome["conversation"]["id"]
    await first.ask("conversation.end")
    closed = timezone.now() - timedelta(days=3)
    await in_tenant("aurora", lambda: Conversation.objects.update(closed_at=closed))

    def start_again() -> None:
        body = form(text="new")
        visitor_client("aurora", token).post("/widget/start/", body, content_type="application/json")

    await in_shared(start_again)
    await first.send("heartbeat", rev=welcome["messages"][-1]["rev"], conversation=old)
    brought = await first.next("messages")

    assert texts(brought["messages"]) == ["new"]
    assert brought["messages"][0]["conversation"] != old


async def test_resume_brings_what_was_missed_and_no_more() -> None:
    token = await begin(text="one")
    widget = Widget(token)
    welcome = await widget.open()
    await widget.leave()
    await take()
    for text in ("two", "three"):
        await answer("aurora", text)

    rev = max(m["rev"] for m in welcome["messages"])
    again = await Widget(token).open(rev=rev, conversation=welcome["conversation"]["id"])

    assert texts(again["messages"]) == ["two", "three"]
    assert min(m["rev"] for m in again["messages"]) > rev


async def test_a_lost_push_heals_with_the_next_heartbeat() -> None:
    widget = Widget(await begin(text="one"))
    welcome = await widget.open()
    await take()
    await answer("aurora", "never told")

    beat = await widget.beat(max(m["rev"] for m in welcome["messages"]))

    brought = [m for frame in widget.told for m in frame.get("messages", [])]
    assert texts(brought) == ["never told"]
    assert beat["rev"] >= max(m["rev"] for m in brought)
    assert [f["conversation"]["agent"] for f in widget.told if f["t"] == "conversation.changed"] == ["Inés"]


async def test_an_answer_is_marked_delivered_and_read() -> None:
    widget = Widget(await begin(text="one"))
    await widget.open()
    await take()
    await answer("aurora", "two")

    async def delivery() -> str:
        return await in_tenant("aurora", lambda: Message.objects.get(text="two").delivery)

    await widget.beat(0)
    assert await delivery() == "sent", "the page has not said that it has it"
    reply = next(m for frame in widget.told for m in frame.get("messages", []) if m["text"] == "two")
    await widget.beat(reply["rev"])
    assert await delivery() == "delivered"
    await widget.send("read", sequence=reply["sequence"])
    await widget.beat(reply["rev"])
    assert await delivery() == "read"


async def test_the_end_is_told_and_a_word_within_the_window_reopens() -> None:
    widget = Widget(await begin())
    await widget.open()
    key = str(uuid4())

    assert (await widget.ask("conversation.end", id=key))["t"] == "ok"
    assert (await widget.ask("conversation.end", id=key))["t"] == "ok"
    await relay()
    ended = await widget.next("conversation.changed")
    assert ended["conversation"]["state"] == "closed"
    assert ended["conversation"]["reopenable_until"] is not None
    assert (await widget.say("one more thing"))["t"] == "ok"
    await relay()
    again = await widget.until(lambda f: f["t"] == "conversation.changed" and f["conversation"]["state"] == "open")
    assert again["conversation"]["position"] == 1


async def test_who_waits_is_told_when_nobody_is_there_and_when_somebody_is_again() -> None:
    ines = await in_shared(lambda: make_agent("Inés", ["aurora"]).pk)
    widget = Widget(await begin())
    assert not (await widget.open())["conversation"]["nobody_there"]

    for chosen, nobody in (("break", True), ("available", False), ("offline", True)):
        await in_shared(set_presence, agent_id=ines, presence=chosen, now=timezone.now())
        await relay()
        told = (await widget.next("conversation.changed"))["conversation"]
        assert (told["nobody_there"], told["position"]) == (nobody, 1), chosen
    await widget.leave()


async def test_what_was_written_is_left_as_a_message() -> None:
    widget = Widget(await begin(text="Two seats, please"))
    await widget.open()
    key = str(uuid4())

    assert (await widget.ask("conversation.leave", id=key))["t"] == "ok"
    assert (await widget.ask("conversation.leave", id=key))["t"] == "ok"
    await relay()
    left = (await widget.next("conversation.changed"))["conversation"]
    events = [m["event"] for frame in widget.told for m in frame.get("messages", [])]
    assert (left["state"], left["deferred"], left["nobody_there"]) == ("open", True, False)
    assert events == ["conversation.deferred"]
    assert (await widget.say("By the window"))["t"] == "ok"
    assert await stored() == ["Two seats, please", "By the window"]


async def test_a_blocked_visitor_reads_it_at_once_and_on_coming_back() -> None:
    token = await begin()
    widget = Widget(token)
    assert not (await widget.open())["conversation"]["blocked"]
    await widget.ask("conversation.end")
    await relay()
    await widget.next("conversation.changed")

    await in_tenant("aurora", block_the_one_customer)
    await relay()

    assert (await widget.next("conversation.changed"))["conversation"]["blocked"]
    assert (await Widget(token).open())["conversation"]["blocked"]
    assert (await widget.ask("conversation.leave"))["code"] == "blocked"
    await widget.leave()


def block_the_one_customer() -> None:
    from contactcenter.records.conversations import services as conversations

    talk, sam = Conversation.objects.get(), make_agent("Sam", [], role="supervisor").user
    tenant = Tenant.objects.get(schema_name="aurora")
    conversations.block_customer(tenant=tenant, conversation_id=talk.pk, user=sam, reason="Threats", now=timezone.now())


async def test_past_the_window_it_is_closed() -> None:
    token = await begin()
    widget = Widget(token)
    await widget.open()
    await widget.ask("conversation.end")
    await in_tenant("aurora", lambda: Conversation.objects.update(closed_at=timezone.now() - timedelta(hours=25)))

    refused = await widget.say("too late")

    assert (refused["t"], refused["code"], refused["message"]) == ("error", "closed", "This chat has ended.")


async def test_what_cannot_be_said_is_told_in_words() -> None:
    widget = Widget(await begin(language="es"))
    await widget.open()

    empty, too_long = await widget.say(" \n\u200b"), await widget.say("x" * 5001)
    gone = await widget.ask("message.send", text="see", files=[str(uuid4())])
    wrong = await widget.ask("message.send", text="see", files=["nothing"])

    assert (empty["code"], empty["field"]) == ("empty", "text")
    assert (too_long["code"], too_long["field"], too_long["limit"]) == ("too_long", "text", 5000)
    assert gone["code"] == "file_gone"
    assert (wrong["code"], wrong["field"]) == ("malformed", "files")
    assert empty["message"] not in ("", "Please write something."), "in the visitor's language"


@pytest.mark.parametrize("text", ["\x00a\x00", "<b>x</b>", "\ud83d half", "\u202eevil", "👍🏽", "4111 1111 1111 1111"])
async def test_hostile_texts_are_only_text(text: str) -> None:
    widget = Widget(await begin())
    await widget.open()

    assert (await widget.say(text))["t"] == "ok"

    said = (await stored())[-1]
    assert "\x00" not in said
    assert "4111 1111" not in said


async def test_a_blocked_visitor_is_told_and_not_heard() -> None:
    widget = Widget(await begin())
    await widget.open()

    def keep_out() -> None:
        by = User.objects.create_user("sam@bpo.example", name="Sam")
        block(customer=Customer.objects.get(), by=by, reason="abuse", now=timezone.now())

    await in_tenant("aurora", keep_out)
    refused = await widget.say("shouting")

    assert (refused["t"], refused["code"]) == ("error", "blocked")
    assert "shouting" not in await stored()


@override_settings(CHAT_MESSAGES_A_MINUTE=3)
async def test_too_many_messages_are_told_when_to_go_on() -> None:
    widget = Widget(await begin())
    await widget.open()
    for number in range(3):
        assert (await widget.say(f"{number}"))["t"] == "ok"

    refused = await widget.say("more")

    assert (refused["t"], refused["code"]) == ("error", "too_often")
    assert 1 <= refused["retry_after"] <= 20


# What is told


async def test_typing_goes_to_the_staff_and_comes_from_the_agent_and_is_stored_nowhere() -> None:
    from channels.layers import get_channel_layer

    widget = Widget(await begin())
    welcome = await widget.open()
    talk = welcome["conversation"]["id"]
    layer = get_channel_layer()
    listener = await layer.new_channel()
    await layer.group_add(groups.conversation_staff("aurora", talk), listener)

    await widget.send("typing", on=True)
    told = await asyncio.wait_for(layer.receive(listener), 3)
    await layer.group_send(groups.conversation_visitor("aurora", talk), {"type": "typing", "on": True, "name": "Inés"})

    assert told == {"type": "typing", "schema": "aurora", "conversation": talk, "on": True, "name": ""}
    assert await widget.next("typing") == {"v": 1, "t": "typing", "on": True, "name": "Inés"}


async def test_one_visitor_hears_nothing_of_another() -> None:
    one, other = Widget(await begin(text="mine")), Widget(await begin(text="theirs"))
    await one.open()
    await other.open()

    await other.say("a secret")
    await relay()
    await one.beat(0)

    assert "a secret" not in str(one.told)
    assert "theirs" not in str(one.told)


async def test_a_place_that_falls_is_told() -> None:
    first, second = Widget(await begin()), Widget(await begin())
    await first.open()
    assert (await second.open())["conversation"]["position"] == 2

    await first.ask("conversation.end")
    await relay()

    assert (await second.next("conversation.changed"))["conversation"]["position"] == 1


async def test_a_heartbeat_shows_that_the_visitor_is_there() -> None:
    widget = Widget(await begin())
    await widget.open()
    long_ago = timezone.now() - timedelta(minutes=5)
    await in_tenant("aurora", lambda: Conversation.objects.update(customer_seen_at=long_ago))

    await widget.beat(0)
    await presence.tell_now()

    seen = await in_tenant("aurora", lambda: Conversation.objects.get().customer_seen_at)
    assert seen is not None
    assert timezone.now() - seen < timedelta(seconds=10)


async def test_one_who_never_has_what_was_sent_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unread, "ARRIVES_WITHIN", 0.0)
    widget = Widget(await begin())
    await widget.open()
    for _ in range(7):
        await widget.beat(0)
    await widget.send("heartbeat", rev=0)

    assert await widget.closed() == 4408


async def test_one_who_names_another_talk_each_time_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    """However high the revision it claims of that: each time it would be sent all of its own."""
    monkeypatch.setattr(unread, "ARRIVES_WITHIN", 0.0)
    widget = Widget(await begin())
    await widget.open()
    for _ in range(7):
        await widget.beat(2**40, conversation=str(uuid4()))
    await widget.send("heartbeat", rev=2**40, conversation=str(uuid4()))

    assert await widget.closed() == 4408


async def test_one_who_claims_more_than_there_is_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unread, "ARRIVES_WITHIN", 0.0)
    widget = Widget(await begin())
    await widget.open()
    for _ in range(6):
        await widget.beat(2**40)
    await widget.send("heartbeat", rev=2**40)

    assert await widget.closed() == 4408


async def test_one_who_is_served_late_is_not_taken_for_one_who_reads_late() -> None:
    """What was sent a moment ago, it cannot have yet: no heartbeat counts against it."""
    widget = Widget(await begin())
    await widget.open()
    for _ in range(20):
        await widget.beat(0)

    assert (await widget.ask("message.send", text="Still here", files=[]))["t"] == "ok"


async def test_a_long_talk_comes_in_several_frames() -> None:
    token = await begin(text="0")

    def fill() -> None:
        talk = Conversation.objects.get()
        for number in range(talk.last_sequence + 1, 131):
            Message.objects.create(
                conversation=talk,
                sequence=number,
                revision=talk.revision + number,
                direction="in",
                author="customer",
                text=str(number),
                created_at=timezone.now(),
            )
        Conversation.objects.update(last_sequence=130, revision=talk.revision + 130)

    await in_tenant("aurora", fill)
    widget = Widget(token)
    welcome = await widget.open()
    beat = await widget.beat(0)

    got = [*welcome["messages"], *(m for frame in widget.told for m in frame.get("messages", []))]
    assert len(welcome["messages"]) == 50
    assert [m["sequence"] for m in got[:130]] == list(range(1, 131))
    assert beat["rev"] >= 130
