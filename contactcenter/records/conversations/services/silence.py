"""Customers who fall silent: reminded, then closed; and those who leave the queue without a word."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from contactcenter.operation.routing.models import WorkItem
from contactcenter.records.conversations.models import Conversation
from contactcenter.records.conversations.services.ending import close
from contactcenter.records.conversations.services.timeline import announce, lock, tell
from tenants.models import Endpoint, Tenant

CHAT = "chat"
# A customer found away is abandoned only when a later look, after this, finds them away still: after a failure of the
# house itself all seem away at first, and come back within seconds.
SECOND_LOOK = timedelta(seconds=30)


@dataclass(frozen=True)
class Patience:
    """Of one chat endpoint, from its settings `remind_seconds`, `close_seconds` (after the reminder) and
    `away_seconds`.
    """

    remind: timedelta = timedelta(seconds=120)
    close: timedelta = timedelta(seconds=300)
    away: timedelta = timedelta(seconds=60)

    @classmethod
    def of(cls, settings: dict[str, Any]) -> Patience:
        seconds = {
            name: timedelta(seconds=settings[f"{name}_seconds"])
            for name in ("remind", "close", "away")
            if isinstance(settings.get(f"{name}_seconds"), int)
        }
        return cls(**seconds)


Rule = Callable[[Conversation, Patience], bool]


def remind_silent(*, tenant: Tenant, now: datetime) -> int:
    """A reminder where the agent's last message has gone unanswered for long. Gives how many."""

    def is_due(talk: Conversation, patience: Patience) -> bool:
        return talk.reminded_at is None and passed(talk.last_reply_at, patience.remind, now) and is_answered(talk)

    def remind(talk: Conversation) -> None:
        announce(talk, "visitor.reminded", now)
        talk.reminded_at = now
        talk.save(update_fields=["reminded_at"])
        tell(tenant, talk)

    return where_due(tenant, [WorkItem.State.ACTIVE], is_due, remind)


def close_silent(*, tenant: Tenant, now: datetime) -> int:
    """The end where a reminder too has gone unanswered: the agent goes to wrap-up. Gives how many."""

    def is_due(talk: Conversation, patience: Patience) -> bool:
        return passed(talk.reminded_at, patience.close, now) and is_answered(talk)

    return where_due(tenant, [WorkItem.State.ACTIVE], is_due, lambda talk: end_for_silence(tenant, talk, now))


def abandon_gone(*, tenant: Tenant, now: datetime) -> int:
    """Customers who closed the page while they waited: what was held for them is free again. Gives how many."""

    def is_away(talk: Conversation, patience: Patience) -> bool:
        return passed(talk.customer_seen_at, patience.away, now)

    def is_due(talk: Conversation, patience: Patience) -> bool:
        return is_away(talk, patience) and passed(talk.customer_missed_at, SECOND_LOOK, now)

    def miss(talk: Conversation) -> None:
        talk.customer_missed_at = now
        talk.save(update_fields=["customer_missed_at"])

    waiting = [WorkItem.State.WAITING, WorkItem.State.OFFERED]
    gone = where_due(tenant, waiting, is_due, lambda talk: end_for_silence(tenant, talk, now))
    where_due(tenant, waiting, lambda talk, patience: is_away(talk, patience) and talk.customer_missed_at is None, miss)
    return gone


def end_for_silence(tenant: Tenant, talk: Conversation, now: datetime) -> None:
    close(tenant, talk, Conversation.ClosedBy.SILENCE, now)


def where_due(tenant: Tenant, states: Sequence[str], is_due: Rule, act: Callable[[Conversation], None]) -> int:
    """Live chats in these states of work, each looked at again under its lock: the customer may just be writing.
    Deferred ones are left alone: nobody sits there.
    """
    patience = {
        endpoint.address: Patience.of(endpoint.settings)
        for endpoint in Endpoint.objects.filter(tenant=tenant, channel=CHAT)
    }
    items = WorkItem.objects.filter(tenant=tenant, channel=CHAT, state__in=states).values_list(
        "conversation", flat=True
    )
    talks = Conversation.objects.filter(pk__in=list(items), state=Conversation.State.OPEN, deferred=False)
    acted = 0
    for talk in talks:
        rule = patience.get(talk.endpoint, Patience())
        if not is_due(talk, rule):
            continue
        with transaction.atomic():
            locked = lock(tenant, talk.pk)
            if locked.state == Conversation.State.OPEN and not locked.deferred and is_due(locked, rule):
                act(locked)
                acted += 1
    return acted


def is_answered(talk: Conversation) -> bool:
    return talk.waiting_since is None


def passed(since: datetime | None, wait: timedelta, now: datetime) -> bool:
    return since is not None and since <= now - wait
