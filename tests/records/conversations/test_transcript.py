"""A conversation as plain text; what customers get holds no notes and nothing that was taken away."""

from datetime import datetime, timedelta

from django.core.files.uploadedfile import SimpleUploadedFile

from contactcenter.operation.agents.models import Agent
from contactcenter.records.conversations import services as conversations
from contactcenter.records.conversations.models import Conversation, Message
from contactcenter.records.conversations.transcript import EVENTS, transcript
from contactcenter.records.files.services import store
from tests.records.conftest import Company, fresh_id


def talk(aurora: Company, ines: Agent, now: datetime) -> Conversation:
    conversation = aurora.held(ines, text="Hello\nand good morning")
    conversations.add_note(
        tenant=aurora.tenant,
        user=ines.user,
        conversation_id=conversation.pk,
        note_id=fresh_id(),
        text="Difficult",
        now=now,
    )
    file = store(SimpleUploadedFile("fees.txt", b"25"), conversation=conversation.pk, user=ines.user_id, now=now)
    aurora.reply(conversation, ines, "Here you are", files=[file.pk], now=now + timedelta(minutes=1))
    secret = aurora.receive(conversation, "My PIN is 1234", now=now + timedelta(minutes=2))
    conversations.redact(
        tenant=aurora.tenant, conversation_id=conversation.pk, message_id=secret.pk, user=ines.user, now=now
    )
    return conversation


def test_for_the_customer(aurora: Company, ines: Agent, now: datetime):
    text = transcript(tenant=aurora.tenant, conversation=talk(aurora, ines, now), language="en")
    assert text.splitlines() == [
        "Aurora Travel, conversation of Nov. 24, 2026",
        "A booking",
        "Times are those of Europe/London.",
        "",
        "[2026-11-24 10:00] The conversation began.",
        "[2026-11-24 10:00] Helen Marsh: Hello",
        "    and good morning",
        "[2026-11-24 10:00] Inés joined.",
        "[2026-11-24 10:01] Inés: Here you are (file: fees.txt)",
        "[2026-11-24 10:02] Helen Marsh: (message removed)",
    ]


def test_for_staff_with_notes_where_they_were_written(aurora: Company, ines: Agent, now: datetime):
    text = transcript(tenant=aurora.tenant, conversation=talk(aurora, ines, now), language="en", notes=True)
    lines = text.splitlines()
    assert lines[lines.index("[2026-11-24 10:00] Inés joined.") + 1] == "[2026-11-24 10:00] Note by Inés: Difficult"


def test_every_event_has_words(aurora: Company, now: datetime):
    conversation = aurora.start()
    for event in EVENTS:
        conversation.take_number()
        Message.objects.create(
            conversation=conversation,
            sequence=conversation.last_sequence,
            revision=conversation.revision,
            direction="out",
            author="system",
            author_name="Inés",
            event=event,
            created_at=now,
        )
    text = transcript(tenant=aurora.tenant, conversation=conversation, language="en")
    assert "%" not in text
    assert len(text.splitlines()) == 4 + 2 + len(EVENTS)
