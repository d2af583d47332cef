"""Everything that happens arrives, in order and signed, or is listed; nothing is lost in silence (P9)."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from contactcenter.celery import app
from contactcenter.gateways.webhooks import sender
from contactcenter.operation.outbox import registry
from contactcenter.operation.outbox.models import Event
from contactcenter.records.conversations import services as conversations
from contactcenter.records.conversations.models import Message
from contactcenter.records.webhooks import services
from contactcenter.records.webhooks.models import Delivery, Webhook
from tenants import door
from tests.gateways.webhooks.receiver import receiving
from tests.people import chat, company, make_agent, say

pytestmark = pytest.mark.django_db
EVERYTHING = Webhook.Event.values


class Clock:
    def __init__(self) -> None:
        self.at = timezone.now()

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The sender's clock, moved by hand; receivers check timestamps by their own."""
    clock = Clock()
    monkeypatch.setattr(sender, "now", clock)
    return clock


@pytest.fixture(autouse=True)
def inside(db: None, settings: Any) -> Iterator[None]:
    settings.WEBHOOK_ALLOW_HTTP = True
    settings.WEBHOOK_ALLOW_NETWORKS = ["127.0.0.0/8"]
    with door.tenant("aurora"):
        yield


def keeper() -> services.Keeper:
    return services.Keeper(tenant=company("aurora"))


def talk(messages: int) -> Any:
    item = chat("aurora", text="message 0")
    for number in range(1, messages):
        say(item, f"message {number}")
    return item


def pending() -> int:
    return Delivery.objects.filter(state="pending").count()


def drive(webhook: Webhook, clock: Clock, until: datetime) -> None:
    """What the relay and the worker do: a turn whenever a row of the outbox is due."""
    sender.take_turn(webhook.pk)
    while pending() and clock.at < until:
        due = Event.objects.filter(name="webhook.due", object_id=str(webhook.pk))
        assert due.count() == 1, "one row stands for all that waits"
        clock.at += max(timedelta(seconds=0.1), due.get().next_try_at - timezone.now())
        sender.take_turn(webhook.pk)


def test_it_arrives_signed_and_says_what_happened(clock: Clock) -> None:
    with receiving() as receiver:
        made = services.create(url=receiver.url, events=EVERYTHING, by=keeper(), now=clock())
        item = chat("aurora", name="Zoë", text="¿Dónde está mi maleta?")
        clock.at = timezone.now()
        sender.take_turn(made.webhook.pk)
        assert [body["type"] for _id, body in receiver.taken] == ["conversation.started", "message.received"]
        assert all(receiver.verifies(made.secret, index) for index in (0, 1))
        assert not receiver.verifies("whsec_" + "A" * 44)
        message = receiver.taken[1][1]["data"]["message"]
        assert (message["text"], message["name"], message["author"]) == ("¿Dónde está mi maleta?", "Zoë", "customer")
        assert receiver.taken[1][1]["data"]["conversation"]["id"] == str(item.conversation)
        assert receiver.headers[0]["content-type"] == "application/json"
    assert set(Delivery.objects.values_list("state", "tries", "status")) == {("delivered", 1, 204)}
    assert not Event.objects.filter(name="webhook.due").exists()


def test_two_secrets_sign_while_one_is_changed(clock: Clock) -> None:
    with receiving() as receiver:
        made = services.create(url=receiver.url, events=["message.received"], by=keeper(), now=clock())
        second = services.rotate_secret(webhook_id=made.webhook.pk, by=keeper(), now=clock()).secret
        chat("aurora")
        clock.at = timezone.now()
        sender.take_turn(made.webhook.pk)
        assert receiver.verifies(made.secret)
        assert receiver.verifies(second)


def test_what_was_redacted_before_it_left_is_not_told(clock: Clock) -> None:
    with receiving() as receiver:
        webhook = services.create(url=receiver.url, events=["message.received"], by=keeper(), now=clock()).webhook
        item = chat("aurora", text="my secret")
        boss = make_agent("Boss", ["aurora"], role="supervisor").user
        message = Message.objects.get(text="my secret")
        conversations.redact(
            tenant=item.tenant,
            conversation_id=item.conversation,
            message_id=message.pk,
            user=boss,
            now=clock(),
        )
        clock.at = timezone.now()
        sender.take_turn(webhook.pk)
        told = receiver.taken[0][1]["data"]["message"]
    assert (told["text"], told["redacted"]) == ("", True)
    assert b"my secret" not in receiver.bodies[0]


def test_a_receiver_that_fails_half_the_time_gets_everything_in_order(clock: Clock) -> None:
    with receiving(fails=0.5) as receiver:
        webhook = services.create(url=receiver.url, events=EVERYTHING, by=keeper(), now=clock()).webhook
        talks = [talk(8) for _ in range(6)]
        clock.at = timezone.now()
        drive(webhook, clock, clock.at + timedelta(hours=72))
        in_order(receiver.taken, talks, 9)
        assert receiver.asked > len(receiver.taken), "it did fail"
    assert set(Delivery.objects.values_list("state", flat=True)) == {"delivered"}


def test_a_receiver_that_is_away_for_a_day_gets_everything_when_it_is_back(clock: Clock) -> None:
    with receiving(fails=1.0) as receiver:
        webhook = services.create(url=receiver.url, events=EVERYTHING, by=keeper(), now=clock()).webhook
        talks = [talk(3) for _ in range(10)]
        clock.at = timezone.now()
        drive(webhook, clock, clock.at + timedelta(hours=24))
        assert not receiver.taken
        assert pending() == 40
        receiver.fails = 0.0
        drive(webhook, clock, clock.at + timedelta(hours=72))
        in_order(receiver.taken, talks, 4)
    assert set(Delivery.objects.values_list("state", flat=True)) == {"delivered"}


def test_what_never_arrives_is_listed_and_can_be_sent_again(clock: Clock) -> None:
    with receiving(fails=1.0) as receiver:
        webhook = services.create(url=receiver.url, events=EVERYTHING, by=keeper(), now=clock()).webhook
        item = talk(2)
        clock.at = timezone.now()
        drive(webhook, clock, clock.at + timedelta(hours=200))
        assert not receiver.taken
        dead = list(Delivery.objects.filter(state="dead").order_by("revision"))
        assert len(dead) == Delivery.objects.count() == 3
        assert (dead[0].tries, dead[0].status, dead[0].error) == (24, 503, "answered 503")
        receiver.fails = 0.0
        for delivery in dead:
            services.replay(webhook_id=webhook.pk, delivery_id=delivery.pk, by=keeper(), now=clock())
        sender.take_turn(webhook.pk)
        in_order(receiver.taken, [item], 3)


def in_order(taken: list[tuple[str, dict[str, Any]]], talks: list[Any], each: int) -> None:
    by_talk: dict[str, list[int]] = defaultdict(list)
    for _id, body in taken:
        number = body["data"]["message"]["sequence"] if "message" in body["data"] else 0
        by_talk[body["data"]["conversation"]["id"]].append(number)
    assert set(by_talk) == {str(item.conversation) for item in talks}
    for numbers in by_talk.values():
        assert numbers == sorted(numbers)
        assert len(numbers) == len(set(numbers)) == each
    assert len({webhook_id for webhook_id, _body in taken}) == len(taken)


def test_while_another_sender_has_the_turn_it_comes_back_later(clock: Clock) -> None:
    with receiving() as receiver:
        webhook = services.create(url=receiver.url, events=EVERYTHING, by=keeper(), now=clock()).webhook
        chat("aurora")
        Webhook.objects.update(worked_on_until=clock() + timedelta(seconds=30))
        sender.take_turn(webhook.pk)
        assert not receiver.taken
        left = Event.objects.get(name="webhook.due")
        assert timezone.now() < left.next_try_at < timezone.now() + timedelta(seconds=3)
        clock.at = timezone.now() + timedelta(seconds=31)
        sender.take_turn(webhook.pk)
        assert len(receiver.taken) == 2


def test_a_turn_ends_though_more_is_waiting(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sender, "now", timezone.now)
    monkeypatch.setattr(sender, "TURN", timedelta(seconds=0.5))
    with receiving(sleeps=0.3) as receiver:
        webhook = services.create(url=receiver.url, events=["message.received"], by=keeper(), now=clock()).webhook
        talk(10)
        started = time.monotonic()
        sender.take_turn(webhook.pk)
        assert time.monotonic() - started < 2
        assert 0 < len(receiver.taken) < 10
    assert Event.objects.filter(name="webhook.due").count() == 1, "the rest has a row for its turn"
    assert Webhook.objects.get().worked_on_until is None


def test_an_address_that_became_private_is_refused_and_said(clock: Clock, settings: Any) -> None:
    with receiving() as receiver:
        webhook = services.create(url=receiver.url, events=EVERYTHING, by=keeper(), now=clock()).webhook
        chat("aurora")
        settings.WEBHOOK_ALLOW_NETWORKS = []
        clock.at = timezone.now()
        sender.take_turn(webhook.pk)
        assert receiver.asked == 0
    failed = Delivery.objects.get(event="conversation.started")
    assert (failed.state, failed.status) == ("pending", None)
    assert "has no address on the open internet" in failed.error


def test_the_task_has_its_own_queue_runs_in_its_company(clock: Clock) -> None:
    app.loader.import_default_modules()
    assert registry.task_for("webhook.due") == "webhooks.send"
    assert app.amqp.router.route({}, "webhooks.send")["queue"].name == "webhooks"
    assert (
        app.amqp.router.route({}, "conversations.end_silence").get("queue", app.amqp.queues["celery"]).name == "celery"
    )
    with receiving() as receiver:
        services.create(url=receiver.url, events=["message.received"], by=keeper(), now=timezone.now())
        chat("aurora")
        event = Event.objects.filter(name="webhook.due").last()
        assert event is not None
        clock.at = timezone.now()
        with door.shared():
            for _ in range(2):
                app.tasks["webhooks.send"].apply(args=[event.pk], headers={"_schema_name": "aurora"}).get()
        assert len(receiver.taken) == 1
