"""What staff write beside a conversation stays among them."""

from datetime import datetime

import pytest

from contactcenter.lib.ids import uuid7
from contactcenter.operation.accounts.models import User
from contactcenter.operation.agents.models import Agent
from contactcenter.operation.outbox.models import Event
from contactcenter.records.conversations import services as conversations
from contactcenter.records.conversations.models import Conversation, Draft, Note
from tests.people import newer_than
from tests.records.conftest import Company, make_agent, person


def write(aurora: Company, conversation: Conversation, user: User, now: datetime, **given: object) -> Note:
    return conversations.add_note(
        **{
            "tenant": aurora.tenant,
            "user": user,
            "conversation_id": conversation.pk,
            "note_id": uuid7(),
            "text": "Prefers mornings",
            "now": now,
        }
        | given
    )


def test_note_is_outside_the_message_numbers_and_told_to_staff_only(aurora: Company, ines: Agent, now: datetime):
    conversation = aurora.held(ines)
    Event.objects.all().delete()
    note = write(aurora, conversation, ines.user, now)
    conversation.refresh_from_db()
    assert (note.after_sequence, conversation.last_sequence) == (3, 3)
    assert note.revision == conversation.revision == 4
    assert not Event.objects.filter(group__endswith=".visitor").exists()
    assert newer_than(conversation.pk, 3).notes == []
    assert newer_than(conversation.pk, 3, notes=True).notes == [note]


def test_same_note_again_is_one_note(aurora: Company, ines: Agent, sam: User, now: datetime):
    conversation, note_id = aurora.held(ines), uuid7()
    assert write(aurora, conversation, ines.user, now, note_id=note_id) == write(
        aurora, conversation, ines.user, now, note_id=note_id
    )
    with pytest.raises(conversations.IdTaken):
        write(aurora, conversation, sam, now, note_id=note_id)
    assert Note.objects.count() == 1


def test_question_opens_the_conversation_to_the_colleague_who_answers(
    aurora: Company, ines: Agent, nils: Agent, now: datetime
):
    conversation = aurora.held(ines)
    assert not conversations.may_read(tenant=aurora.tenant, user=nils.user, conversation=conversation)
    question = write(
        aurora, conversation, ines.user, now, kind=Note.Kind.QUESTION, to=nils.user_id, text="May I waive the fee?"
    )
    told = Event.objects.get(name="questions.changed")
    assert (told.group, told.object_id) == (f"user.{nils.user_id}", str(conversation.pk))
    assert conversations.may_read(tenant=aurora.tenant, user=nils.user, conversation=conversation)
    answer = write(aurora, conversation, nils.user, now, kind=Note.Kind.ANSWER, answers=question.pk, text="Once, yes")
    assert (answer.to, answer.answers) == (ines.user, question)
    with pytest.raises(conversations.NotYours):  # to read is not to write to the customer
        aurora.reply(conversation, nils)


def test_question_goes_only_to_who_serves_the_company(aurora: Company, ines: Agent, sam: User, now: datetime):
    conversation = aurora.held(ines)
    elsewhere, client = make_agent("Rosa"), person("Maya", "")
    gone = make_agent("Gone", aurora.tenant)
    gone.user.is_active = False
    gone.user.save()
    for user_id in (elsewhere.user_id, client.pk, gone.user_id, ines.user_id, 999_999, None):
        with pytest.raises(conversations.UnknownColleague) as refused:
            write(aurora, conversation, ines.user, now, kind=Note.Kind.QUESTION, to=user_id)
        assert refused.value.field == "to"
    write(aurora, conversation, ines.user, now, kind=Note.Kind.QUESTION, to=sam.pk)


def test_answer_is_for_who_was_asked(aurora: Company, ines: Agent, nils: Agent, sam: User, now: datetime):
    conversation = aurora.held(ines)
    question = write(aurora, conversation, ines.user, now, kind=Note.Kind.QUESTION, to=nils.user_id)
    for answers in (question.pk, uuid7(), None):
        with pytest.raises(conversations.NotFound):
            write(aurora, conversation, sam, now, kind=Note.Kind.ANSWER, answers=answers)


def test_who_may_not_read_may_not_write(aurora: Company, ines: Agent, nils: Agent, now: datetime):
    conversation = aurora.held(ines)
    with pytest.raises(conversations.NotFound):
        write(aurora, conversation, nils.user, now)
    with pytest.raises(conversations.NotFound):
        conversations.save_draft(
            tenant=aurora.tenant, user=nils.user, conversation_id=conversation.pk, text="x", now=now
        )


def test_card_numbers_are_masked_in_notes_and_drafts(aurora: Company, ines: Agent, now: datetime):
    conversation = aurora.held(ines)
    assert write(aurora, conversation, ines.user, now, text="4111111111111111").text == "••••••••••••1111"
    conversations.save_draft(
        tenant=aurora.tenant, user=ines.user, conversation_id=conversation.pk, text="4111111111111111", now=now
    )
    assert Draft.objects.get().text == "••••••••••••1111"


def test_draft_is_kept_replaced_and_cleared(aurora: Company, ines: Agent, now: datetime):
    conversation = aurora.held(ines)
    for text, kept in (("Dear", ["Dear"]), ("Dear Helen", ["Dear Helen"]), (" ", [])):
        conversations.save_draft(
            tenant=aurora.tenant, user=ines.user, conversation_id=conversation.pk, text=text, now=now
        )
        assert [draft.text for draft in Draft.objects.all()] == kept


@pytest.mark.parametrize(("text", "error"), [(" ", conversations.Empty), ("x" * 4001, conversations.TooLong)])
def test_bad_notes_are_refused(aurora: Company, ines: Agent, now: datetime, text: str, error: type[Exception]):
    with pytest.raises(error):
        write(aurora, aurora.held(ines), ines.user, now, text=text)
