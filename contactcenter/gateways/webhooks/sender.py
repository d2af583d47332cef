"""Sends what a webhook's company wants told: one sender a webhook at a time, eight conversations side by side, each in
order. Runs in the company's schema.

A turn lasts a few seconds, then whoever waits has the worker; a receiver of which nothing comes rests ever longer. So a
slow receiver costs its own company time and the others nothing.
"""

from __future__ import annotations

import json
import logging
import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from contactcenter.gateways.webhooks.payloads import body_of
from contactcenter.gateways.webhooks.signing import signed_headers
from contactcenter.lib.clock import now
from contactcenter.lib.outgoing import AT_ONCE, Answer, NotSent, Post, post_all
from contactcenter.operation.outbox import registry
from contactcenter.operation.outbox.services import handle_later
from contactcenter.records.webhooks import rounds, secret
from contactcenter.records.webhooks.models import Delivery, Webhook
from contactcenter.records.webhooks.rounds import Outcome
from contactcenter.records.webhooks.services import DUE, schema

TURN = timedelta(seconds=10)
EXCERPT = 200  # characters of a receiver's refusal
BUSY_SECONDS = 2.0

log = logging.getLogger("webhooks")


def take_turn(webhook_id: UUID) -> None:
    """All that is due, for about ten seconds; the rest and what fails has a row of the outbox for its time."""
    here = schema()
    events = registry.open_events(DUE, schema=here, object_id=str(webhook_id))
    webhook = rounds.begin(webhook_id, now())
    if webhook is None:
        wait_for_turn(webhook_id, events)
        return
    try:
        until = now() + TURN
        while now() < until and (batch := rounds.due(webhook, now(), AT_ONCE)):
            send(webhook, batch)
            events += registry.open_events(DUE, schema=here, object_id=str(webhook_id))
        with transaction.atomic():
            registry.told(events)
            come_back(webhook)
    finally:
        rounds.end(webhook)


def wait_for_turn(webhook_id: UUID, events: Sequence[int]) -> None:
    """Another sender is at it, who may have looked before these rows were written; or the webhook is gone."""
    with transaction.atomic():
        registry.told(events)
        if Webhook.objects.filter(pk=webhook_id, removed_at=None).exists():
            handle_later(name=DUE, schema=schema(), object_id=str(webhook_id), seconds=BUSY_SECONDS)


def come_back(webhook: Webhook) -> None:
    at = now()
    when = rounds.next_due(webhook, at)
    if when is not None:
        seconds = (when - at).total_seconds()
        handle_later(name=DUE, schema=schema(), object_id=str(webhook.pk), seconds=seconds)


def send(webhook: Webhook, batch: Sequence[Delivery]) -> None:
    at = now()
    keys = secret.valid(webhook, at)
    answers = post_all([letter(webhook, delivery, keys, at) for delivery in batch])
    outcomes = [outcome(delivery, answer) for delivery, answer in zip(batch, answers, strict=True)]
    for delivery in rounds.settle(webhook, outcomes, now(), random.random()):  # noqa: S311  jitter
        log.warning("webhook %s of %s: delivery %s is given up", webhook.pk, schema(), delivery.pk)


def letter(webhook: Webhook, delivery: Delivery, keys: Sequence[str], at: datetime) -> Post:
    body = json.dumps(body_of(delivery), ensure_ascii=False, separators=(",", ":")).encode()
    signed = signed_headers(message_id=str(delivery.pk), at=at, body=body, secrets=keys)
    return Post(webhook.url, body, {"Content-Type": "application/json", **signed})


def outcome(delivery: Delivery, answer: Answer | NotSent) -> Outcome:
    if isinstance(answer, NotSent):
        return Outcome(delivery, None, str(answer))
    if answer.is_good:
        return Outcome(delivery, answer.status, "")
    said = " ".join(answer.text.replace("\0", "").split())[:EXCERPT]
    return Outcome(delivery, answer.status, f"answered {answer.status}" + (f": {said}" if said else ""))
