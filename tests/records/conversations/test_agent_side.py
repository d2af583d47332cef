"""What the agent who holds a conversation may do with it, and that nobody else may."""

from datetime import datetime, timedelta

import pytest

from contactcenter.lib.ids import uuid7
from contactcenter.operation.agents.models import Agent
from contactcenter.operation.routing import services as routing
from contactcenter.operation.routing.models import Queue, WorkItem
from contactcenter.records.conversations import services as conversations
from contactcenter.records.conversations.models import (
    BrandOverride,
    Conversation,
    Disposition,
    Draft,
    Message,
    Note,
    WrapUp,
)
from tenants import door
from tests.records.conftest import Company, offer, texts

ClosedBy = Conversation.ClosedBy


def finish(aurora: Company, conversation: Conversation, agent: Agent, now: datetime) -> None:
    conversations.finish(tenant=aurora.tenant, conversation_id=conversation.pk, by=ClosedBy.AGENT, agent=agent, now=now)


# Taking ---


def test_take_tells_the_customer_who_is_there(aurora: Company, ines: Agent, now: datetime):
    conversation = aurora.start()
    item = offer(aurora.item(conversation), ines)
    with door.shared():  # as the desk calls it, knowing only the item
        taken = conversations.take(item_id=item.pk, agent=ines, now=now)
    assert (taken.tenant, taken.conversation) == (aurora.tenant, conversation)
    joined = Message.objects.get(conversation=conversation, event="agent.joined")
    assert (joined.author, joined.author_name, joined.direction) == ("system", "Inés", "out")
    assert (aurora.item(conversation).state, aurora.item(conversation).agent) == ("active", ines)


def test_take_twice_is_taken_once(aurora: Company, ines: Agent, now: datetime):
    conversation = aurora.held(ines)
    conversations.take(item_id=aurora.item(conversation).pk, agent=ines, now=now)
    assert texts(conversation).count("agent.joined") == 1


def test_offer_of_another_agent_or_none_is_gone(aurora: Company, ines: Agent, nils: Agent, now: datetime):
    conversation = aurora.start()
    item = offer(aurora.item(conversation), ines)
    for item_id in (item.pk, 999_999):
        with pytest.raises(routing.OfferGone):
            conversations.take(item_id=item_id, agent=nils, now=now)
    assert texts(conversation) == ["conversation.started", "Hello"]


# Replying ---


def test_reply_stops_the_waiting_clock_and_clears_the_draft(aurora: Company, ines: Agent, now: datetime):
    conversation = aurora.held(ines)
    conversations.save_draft(tenant=aurora.tenant, user=ines.user, conversation_id=conversation.pk, text="Gla", now=now)
    message = aurora.reply(conversation, ines, "Gladly", now=now + timedelta(seconds=5))
    conversation.refresh_from_db()
    assert (message.author, message.author_name, message.direction, message.user) == ("agent", "Inés", "out", ines.user)
    assert conversation.waiting_since is None
    assert conversation.first_reply_at == conversation.last_reply_at == now + timedelta(seconds=5)
    assert not Draft.objects.exists()


def test_only_the_holder_may_reply(aurora: Company, ines: Agent, nils: Agent):
    waiting, held = aurora.start(), aurora.held(ines)
    for conversation, agent in ((waiting, ines), (held, nils)):
        with pytest.raises(conversations.NotYours):
            aurora.reply(conversation, agent)
    assert not Message.objects.filter(author="agent").exists()


def test_reply_to_a_closed_or_missing_conversation(aurora: Company, ines: Agent, now: datetime):
    conversation = aurora.held(ines)
    finish(aurora, conversation, ines, now)
    with pytest.raises(conversations.Closed):
        aurora.reply(conversation, ines)
    conversation.pk = uuid7()
    with pytest.raises(conversations.NotFound):
        aurora.reply(conversation, ines)


def test_same_reply_again_is_sent_once(aurora: Company, ines: Agent, nils: Agent):
    conversation, message_id = aurora.held(ines), uuid7()
    first = aurora.reply(conversation, ines, message_id=message_id)
    assert aurora.reply(conversation, ines, message_id=message_id) == first
    assert texts(conversation).count("Gladly") == 1
    with pytest.raises(conversations.IdTaken):
        aurora.reply(conversation, nils, message_id=message_id)


def test_reply_that_names_another_company_needs_a_reason(aurora: Company, ines: Agent):
    conversation, message_id = aurora.held(ines), uuid7()
    text = "Call borealis bank, see http://cumbre.localhost/"
    with pytest.raises(conversations.WrongBrand) as stopped:
        aurora.reply(conversation, ines, text, message_id=message_id)
    assert stopped.value.found == ["borealis bank", "cumbre.localhost"]
    assert not Message.objects.filter(pk=message_id).exists()
    with pytest.raises(conversations.WrongBrand):
        aurora.reply(conversation, ines, text, message_id=message_id, override=" \u200b ")
    sent = aurora.reply(conversation, ines, text, message_id=message_id, override="She asked for her bank's number")
    override = BrandOverride.objects.get(message=sent)
    assert (override.user, override.found) == (ines.user, "borealis bank, cumbre.localhost")
    assert override.reason == "She asked for her bank's number"


def test_reply_with_the_own_companys_names_needs_none(aurora: Company, ines: Agent):
    aurora.reply(aurora.held(ines), ines, "Aurora Travel, aurora.localhost", override="not needed")
    assert not BrandOverride.objects.exists()


# Transferring ---


def test_transfer_leaves_a_note_and_tells_the_customer(aurora: Company, ines: Agent, nils: Agent, now: datetime):
    conversation = aurora.held(ines)
    item = aurora.item(conversation)
    moved = conversations.transfer(
        item_id=item.pk, agent=ines, to_agent=nils.pk, warm=True, note="She is in a hurry", now=now
    )
    assert (moved.entered_at, moved.previous_id) == (item.entered_at, item.pk)
    note = Note.objects.get(conversation=conversation)
    assert (note.kind, note.text, note.author, note.to) == ("transfer", "She is in a hurry", ines.user, nils.user)
    assert texts(conversation)[-1] == "conversation.transferred"
    with pytest.raises(conversations.NotYours):
        aurora.reply(conversation, ines)


def test_warm_transfer_needs_its_note_and_a_cold_one_none(aurora: Company, ines: Agent, nils: Agent, now: datetime):
    conversation = aurora.held(ines)
    item = aurora.item(conversation)
    with pytest.raises(conversations.Empty) as refused:
        conversations.transfer(item_id=item.pk, agent=ines, to_agent=nils.pk, warm=True, note=" ", now=now)
    assert refused.value.field == "note"
    loans = Queue.objects.create(tenant=aurora.tenant, pool=aurora.queue.pool, key="loans", name="Loans")
    moved = conversations.transfer(item_id=item.pk, agent=ines, to_queue=loans.pk, note="", now=now)
    assert moved.queue == loans
    assert not Note.objects.exists()


def test_only_the_holder_may_transfer(aurora: Company, ines: Agent, nils: Agent, now: datetime):
    item = aurora.item(aurora.held(ines))
    for item_id, agent in ((item.pk, nils), (999_999, ines)):
        with pytest.raises(conversations.NotYours):
            conversations.transfer(item_id=item_id, agent=agent, to_queue=aurora.queue.pk, note="", now=now)


# Wrapping up ---


def test_wrap_up_records_the_outcome_and_closes_the_item(
    aurora: Company, ines: Agent, solved: Disposition, now: datetime
):
    conversation = aurora.held(ines)
    finish(aurora, conversation, ines, now)
    item = aurora.item(conversation)
    conversations.wrap_up(item_id=item.pk, agent=ines, disposition="solved", summary="Paid 4111111111111111", now=now)
    conversation.refresh_from_db()
    assert (conversation.disposition, conversation.summary) == (solved, "Paid ••••••••••••1111")
    assert aurora.item(conversation).state == "closed"
    assert WrapUp.objects.get(item=item.pk).user == ines.user


@pytest.mark.parametrize("key", ["", "nonsense", "old"])
def test_wrap_up_needs_a_disposition_of_the_company(aurora: Company, ines: Agent, now: datetime, key: str):
    Disposition.objects.create(key="old", is_active=False)
    conversation = aurora.held(ines)
    finish(aurora, conversation, ines, now)
    with pytest.raises(conversations.DispositionMissing) as refused:
        conversations.wrap_up(item_id=aurora.item(conversation).pk, agent=ines, disposition=key, summary="", now=now)
    assert refused.value.field == "disposition"
    assert aurora.item(conversation).state == "wrap_up"


def test_wrap_up_is_the_holders_alone_and_after_the_end(
    aurora: Company, ines: Agent, nils: Agent, solved: Disposition, now: datetime
):
    conversation = aurora.held(ines)
    item = aurora.item(conversation)
    with pytest.raises(conversations.NotYours):  # still running
        conversations.wrap_up(item_id=item.pk, agent=ines, disposition="solved", summary="", now=now)
    finish(aurora, conversation, ines, now)
    with pytest.raises(conversations.NotYours):
        conversations.wrap_up(item_id=item.pk, agent=nils, disposition="solved", summary="", now=now)


def test_who_serves_the_company_no_more_writes_nothing_into_it(
    aurora: Company, ines: Agent, nils: Agent, solved: Disposition, now: datetime
):
    """Until the house has taken their work back, they still hold it."""
    rings, held, ended = aurora.start(), aurora.held(ines), aurora.held(ines)
    finish(aurora, ended, ines, now)
    offer(aurora.item(rings), ines)
    ines.tenants.clear()

    with pytest.raises(routing.OfferGone):
        conversations.take(item_id=aurora.item(rings).pk, agent=ines, now=now)
    with pytest.raises(conversations.NotYours):
        conversations.transfer(item_id=aurora.item(held).pk, agent=ines, note="Mine", to_agent=nils.pk, now=now)
    with pytest.raises(conversations.NotYours):
        conversations.wrap_up(item_id=aurora.item(ended).pk, agent=ines, disposition="solved", summary="Mine", now=now)
    assert not Note.objects.exists() and not WrapUp.objects.exists()


def test_wrap_up_that_ran_out_is_flagged_once_and_never_over_an_outcome(
    aurora: Company, ines: Agent, solved: Disposition, now: datetime
):
    late, done = aurora.held(ines), aurora.held(ines)
    for conversation in (late, done):
        finish(aurora, conversation, ines, now)
    conversations.wrap_up(item_id=aurora.item(done).pk, agent=ines, disposition="solved", summary="", now=now)
    for conversation in (late, late, done):
        conversations.flag_wrap_up_missing(item_id=aurora.item(conversation).pk, now=now)
    late.refresh_from_db()
    done.refresh_from_db()
    assert (late.disposition_missing, late.disposition) == (True, None)
    assert (done.disposition_missing, done.disposition) == (False, solved)
    assert WrapUp.objects.count() == 2


def test_outcome_of_a_transferred_conversation_is_that_of_its_last_handling(
    aurora: Company, ines: Agent, nils: Agent, solved: Disposition, now: datetime
):
    passed_on = Disposition.objects.create(key="passed-on")
    conversation = aurora.held(ines)
    first = aurora.item(conversation)
    conversations.transfer(item_id=first.pk, agent=ines, to_agent=nils.pk, note="", now=now)
    aurora.take(conversation, nils)
    finish(aurora, conversation, nils, now)
    conversations.wrap_up(
        item_id=aurora.item(conversation).pk, agent=nils, disposition="solved", summary="All done", now=now
    )
    conversations.wrap_up(item_id=first.pk, agent=ines, disposition="passed-on", summary="To Nils", now=now)
    conversation.refresh_from_db()
    assert (conversation.disposition, conversation.summary) == (solved, "All done")
    assert WrapUp.objects.get(item=first.pk).disposition == passed_on


def test_wrap_up_of_an_unknown_item_changes_nothing(aurora: Company, now: datetime):
    conversations.flag_wrap_up_missing(item_id=999_999, now=now)
    assert not WrapUp.objects.exists()
    assert not WorkItem.objects.exists()
