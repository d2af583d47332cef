"""Rows become the frames of docs/protocol.md, word for word."""

import re
from datetime import datetime, timedelta
from pathlib import Path

from django.core.files.uploadedfile import SimpleUploadedFile

from contactcenter.operation.accounts.models import User
from contactcenter.operation.agents.models import Agent
from contactcenter.operation.agents.services import set_presence
from contactcenter.records.conversations import frames
from contactcenter.records.conversations import services as conversations
from contactcenter.records.conversations.models import Conversation, Note
from contactcenter.records.customers.services import block, lift_block
from contactcenter.records.files.services import store
from tests.people import newer_than
from tests.records.conftest import Company, at_most, fresh_id

PROTOCOL = (Path(__file__).resolve().parents[3] / "docs/protocol.md").read_text()
HOUR = timedelta(hours=1)


def keys_after(start: str) -> set[str]:
    """The names in the braces that follow `start` in the protocol, without what stands in inner ones."""
    text = PROTOCOL[PROTOCOL.index(start) + len(start) :]
    depth, kept = 0, ""
    for character in text[text.index("{") :]:
        depth += {"{": 1, "[": 1, "}": -1, "]": -1}.get(character, 0)
        if depth == 0:
            break
        if depth == 1 and character not in "{}[]":
            kept += character
    return {re.match(r"\s*(\w+)", part)[1] for part in kept.split(",") if part.strip()}


def test_message_frame(aurora: Company, ines: Agent, now: datetime):
    conversation = aurora.held(ines)
    file = store(SimpleUploadedFile("a.txt", b"hello"), conversation=conversation.pk, user=ines.user_id, now=now)
    message = aurora.reply(conversation, ines, "Gladly", files=[file.pk])
    frame = frames.message_frame(message)
    assert frame == {
        "id": str(message.pk),
        "conversation": str(conversation.pk),
        "sequence": 4,
        "rev": 4,
        "direction": "out",
        "author": "agent",
        "name": "Inés",
        "text": "Gladly",
        "event": "",
        "delivery": "sent",
        "at": "2026-11-24T10:00:00+00:00",
        "redacted": False,
        "files": [{"id": str(file.pk), "name": "a.txt", "type": "text/plain", "size": 5}],
    }
    assert set(frame) == keys_after("Message as seen by both sides:")


def test_redacted_message_has_neither_text_nor_files(aurora: Company, ines: Agent, now: datetime):
    conversation = aurora.held(ines)
    file = store(SimpleUploadedFile("a.txt", b"hello"), conversation=conversation.pk, user=ines.user_id, now=now)
    message = aurora.reply(conversation, ines, "Oops", files=[file.pk])
    gone = conversations.redact(
        tenant=aurora.tenant, conversation_id=conversation.pk, message_id=message.pk, user=ines.user, now=now
    )
    frame = frames.message_frame(gone)
    assert (frame["text"], frame["files"], frame["redacted"], frame["taken_back"]) == ("", [], True, True)


def test_many_messages_take_a_fixed_number_of_queries(aurora: Company):
    conversation = aurora.start()
    for _ in range(10):
        aurora.receive(conversation)
    with at_most(4):  # conversation, messages, attachments, notes
        newer = newer_than(conversation.pk, 0, notes=True)
        assert len(frames.message_frames(newer.messages)) == 12


def test_note_frame(aurora: Company, ines: Agent, nils: Agent, now: datetime):
    conversation = aurora.held(ines)
    question = conversations.add_note(
        tenant=aurora.tenant,
        user=ines.user,
        conversation_id=conversation.pk,
        note_id=fresh_id(),
        text="May I?",
        kind=Note.Kind.QUESTION,
        to=nils.user_id,
        now=now,
    )
    frame = frames.note_frame(question)
    assert frame == {
        "id": str(question.pk),
        "conversation": str(conversation.pk),
        "rev": 4,
        "after_sequence": 3,
        "kind": "question",
        "author": {"id": ines.user_id, "name": "Inés"},
        "to": {"id": nils.user_id, "name": "Nils"},
        "answers": None,
        "text": "May I?",
        "at": "2026-11-24T10:00:00+00:00",
    }
    assert set(frame) == keys_after("Note:")


def visitor_frame(aurora: Company, conversation: Conversation) -> frames.VisitorConversationFrame:
    conversation.refresh_from_db()
    return frames.conversation_for_visitor(tenant=aurora.tenant, conversation=conversation, reopen_within=HOUR)


def test_conversation_for_the_visitor(aurora: Company, ines: Agent, now: datetime):
    aurora.queue.pool.agents.add(ines)
    conversation = aurora.start()
    waiting = visitor_frame(aurora, conversation)
    assert waiting == {
        "id": str(conversation.pk),
        "state": "open",
        "deferred": False,
        "blocked": False,
        "reopenable_until": None,
        "position": 1,
        "nobody_there": False,
        "agent": None,
        "agent_read": 0,
        "rev": 2,
        "subject": "A booking",
        "language": "en",
    }
    assert set(waiting) == keys_after("`conversation` =")
    aurora.take(conversation, ines)
    answered = visitor_frame(aurora, conversation)
    assert (answered["position"], answered["agent"]) == (None, "Inés")
    conversations.finish(
        tenant=aurora.tenant,
        conversation_id=conversation.pk,
        by=Conversation.ClosedBy.CUSTOMER,
        customer=conversation.customer,
        now=now,
    )
    closed = visitor_frame(aurora, conversation)
    assert (closed["state"], closed["agent"], closed["position"]) == ("closed", None, None)
    assert closed["reopenable_until"] == "2026-11-24T11:00:00+00:00"


def test_deferred_conversation_has_no_position(aurora: Company):
    aurora.queue.max_waiting = 0
    aurora.queue.save()
    frame = visitor_frame(aurora, aurora.start())
    assert (frame["deferred"], frame["position"], frame["nobody_there"]) == (True, None, False)


def test_the_visitor_is_told_whether_anybody_is_there(aurora: Company, ines: Agent, now: datetime):
    conversation = aurora.start()
    assert visitor_frame(aurora, conversation)["nobody_there"], "Inés is not in the queue's pool"
    aurora.queue.pool.agents.add(ines)
    assert not visitor_frame(aurora, conversation)["nobody_there"]
    aurora.take(conversation, ines)
    set_presence(agent_id=ines.pk, presence="break", now=now)
    assert not visitor_frame(aurora, conversation)["nobody_there"], "she goes on with what is in her hands"


def test_the_visitor_is_told_of_being_kept_out(aurora: Company, ines: Agent, now: datetime):
    conversation = aurora.held(ines)
    block(customer=conversation.customer, by=ines.user, reason="Threats", now=now)
    assert visitor_frame(aurora, conversation)["blocked"]
    lift_block(customer=conversation.customer, by=ines.user, now=now)
    assert not visitor_frame(aurora, conversation)["blocked"]


def test_conversation_for_the_desk(aurora: Company, ines: Agent, sam: User, now: datetime):
    conversation = aurora.held(ines, page="https://aurora.example/", device="Phone")
    conversations.save_draft(
        tenant=aurora.tenant, user=ines.user, conversation_id=conversation.pk, text="Dear", now=now
    )
    everything = newer_than(conversation.pk, 0, notes=True)
    snapshot = frames.desk_snapshot(tenant=aurora.tenant, everything=everything, user=ines.user)
    assert snapshot["company"] == "aurora"
    assert [message["sequence"] for message in snapshot["messages"]] == [1, 2, 3]
    talk = snapshot["conversation"]
    assert talk == {
        "id": str(conversation.pk),
        "subject": "A booking",
        "state": "open",
        "language": "en",
        "page": "https://aurora.example/",
        "device": "Phone",
        "customer": {
            "id": str(conversation.customer_id),
            "name": "Helen Marsh",
            "language": "en",
            "timezone": "Europe/London",
            "blocked": False,
        },
        "customer_read": 0,
        "rev": 3,
        "draft": "Dear",
    }
    assert set(talk) == keys_after("- `conversation.snapshot` {company, conversation:")
    block(customer=conversation.customer, by=sam, reason="Threats", now=now)
    theirs = frames.conversation_for_desk(conversation=conversation, user=sam)
    assert (theirs["customer"]["blocked"], theirs["draft"]) == (True, "")


def test_news_for_the_desk(aurora: Company, ines: Agent):
    conversation = aurora.held(ines)
    aurora.receive(conversation, "New")
    news = frames.desk_news(tenant=aurora.tenant, newer=newer_than(conversation.pk, 3, notes=True))
    assert ([message["text"] for message in news["messages"]], news["rev"], news["company"]) == (["New"], 4, "aurora")
    assert set(news) == keys_after("- `messages`")
