"""What happens in a conversation is written down for whoever listens, in its transaction; and looked after."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO
from typing import Any
from uuid import UUID

import pytest
from django.core.management import call_command
from django.db import transaction

from contactcenter.operation.agents.models import Agent
from contactcenter.operation.audit.models import Entry
from contactcenter.operation.outbox.models import Event
from contactcenter.operation.routing.models import Repair
from contactcenter.records.conversations import services as conversations
from contactcenter.records.conversations.models import Conversation
from contactcenter.records.webhooks import reconciling, rounds, secret, services
from contactcenter.records.webhooks.models import Delivery, Secret, Webhook
from contactcenter.records.webhooks.rounds import Outcome
from contactcenter.records.webhooks.services import Keeper, Missing, WebhookError, WrongState
from tenants import door
from tenants.across import suspected
from tenants.models import Tenant
from tests.records.conftest import Company

URL = "https://shop.example/hooks"
EVERYTHING = Webhook.Event.values


@pytest.fixture
def webhook(aurora: Company, now: Any) -> Webhook:
    return services.create(url=URL, events=EVERYTHING, by=keeper(), now=now).webhook


def keeper(schema: str = "aurora") -> Keeper:
    return Keeper(tenant=Tenant.objects.get(schema_name=schema), token=7)


def told() -> list[tuple[str, int]]:
    return list(Delivery.objects.order_by("conversation", "revision").values_list("event", "revision"))


def test_each_event_of_a_talk_is_written_down_in_order(
    aurora: Company,
    ines: Agent,
    webhook: Webhook,
    now: Any,
) -> None:
    conversation = aurora.held(ines, text="Hello, my card is 4111 1111 1111 1111")
    aurora.reply(conversation, ines)
    conversations.post(tenant=aurora.tenant, conversation_id=conversation.pk, text="From our shop", now=now)
    conversations.finish(
        tenant=aurora.tenant, conversation_id=conversation.pk, by=Conversation.ClosedBy.CUSTOMER, now=now
    )
    aurora.receive(conversation, reopen_within=timedelta(minutes=5))
    assert [event for event, _revision in told()] == [
        "conversation.started",
        "message.received",
        "message.sent",
        "message.sent",
        "conversation.closed",
        "conversation.reopened",
        "message.received",
    ]
    closed = Delivery.objects.get(event="conversation.closed")
    assert (closed.payload["conversation"]["state"], closed.payload["conversation"]["closed_by"]) == (
        "closed",
        "customer",
    )
    assert closed.message is None
    everything = str(list(Delivery.objects.values_list("payload", flat=True)))
    for word in ("Hello", "1111", "Gladly", "shop", "Helen", "Inés", "A booking"):
        assert word not in everything, "what people wrote is read when it is sent"


def test_only_ids_are_in_the_shared_tables(aurora: Company, webhook: Webhook) -> None:
    aurora.start()
    events = Event.objects.filter(name="webhook.due")
    assert {(event.kind, event.schema, event.object_id) for event in events} == {("handle", "aurora", str(webhook.pk))}


def test_who_listens_to_nothing_costs_nothing_and_foreign_ears_hear_nothing(
    aurora: Company, borealis: Company, now: Any
) -> None:
    with door.tenant("borealis"):
        services.create(url=URL, events=EVERYTHING, by=keeper(), now=now)
    silent = services.create(url=URL, events=["conversation.closed"], by=keeper(), now=now).webhook
    paused = services.create(url=URL, events=EVERYTHING, by=keeper(), now=now).webhook
    services.change(webhook_id=paused.pk, is_active=False, by=keeper(), now=now)
    Event.objects.all().delete()
    aurora.start()
    assert not Delivery.objects.exists()
    assert not Event.objects.filter(name="webhook.due").exists()
    with door.tenant("borealis"):
        assert not Delivery.objects.exists()
    assert silent.is_active


def test_what_is_undone_is_not_told(aurora: Company, webhook: Webhook) -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        aurora.start()
        raise RuntimeError
    assert told() == []


def test_an_address_and_events_are_checked(aurora: Company, now: Any, settings: Any) -> None:
    for url in ("http://shop.example/", "https://10.0.0.1/", "https://localhost/", "nonsense"):
        with pytest.raises(WebhookError) as refused:
            services.create(url=url, events=EVERYTHING, by=keeper(), now=now)
        assert refused.value.field == "url"
    for events in ([], ["everything"]):
        with pytest.raises(WebhookError) as refused:
            services.create(url=URL, events=events, by=keeper(), now=now)
        assert refused.value.field == "events"
    for _ in range(services.MOST_WEBHOOKS):
        services.create(url=URL, events=EVERYTHING, by=keeper(), now=now)
    with pytest.raises(WebhookError, match="at most"):
        services.create(url=URL, events=EVERYTHING, by=keeper(), now=now)


def test_two_secrets_are_valid_for_a_day_after_a_change(aurora: Company, now: Any) -> None:
    made = services.create(url=URL, events=EVERYTHING, by=keeper(), now=now)
    second = services.rotate_secret(webhook_id=made.webhook.pk, by=keeper(), now=now).secret
    assert secret.valid(made.webhook, now) == [second, made.secret]
    assert secret.valid(made.webhook, now + timedelta(hours=23, minutes=59)) == [second, made.secret]
    assert secret.valid(made.webhook, now + timedelta(hours=24)) == [second]
    third = services.rotate_secret(webhook_id=made.webhook.pk, by=keeper(), now=now).secret
    assert secret.valid(made.webhook, now) == [third, second]
    assert not any(made.secret in row.sealed or second in row.sealed for row in Secret.objects.all())
    assert len({made.secret, second, third}) == 3


def fail(webhook: Webhook, now: Any, error: str = "answered 500") -> list[Delivery]:
    batch = rounds.due(webhook, now, 8)
    rounds.settle(webhook, [Outcome(delivery, 500, error) for delivery in batch], now, 0.5)
    webhook.resting_until = None
    return batch


def test_one_that_fails_holds_its_conversation_and_no_other(aurora: Company, webhook: Webhook, now: Any) -> None:
    first, second = aurora.start(), aurora.start()
    heads = {delivery.conversation for delivery in rounds.due(webhook, now, 8)}
    assert heads == {first.pk, second.pk}
    assert {delivery.event for delivery in rounds.due(webhook, now, 8)} == {"conversation.started"}
    failing, fine = rounds.due(webhook, now, 8)
    rounds.settle(webhook, [Outcome(failing, 500, "answered 500"), Outcome(fine, 204, "")], now, 0.5)
    assert [delivery.conversation for delivery in rounds.due(webhook, now, 8)] == [fine.conversation]
    assert rounds.due(webhook, now + timedelta(seconds=4), 8)[0].event == "message.received"
    later = rounds.due(webhook, now + timedelta(seconds=5), 8)
    assert {(delivery.conversation, delivery.event) for delivery in later} == {
        (failing.conversation, "conversation.started"),
        (fine.conversation, "message.received"),
    }


def test_after_24_tries_it_is_given_up_and_listed_and_the_next_goes_on(
    aurora: Company, webhook: Webhook, now: Any
) -> None:
    aurora.start()
    at, tries = now, []
    while (head := rounds.due(webhook, at, 8)) and head[0].event == "conversation.started":
        fail(webhook, at)
        tries.append(at)
        at = rounds.next_due(webhook, at) or at
    assert len(tries) == 24
    assert tries[-1] - tries[0] == timedelta(seconds=228_375)
    dead = Delivery.objects.get(state="dead")
    assert (dead.event, dead.tries, dead.error, dead.ended_at) == (
        "conversation.started",
        24,
        "answered 500",
        tries[-1],
    )
    assert rounds.due(webhook, at, 8)[0].event == "message.received"


def test_after_72_hours_all_that_waited_is_given_up_too(aurora: Company, webhook: Webhook, now: Any) -> None:
    aurora.start()
    fail(webhook, now)
    late = now + timedelta(hours=72, seconds=1)
    assert rounds.begin(webhook.pk, late) is not None
    assert set(Delivery.objects.values_list("event", "state")) == {
        ("conversation.started", "dead"),
        ("message.received", "dead"),
    }
    assert "Not tried" in Delivery.objects.get(tries=0).error


def test_replay_and_discard(aurora: Company, webhook: Webhook, now: Any) -> None:
    aurora.start()
    first = Delivery.objects.get(event="conversation.started")
    with pytest.raises(WrongState):
        services.replay(webhook_id=webhook.pk, delivery_id=first.pk, by=keeper(), now=now)
    Delivery.objects.filter(pk=first.pk).update(state="dead", tries=24, ended_at=now)
    Event.objects.all().delete()
    later = now + timedelta(days=5)
    replayed = services.replay(webhook_id=webhook.pk, delivery_id=first.pk, by=keeper(), now=later)
    assert (replayed.state, replayed.tries, replayed.next_try_at) == ("pending", 0, later)
    assert Event.objects.filter(name="webhook.due", object_id=str(webhook.pk)).exists()
    fail(webhook, later)
    with pytest.raises(WebhookError, match="why"):
        services.discard(webhook_id=webhook.pk, delivery_id=first.pk, reason=" ", by=keeper(), now=later)
    services.discard(webhook_id=webhook.pk, delivery_id=first.pk, reason="told by hand", by=keeper(), now=later)
    first.refresh_from_db()
    assert (first.state, first.reason) == ("discarded", "told by hand")
    assert [one.event for one in rounds.due(webhook, later, 8)] == ["message.received"], "what waited behind goes on"
    with pytest.raises(WrongState):
        services.discard(webhook_id=webhook.pk, delivery_id=first.pk, reason="again", by=keeper(), now=later)
    with pytest.raises(Missing):
        services.discard(webhook_id=webhook.pk, delivery_id=UUID(int=1), reason="x", by=keeper(), now=later)


def test_a_removed_webhook_is_missing_and_what_it_owed_is_discarded(
    aurora: Company, webhook: Webhook, now: Any
) -> None:
    aurora.start()
    services.remove(webhook_id=webhook.pk, by=keeper(), now=now)
    assert set(Delivery.objects.values_list("state", flat=True)) == {"discarded"}
    assert not Secret.objects.exists()
    assert rounds.begin(webhook.pk, now) is None
    for call in (services.remove, services.rotate_secret):
        with pytest.raises(Missing):
            call(webhook_id=webhook.pk, by=keeper(), now=now)
    aurora.start()
    assert Delivery.objects.filter(state="pending").count() == 0


def test_one_sender_at_a_time_and_one_whose_worker_died_is_free_after_a_minute(
    aurora: Company, webhook: Webhook, now: Any
) -> None:
    assert rounds.begin(webhook.pk, now) is not None
    assert rounds.begin(webhook.pk, now + timedelta(seconds=59)) is None
    assert rounds.begin(webhook.pk, now + timedelta(seconds=60)) is not None
    rounds.end(webhook)
    assert rounds.begin(webhook.pk, now + timedelta(seconds=61)) is not None


def test_what_ended_is_forgotten_after_30_days_and_what_did_not_never(
    aurora: Company, webhook: Webhook, now: Any
) -> None:
    aurora.start()
    Delivery.objects.filter(event="conversation.started").update(state="delivered", ended_at=now)
    assert services.forget(now=now + timedelta(days=30)) == 0
    assert services.forget(now=now + timedelta(days=30, seconds=1)) == 1
    assert Delivery.objects.get().event == "message.received"


def test_what_is_done_to_a_webhook_is_in_the_companys_log(aurora: Company, webhook: Webhook, now: Any) -> None:
    services.change(webhook_id=webhook.pk, is_active=False, by=keeper(), now=now)
    services.rotate_secret(webhook_id=webhook.pk, by=keeper(), now=now)
    services.remove(webhook_id=webhook.pk, by=keeper(), now=now)
    written = Entry.objects.filter(tenant=aurora.tenant, object_kind="webhook").order_by("sequence")
    assert [(entry.action, entry.object_id, entry.facts) for entry in written] == [
        ("webhook.changed", str(webhook.pk), {"what": what, "token": "7"})
        for what in ("created", "changed", "secret", "removed")
    ]


def test_secrets_outlive_the_key_they_were_sealed_with(aurora: Company, now: Any, settings: Any) -> None:
    made = services.create(url=URL, events=EVERYTHING, by=keeper(), now=now)
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "a new key"
    out = StringIO()
    with door.shared():
        call_command("reseal_webhook_secrets", stdout=out)
    settings.SECRET_KEY_FALLBACKS = []
    assert secret.valid(made.webhook, now) == [made.secret]
    assert "aurora: 1" in out.getvalue()


def test_tellings_that_nobody_remembers_are_sent(aurora: Company, webhook: Webhook, now: Any) -> None:
    def suspects() -> list[str]:
        with door.shared():
            return suspected(reconciling.SUSPECT)

    aurora.start()
    assert suspects() == []
    assert reconciling.reconcile(now=now) == 0
    Event.objects.filter(name="webhook.due").delete()
    assert suspects() == ["aurora"]
    assert reconciling.reconcile(now=now) == 1
    assert Repair.objects.get().kind == "webhook_not_sent"
    assert Event.objects.get(name="webhook.due").object_id == str(webhook.pk)
    assert suspects() == []
    Delivery.objects.update(state="delivered", ended_at=now)
    Event.objects.filter(name="webhook.due").delete()
    assert suspects() == []
