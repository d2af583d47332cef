"""The task of the outbox's `webhook.due`. It goes to a queue of its own (settings.CELERY_TASK_ROUTES), which a worker
with many threads serves.
"""

from __future__ import annotations

from uuid import UUID

from contactcenter.gateways.webhooks.sender import take_turn
from contactcenter.operation.outbox.registry import carries
from contactcenter.records.webhooks.services import DUE


@carries(DUE, task="webhooks.send")
def send(*, object_id: str) -> None:
    take_turn(UUID(object_id))
