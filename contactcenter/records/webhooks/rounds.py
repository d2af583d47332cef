"""One sender's turn with one webhook: what is due, in order, and what became of it. Call inside the company's schema;
no transaction is open while the receiver is spoken to.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, Min, OuterRef, Q, QuerySet

from contactcenter.records.webhooks.models import Delivery, Webhook
from contactcenter.records.webhooks.schedule import MOST_TIME, MOST_TRIES, gap, rest
from contactcenter.records.webhooks.services import free_lane

TURN = timedelta(seconds=60)  # one whose worker died is free again after it
ERROR_LIMIT = 500
NEVER_TRIED = "Not tried: earlier events of its conversation kept failing for 72 h."
State = Delivery.State


@dataclass(frozen=True)
class Outcome:
    """`status` None: no answer came. `error` is empty where it arrived."""

    delivery: Delivery
    status: int | None
    error: str


def begin(webhook_id: UUID, now: datetime) -> Webhook | None:
    """The turn, or None while another sender has it or the webhook is gone."""
    free = Q(worked_on_until=None) | Q(worked_on_until__lte=now)
    if not Webhook.objects.filter(free, pk=webhook_id, removed_at=None).update(worked_on_until=now + TURN):
        return None
    webhook = Webhook.objects.get(pk=webhook_id)
    give_up_late(webhook, now)
    return webhook


def end(webhook: Webhook) -> None:
    Webhook.objects.filter(pk=webhook.pk).update(worked_on_until=None)


def due(webhook: Webhook, now: datetime, most: int) -> list[Delivery]:
    """The first of each conversation, where its time has come: one that fails holds its conversation alone."""
    if webhook.resting_until and webhook.resting_until > now:
        return []
    return list(heads(webhook).filter(next_try_at__lte=now).order_by("next_try_at", "id")[:most])


def next_due(webhook: Webhook, now: datetime) -> datetime | None:
    """When the sender must look again. None: nothing is on its way."""
    earliest: datetime | None = heads(webhook).aggregate(at=Min("next_try_at"))["at"]
    if earliest is None:
        return None
    return max(earliest, webhook.resting_until or earliest, now)


def heads(webhook: Webhook) -> QuerySet[Delivery]:
    waiting = Delivery.objects.filter(webhook=webhook, state=State.PENDING)
    before = waiting.filter(conversation=OuterRef("conversation"), revision__lt=OuterRef("revision"))
    return waiting.filter(~Exists(before))


@transaction.atomic
def settle(webhook: Webhook, outcomes: Sequence[Outcome], now: datetime, chance: float) -> list[Delivery]:
    """Writes what became of a batch. Gives those that were given up."""
    dead = [outcome.delivery for outcome in outcomes if not write(outcome, now, chance)]
    arrived = any(not outcome.error for outcome in outcomes)
    webhook.failures = 0 if arrived else webhook.failures + 1
    webhook.resting_until = None if arrived else now + rest(webhook.failures)
    Webhook.objects.filter(pk=webhook.pk, url=webhook.url).update(  # one whose address was changed meanwhile is new
        failures=webhook.failures, resting_until=webhook.resting_until, worked_on_until=now + TURN
    )
    return dead


def write(outcome: Outcome, now: datetime, chance: float) -> bool:
    """False where it is given up by this. What was discarded while it was being sent stays so."""
    delivery = outcome.delivery
    delivery.tries += 1
    delivery.status, delivery.error = outcome.status, outcome.error[:ERROR_LIMIT]
    delivery.next_try_at = now + gap(delivery.tries, chance)
    if not outcome.error:
        delivery.state = State.DELIVERED
    elif delivery.tries >= MOST_TRIES or delivery.next_try_at > delivery.due_since + MOST_TIME:
        delivery.state = State.DEAD
    ended = delivery.state != State.PENDING
    delivery.ended_at = now if ended else None
    written = Delivery.objects.filter(pk=delivery.pk, state=State.PENDING).update(
        state=delivery.state,
        tries=delivery.tries,
        status=delivery.status,
        error=delivery.error,
        next_try_at=delivery.next_try_at,
        ended_at=delivery.ended_at,
    )
    if ended:
        free_lane(delivery, now)
    else:
        hold_lane(delivery)
    return not (written and delivery.state == State.DEAD)


def hold_lane(delivery: Delivery) -> None:
    """What is behind it in its conversation is not looked at before it."""
    Delivery.objects.filter(
        webhook=delivery.webhook_id,
        conversation=delivery.conversation,
        state=State.PENDING,
        revision__gt=delivery.revision,
        next_try_at__lt=delivery.next_try_at,
    ).update(next_try_at=delivery.next_try_at)


def give_up_late(webhook: Webhook, now: datetime) -> None:
    """Three days are enough, also for those that only waited behind others."""
    late = Delivery.objects.filter(webhook=webhook, state=State.PENDING, due_since__lt=now - MOST_TIME)
    late.filter(tries=0).update(state=State.DEAD, ended_at=now, error=NEVER_TRIED)
    late.update(state=State.DEAD, ended_at=now)
