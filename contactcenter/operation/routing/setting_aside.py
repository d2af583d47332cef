"""Work items that the router fails on: tried again twice, then left alone with the reason, so that all others go on."""

from __future__ import annotations

import logging
from datetime import datetime

from django.db import transaction

from contactcenter.operation.routing.locks import lock_item
from contactcenter.operation.routing.models import Repair, WorkItem
from contactcenter.operation.routing.news import save

log = logging.getLogger("router")
FAILURES = 3
REASON_LIMIT = 200


@transaction.atomic
def note_failure(*, item_id: int, reason: str, now: datetime) -> None:
    item = lock_item(item_id)
    if item is None or item.state != WorkItem.State.WAITING or item.set_aside:
        return
    item.failures += 1
    if item.failures >= FAILURES:
        item.set_aside = reason[:REASON_LIMIT]
        Repair.objects.create(
            item=item,
            kind="set_aside",
            explanation=f"Could not be offered to anybody {FAILURES} times and is left for a supervisor: {reason}"[
                :300
            ],
            at=now,
        )
        log.error("work item %d is set aside: %s", item.pk, reason)
    save(item, "failures", "set_aside")
