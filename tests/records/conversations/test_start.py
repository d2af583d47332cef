"""A conversation begins whole: its first message, its system message and its place in the queue, or nothing of it."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from contactcenter.lib.ids import uuid7
from contactcenter.operation.outbox.models import Event
from contactcenter.operation.routing.models import WorkItem
from contactcenter.records.conversations import services as conversations
from contactcenter.records.conversations.models import Conversation, Message
from contactcenter.records.conversations.services import customer_side
from contactcenter.records.customers.services import block
from tenants import door
from tenants.models import OpeningHours
from tests.records.conftest import Company, person, texts


def test_start_writes_the_messages_and_queues_the_work(aurora: Company, now: datetime):
    conversation = aurora.start(text="Can I move my trip?", page="https://aurora.example/lisbon", device="Phone")
    assert texts(conversation) == ["conversation.started", "Can I move my trip?"]
    assert [message.sequence for message in conversation.messages.all()] == [1, 2]
    item = aurora.item(conversation)
    assert (item.state, item.queue, item.entered_at, item.not_before) == ("waiting", aurora.queue, now, None)
    assert (conversation.waiting_since, conversation.deferred, conversation.state) == (now, False, "open")
    assert Event.objects.filter(name="conversation.changed", object_id=str(conversation.pk)).count() == 2


def test_nothing_stays_when_the_queue_fails(aurora: Company, monkeypatch: pytest.MonkeyPatch):
    def broken(**given: object) -> None:
        raise OSError("no")

    monkeypatch.setattr(customer_side.routing, "enqueue", broken)
    with pytest.raises(OSError):
        aurora.start()
    assert not Conversation.objects.exists() and not Message.objects.exists() and not WorkItem.objects.exists()


def test_outside_hours_the_message_waits_for_the_next_opening(aurora: Company, now: datetime):
    OpeningHours.objects.filter(tenant=aurora.tenant).delete()  # Tuesday, 10:00 in London
    OpeningHours.objects.create(tenant=aurora.tenant, weekday=2, opens="09:30", closes="17:00")
    conversation = aurora.start()
    assert conversation.deferred
    assert texts(conversation) == ["conversation.started", "Hello", "conversation.deferred"]
    assert aurora.item(conversation).not_before == now + timedelta(hours=23, minutes=30)


def test_with_a_full_queue_the_message_is_deferred_and_still_stored(aurora: Company, now: datetime):
    aurora.queue.max_waiting = 1
    aurora.queue.save()
    assert not aurora.start().deferred
    left = aurora.start()
    assert left.deferred
    assert aurora.item(left).not_before == now + timedelta(minutes=15)


def test_blocked_customer_cannot_start(aurora: Company, now: datetime):
    customer = aurora.customer()
    block(customer=customer, by=person("Sam"), reason="Threats", now=now)
    with pytest.raises(conversations.Blocked):
        aurora.start(customer)
    assert not Conversation.objects.exists()


@pytest.mark.parametrize("text", ["", "  \n\t ", "\x00\u202e"])
def test_empty_text_is_refused(aurora: Company, text: str):
    with pytest.raises(conversations.Empty) as refused:
        aurora.start(text=text)
    assert (refused.value.code, refused.value.field) == ("empty", "text")


def test_huge_text_is_refused_at_once(aurora: Company):
    with pytest.raises(conversations.TooLong) as refused:
        aurora.start(text="x" * 10_000_000)
    assert (refused.value.code, refused.value.field) == ("too_long", "text")


def test_second_window_of_a_customer_joins_the_open_conversation(aurora: Company):
    customer = aurora.customer()
    first = aurora.start(customer, text="One")
    second = aurora.start(customer, text="Two")
    assert second == first
    assert texts(first) == ["conversation.started", "One", "Two"]
    assert WorkItem.objects.filter(conversation=first.pk).count() == 1


def test_form_sent_twice_starts_once(aurora: Company, now: datetime):
    customer, message_id = aurora.customer(), uuid7()
    first = aurora.start(customer, message_id=message_id)
    assert aurora.start(customer, message_id=message_id) == first
    assert texts(first) == ["conversation.started", "Hello"]
    assert conversations.started_with(message_id=message_id, since=now - timedelta(minutes=1)) == first
    assert conversations.started_with(message_id=message_id, since=now + timedelta(minutes=1)) is None
    assert conversations.started_with(message_id=uuid4(), since=now) is None


def test_message_id_of_another_customer_is_refused(aurora: Company):
    message_id = uuid7()
    aurora.start(message_id=message_id)
    with pytest.raises(conversations.IdTaken):
        aurora.start(message_id=message_id)
    assert Conversation.objects.count() == 1


def test_card_numbers_and_hostile_text_never_reach_the_tables(aurora: Company):
    conversation = aurora.start(
        text="4111 1111 1111 1111\x00\ud800<script>alert(1)</script>",
        subject="Card 5555555555554444\r\nBcc: x",
        page="https://x.example/?pan=378282246310005",
    )
    message = Message.objects.get(conversation=conversation, author="customer")
    assert message.text == "•••• •••• •••• 1111\ufffd<script>alert(1)</script>"
    assert conversation.subject == "Card ••••••••••••4444 Bcc: x"
    assert conversation.page == "https://x.example/?pan=•••••••••••0005"


def test_services_refuse_to_run_in_another_companys_schema(aurora: Company):
    with door.tenant("borealis"), pytest.raises(RuntimeError):
        aurora.start(aurora.customer())


def test_company_without_hours_is_asked_again_later(aurora: Company, now: datetime):
    OpeningHours.objects.filter(tenant=aurora.tenant).delete()
    assert aurora.item(aurora.start()).not_before == now + timedelta(minutes=15)


@pytest.mark.parametrize(
    "page", ["javascript:alert(1)", "data:text/html,x", "//x.example", " \x01javascript:alert(1)", ""]
)
def test_page_that_is_no_web_address_is_not_kept(aurora: Company, page: str):
    assert aurora.start(page=page).page == ""
