"""What a webhook is sent: `{type, timestamp, data}`, with `data` as it was when it happened. What people wrote is added
when it is sent, from the message as it is then: one that was redacted meanwhile comes without its text.
"""

from __future__ import annotations

from typing import Any

from contactcenter.records.conversations.happenings import words_of
from contactcenter.records.conversations.models import Message
from contactcenter.records.webhooks.models import Delivery


def body_of(delivery: Delivery) -> dict[str, Any]:
    data = dict(delivery.payload)
    messages = Message.objects.prefetch_related("attachments__file")
    message = messages.filter(pk=delivery.message).first() if delivery.message else None
    if message is not None:
        data["message"] = {**data["message"], **words_of(message)}
    return {"type": delivery.event, "timestamp": delivery.created_at.isoformat(), "data": data}
