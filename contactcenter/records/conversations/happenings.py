"""What of a conversation its company may want told (records.webhooks), found where messages are written."""

from __future__ import annotations

from typing import Any

from contactcenter.records.conversations.models import Conversation, Message
from contactcenter.records.webhooks.models import Webhook
from contactcenter.records.webhooks.services import Happening, record

Event = Webhook.Event
OF_SYSTEM = {
    "conversation.started": Event.CONVERSATION_STARTED,
    "conversation.reopened": Event.CONVERSATION_REOPENED,
    "conversation.closed_by_customer": Event.CONVERSATION_CLOSED,
    "conversation.closed_by_agent": Event.CONVERSATION_CLOSED,
    "conversation.closed_by_silence": Event.CONVERSATION_CLOSED,
}


def happened(conversation: Conversation, message: Message) -> None:
    """By the message that has just been written: one of people, or the system's word of what happened."""
    event = event_of(message)
    if event is None:
        return
    told = message if message.author != Message.Author.SYSTEM else None
    record(
        Happening(
            event=event,
            conversation=conversation.pk,
            revision=message.revision,
            message=told.pk if told else None,
            payload=lambda: facts(conversation, told),
            at=message.created_at,
        )
    )


def event_of(message: Message) -> str | None:
    if message.author == Message.Author.SYSTEM:
        return OF_SYSTEM.get(message.event)
    return Event.MESSAGE_RECEIVED if message.direction == Message.Direction.IN else Event.MESSAGE_SENT


def facts(conversation: Conversation, message: Message | None) -> dict[str, Any]:
    """Without a word that people wrote."""
    data: dict[str, Any] = {
        "conversation": {
            "id": str(conversation.pk),
            "state": conversation.state,
            "channel": conversation.channel,
            "language": conversation.language,
            "customer": str(conversation.customer_id),
            "created_at": conversation.created_at.isoformat(),
            "closed_at": conversation.closed_at.isoformat() if conversation.closed_at else None,
            "closed_by": conversation.closed_by or None,
        }
    }
    if message is not None:
        data["message"] = {
            "id": str(message.pk),
            "sequence": message.sequence,
            "direction": message.direction,
            "author": message.author,
            "created_at": message.created_at.isoformat(),
        }
    return data


def words_of(message: Message) -> dict[str, Any]:
    """Of many messages: prefetch `attachments__file` first."""
    return {
        "name": message.author_name,
        "text": message.text,
        "redacted": message.redacted_at is not None,
        "files": [
            {"id": str(file.pk), "name": file.name, "type": file.type, "size": file.size}
            for file in (attachment.file for attachment in message.attachments.all())
        ],
    }
