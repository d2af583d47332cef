"""Tellings on their way always have a row of the outbox that brings the sender back to them. Where there is none, such
as after a company was restored, nobody would ever look again: they are sent now, and the repair is explained.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from contactcenter.operation.outbox.models import Event
from contactcenter.operation.routing.reconciler import explain
from contactcenter.records.webhooks.models import Delivery, Webhook
from contactcenter.records.webhooks.services import DUE, schema, wake

SUSPECT = """
SELECT 1 FROM {schema}.webhooks_delivery d JOIN {schema}.webhooks_webhook w ON w.id = d.webhook_id
WHERE d.state = 'pending' AND w.removed_at IS NULL AND NOT EXISTS (SELECT 1 FROM public.outbox_event e
    WHERE e.schema = {name} AND e.kind = 'handle' AND e.name = 'webhook.due' AND e.object_id = w.id::text)
"""


@transaction.atomic
def reconcile(*, now: datetime) -> int:
    """In the company's schema. Gives how many webhooks were forgotten."""
    rows = Event.objects.filter(kind=Event.Kind.HANDLE, name=DUE, schema=schema())
    remembered = set(rows.values_list("object_id", flat=True))
    waiting = Delivery.objects.filter(state=Delivery.State.PENDING, webhook__removed_at=None)
    webhooks = Webhook.objects.filter(pk__in=waiting.values("webhook"))
    forgotten = [webhook for webhook in webhooks if str(webhook.pk) not in remembered]
    for webhook in forgotten:
        wake(webhook)
        explain("webhook_not_sent", f"Tellings of {schema()} waited and nobody would have looked: sent now.", now)
    return len(forgotten)
