"""Who may read a conversation; and that what is new, added to what one has, is all there is."""

import random
from datetime import datetime, timedelta

import pytest

from contactcenter.lib.ids import uuid7
from contactcenter.operation.accounts.models import Role, User
from contactcenter.operation.agents.models import Agent
from contactcenter.records.conversations import frames
from contactcenter.records.conversations import services as conversations
from contactcenter.records.conversations.models import Conversation, Note
from tenants import door
from tests.people import newer_than
from tests.records.conftest import Company, at_most, make_agent, person

ClosedBy = Conversation.ClosedBy


def may_read(aurora: Company, user: User, conversation: Conversation) -> bool:
    return conversations.may_read(tenant=aurora.tenant, user=user, conversation=conversation)


def test_holders_past_holders_and_supervisors_may_read(
    aurora: Company, ines: Agent, nils: Agent, sam: User, now: datetime
):
    conversation = aurora.held(ines)
    assert may_read(aurora, ines.user, conversation)
    assert may_read(aurora, sam, conversation)
    assert not may_read(aurora, nils.user, conversation)
    conversations.transfer(item_id=aurora.item(conversation).pk, agent=ines, to_agent=nils.pk, note="", now=now)
    aurora.take(conversation, nils)
    assert may_read(aurora, ines.user, conversation)
    assert may_read(aurora, nils.user, conversation)


def test_waiting_conversation_is_for_supervisors_only(aurora: Company, ines: Agent, sam: User):
    conversation = aurora.start()
    assert may_read(aurora, sam, conversation)
    assert not may_read(aurora, ines.user, conversation)


def test_history_of_a_customer_opens_while_one_serves_them(
    aurora: Company, ines: Agent, nils: Agent, solved: object, now: datetime
):
    past = aurora.held(nils)
    conversations.finish(tenant=aurora.tenant, conversation_id=past.pk, by=ClosedBy.AGENT, agent=nils, now=now)
    strangers = aurora.held(nils)
    current = aurora.start(past.customer)
    assert not may_read(aurora, ines.user, past)
    aurora.take(current, ines)
    assert may_read(aurora, ines.user, past)
    assert not may_read(aurora, ines.user, strangers)
    conversations.finish(tenant=aurora.tenant, conversation_id=current.pk, by=ClosedBy.AGENT, agent=ines, now=now)
    assert may_read(aurora, ines.user, past)  # still in wrap-up
    conversations.wrap_up(item_id=aurora.item(current).pk, agent=ines, disposition="solved", summary="", now=now)
    assert not may_read(aurora, ines.user, past)
    assert may_read(aurora, ines.user, current)


def test_rights_that_were_taken_away_close_it(aurora: Company, ines: Agent, sam: User):
    conversation = aurora.held(ines)
    ines.tenants.clear()
    assert not may_read(aurora, ines.user, conversation)
    for user in (sam, person("Ada", Role.ADMIN), person("Maya", "")):
        user.is_active = user is not sam
        assert not may_read(aurora, user, conversation)


def test_foreign_and_missing_give_the_same_answer(aurora: Company, borealis: Company, ines: Agent):
    with door.tenant("borealis"):
        rosa = make_agent("Rosa", borealis.tenant)
        foreign = borealis.held(rosa)
    unheld = aurora.start()
    answers = []
    for conversation_id in (foreign.pk, unheld.pk, uuid7()):
        with pytest.raises(conversations.NotFound) as refused:
            conversations.readable(tenant=aurora.tenant, user=ines.user, conversation_id=conversation_id)
        answers.append((type(refused.value), refused.value.code, refused.value.field))
    assert len(set(answers)) == 1


def test_newer_than_the_newest_is_nothing(aurora: Company):
    conversation = aurora.start()
    revision = newer_than(conversation.pk, 0).revision
    with at_most(1):
        newer = newer_than(conversation.pk, revision)
    assert (newer.messages, newer.notes, newer.revision) == ([], [], revision)


@pytest.mark.parametrize("seed", range(5))
def test_news_added_up_equal_a_fresh_reading(aurora: Company, ines: Agent, now: datetime, seed: int):
    """A client that asks at odd moments, and forgets some answers, ends with the rows as they are."""
    chance = random.Random(seed)
    conversation = aurora.held(ines)
    customer = {"tenant": aurora.tenant, "conversation_id": conversation.pk, "customer": conversation.customer}
    messages: dict[str, object] = {}
    notes: dict[str, object] = {}
    known = 0

    def some_message():
        return chance.choice(list(conversation.messages.exclude(author="system")))

    for step in range(60):
        at = now + timedelta(seconds=step * 20)
        match chance.randrange(7):
            case 0 | 1:
                aurora.receive(conversation, f"in {step}", now=at)
            case 2:
                aurora.reply(conversation, ines, f"out {step}", now=at)
            case 3:
                conversations.mark_read(**customer, sequence=some_message().sequence)
            case 4:
                conversations.mark_delivered(**customer, sequence=some_message().sequence)
            case 5:
                conversations.redact(
                    tenant=aurora.tenant,
                    conversation_id=conversation.pk,
                    message_id=some_message().pk,
                    user=ines.user,
                    now=at,
                )
            case 6:
                conversations.add_note(
                    tenant=aurora.tenant,
                    user=ines.user,
                    conversation_id=conversation.pk,
                    note_id=uuid7(),
                    text=f"note {step}",
                    now=at,
                    kind=Note.Kind.NOTE,
                )
        newer = newer_than(conversation.pk, known, notes=True)
        if chance.random() < 0.5:  # the answer was lost: the same again next time
            continue
        messages |= {frame["id"]: frame for frame in frames.message_frames(newer.messages)}
        notes |= {frame["id"]: frame for frame in map(frames.note_frame, newer.notes)}
        known = newer.revision
    newer = newer_than(conversation.pk, known, notes=True)
    messages |= {frame["id"]: frame for frame in frames.message_frames(newer.messages)}
    notes |= {frame["id"]: frame for frame in map(frames.note_frame, newer.notes)}
    fresh = newer_than(conversation.pk, 0, notes=True)
    assert sorted(messages.values(), key=lambda m: m["sequence"]) == frames.message_frames(fresh.messages)
    assert list(notes.values()) == [frames.note_frame(note) for note in fresh.notes]
    assert [message["sequence"] for message in messages.values()] == list(range(1, len(messages) + 1))
