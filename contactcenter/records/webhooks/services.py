"""Webhooks: kept by the company, written to by what happens, and looked after when they fail. Call inside the company's
schema. What is on its way is sent by gateways.webhooks.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from contactcenter.lib.outgoing import NotSent, read_address
from contactcenter.lib.prepared import Prepared
from contactcenter.lib.text import clean_line
from contactcenter.operation.accounts.models import User
from contactcenter.operation.audit import services as audit
from contactcenter.operation.audit.actions import Action
from contactcenter.operation.audit.kinds import ObjectKind
from contactcenter.operation.outbox import services as outbox
from contactcenter.records.webhooks import secret
from contactcenter.records.webhooks.models import Delivery, Webhook
from tenants.door import SHARED_SCHEMA, current_schema
from tenants.models import Tenant

DUE = "webhook.due"
REASON_LIMIT = 200
MOST_WEBHOOKS = 20
KEPT = timedelta(days=30)
State = Delivery.State


class WebhookError(Exception):
    """Refused: `field` is the input it concerns, the words say the cure."""

    def __init__(self, words: str, *, field: str = "") -> None:
        super().__init__(words)
        self.words, self.field = words, field


class Missing(WebhookError):
    """Foreign, removed or none at all: whoever asks cannot tell which."""

    def __init__(self) -> None:
        super().__init__("")


class WrongState(WebhookError):
    """What was asked cannot be done to a delivery in this state."""


@dataclass(frozen=True)
class Made:
    """`secret` is shown now and never again."""

    webhook: Webhook
    secret: str


@dataclass(frozen=True, kw_only=True)
class Keeper:
    """Who looks after a company's webhooks: a person, or a machine by its token. Goes into the company's audit log."""

    tenant: Tenant
    user: User | None = None
    token: int | None = None

    def note(self, action: Action, webhook: Webhook, now: datetime, **facts: str) -> None:
        if self.token is not None:
            facts["token"] = str(self.token)
        audit.record(
            action=action,
            tenant=self.tenant,
            actor=self.user,
            object_kind=ObjectKind.WEBHOOK,
            object_id=webhook.pk,
            now=now,
            facts=facts,
        )


@dataclass(frozen=True, kw_only=True)
class Happening:
    """What there is to tell. `payload` holds ids and facts, nothing that people wrote; asked for only where somebody
    listens.
    """

    event: str
    conversation: UUID
    revision: int
    message: UUID | None
    payload: Callable[[], dict[str, Any]]
    at: datetime


ACTIVE = Prepared(lambda: Webhook.objects.filter(is_active=True, removed_at=None))


def record(happening: Happening) -> None:
    """In the transaction of what happened, under the lock of its conversation: both are there or neither is, and the
    order of deliveries is that of the conversation. One query where nobody listens.
    """
    listening = [webhook for webhook in ACTIVE.all() if happening.event in webhook.events]
    if not listening:
        return
    payload = happening.payload()
    Delivery.objects.bulk_create(
        Delivery(
            webhook=webhook,
            event=happening.event,
            conversation=happening.conversation,
            revision=happening.revision,
            message=happening.message,
            payload=payload,
            created_at=happening.at,
            due_since=happening.at,
            next_try_at=happening.at,
        )
        for webhook in listening
    )
    for webhook in listening:
        wake(webhook)


def wake(webhook: Webhook) -> None:
    """The sender looks at it, now."""
    outbox.handle(name=DUE, schema=schema(), object_id=str(webhook.pk))


def schema() -> str:
    here = current_schema()
    if here is None or here == SHARED_SCHEMA:
        raise RuntimeError("webhooks belong to a company: enter its schema")
    return here


@transaction.atomic
def create(*, url: str, events: Collection[str], by: Keeper, now: datetime) -> Made:
    """Raises WebhookError."""
    check_url(url)
    if Webhook.objects.filter(removed_at=None).count() >= MOST_WEBHOOKS:
        raise WebhookError(f"A company has at most {MOST_WEBHOOKS} webhooks: remove one first.")
    webhook = Webhook.objects.create(url=url, events=known(events), created_at=now)
    made = Made(webhook, secret.make(webhook, now))
    by.note(Action.WEBHOOK_CHANGED, webhook, now, what="created")
    return made


@transaction.atomic
def change(
    *,
    webhook_id: UUID,
    by: Keeper,
    now: datetime,
    url: str | None = None,
    events: Collection[str] | None = None,
    is_active: bool | None = None,
) -> Webhook:
    """What is None stays. Raises Missing, WebhookError."""
    webhook = lock(webhook_id)
    if url is not None:
        check_url(url)
        webhook.url, webhook.failures, webhook.resting_until = url, 0, None
    if events is not None:
        webhook.events = known(events)
    if is_active is not None:
        webhook.is_active = is_active
    webhook.save(update_fields=["url", "events", "is_active", "failures", "resting_until"])
    wake(webhook)
    by.note(Action.WEBHOOK_CHANGED, webhook, now, what="changed")
    return webhook


@transaction.atomic
def remove(*, webhook_id: UUID, by: Keeper, now: datetime) -> None:
    """What has not arrived is discarded, and stays listed as that for 30 days. Raises Missing."""
    webhook = lock(webhook_id)
    webhook.removed_at, webhook.is_active = now, False
    webhook.save(update_fields=["removed_at", "is_active"])
    webhook.secrets.all().delete()
    webhook.deliveries.filter(state__in=[State.PENDING, State.DEAD]).update(
        state=State.DISCARDED, ended_at=now, reason="The webhook was removed."
    )
    by.note(Action.WEBHOOK_CHANGED, webhook, now, what="removed")


@transaction.atomic
def rotate_secret(*, webhook_id: UUID, by: Keeper, now: datetime) -> Made:
    """The former secret stays valid for 24 hours: what is sent carries a signature by each. Raises Missing."""
    webhook = lock(webhook_id)
    made = Made(webhook, secret.rotate(webhook, now))
    by.note(Action.WEBHOOK_CHANGED, webhook, now, what="secret")
    return made


@transaction.atomic
def replay(*, webhook_id: UUID, delivery_id: UUID, by: Keeper, now: datetime) -> Delivery:
    """One that was given up starts anew with all its tries, whatever came after it, and at once: whoever asks for it
    knows that the receiver is back. Raises Missing, WrongState.
    """
    webhook = lock(webhook_id)
    delivery = lock_delivery(webhook, delivery_id)
    if delivery.state != State.DEAD:
        raise WrongState(f"Only a delivery that was given up (dead) is replayed; this one is {delivery.state}.")
    delivery.state, delivery.tries, delivery.ended_at = State.PENDING, 0, None
    delivery.due_since = delivery.next_try_at = now
    delivery.save(update_fields=["state", "tries", "ended_at", "due_since", "next_try_at"])
    webhook.failures, webhook.resting_until = 0, None
    webhook.save(update_fields=["failures", "resting_until"])
    wake(webhook)
    by.note(Action.WEBHOOK_REPLAYED, webhook, now, delivery=str(delivery.pk))
    return delivery


@transaction.atomic
def discard(*, webhook_id: UUID, delivery_id: UUID, reason: str, by: Keeper, now: datetime) -> Delivery:
    """It is not tried again; what waited behind it goes on. Raises Missing, WrongState, WebhookError (reason)."""
    webhook = lock(webhook_id)
    delivery = lock_delivery(webhook, delivery_id)
    reason = clean_line(reason, REASON_LIMIT)
    if not reason:
        raise WebhookError("Write why it is not needed.", field="reason")
    if delivery.state not in (State.PENDING, State.DEAD):
        raise WrongState(f"Only what has not arrived (pending or dead) is discarded; this one is {delivery.state}.")
    delivery.state, delivery.ended_at, delivery.reason = State.DISCARDED, now, reason
    delivery.save(update_fields=["state", "ended_at", "reason"])
    free_lane(delivery, now)
    wake(webhook)
    by.note(Action.WEBHOOK_CHANGED, webhook, now, what="discarded", delivery=str(delivery.pk))
    return delivery


def free_lane(delivery: Delivery, now: datetime) -> None:
    """What waited behind this one in its conversation is due."""
    Delivery.objects.filter(
        webhook=delivery.webhook_id, conversation=delivery.conversation, state=State.PENDING, next_try_at__gt=now
    ).exclude(tries__gt=0).update(next_try_at=now)


def forget(*, now: datetime) -> int:
    """What ended 30 days ago. Gives how many."""
    forgotten, _by_model = Delivery.objects.filter(ended_at__lt=now - KEPT).delete()
    return forgotten


def lock(webhook_id: UUID) -> Webhook:
    webhook = Webhook.objects.select_for_update(no_key=True).filter(pk=webhook_id, removed_at=None).first()
    if webhook is None:
        raise Missing
    return webhook


def lock_delivery(webhook: Webhook, delivery_id: UUID) -> Delivery:
    delivery = webhook.deliveries.select_for_update(of=("self",)).filter(pk=delivery_id).first()
    if delivery is None:
        raise Missing
    return delivery


def check_url(url: str) -> None:
    try:
        read_address(url)
    except NotSent as why:
        raise WebhookError(f"This address is not called: {why}.", field="url") from None


def known(events: Collection[str]) -> list[str]:
    unknown = set(events) - set(Webhook.Event.values)
    if unknown or not events:
        raise WebhookError(f"Choose at least one of: {', '.join(Webhook.Event.values)}.", field="events")
    return sorted(set(events))
