"""Work in an agent's hands: in front on the desk, ended, wrapped up, closed."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from contactcenter.operation.agents import standing
from contactcenter.operation.outbox import services as outbox
from contactcenter.operation.routing import spans
from contactcenter.operation.routing.errors import AlreadyExtended, NotHeld
from contactcenter.operation.routing.locks import lock_item
from contactcenter.operation.routing.models import HELD, ItemSpan, WorkItem
from contactcenter.operation.routing.news import save, tell_agent
from tenants.models import Tenant

EXTENSION = timedelta(seconds=60)


@transaction.atomic
def focus(*, agent_id: int, item_id: int | None, now: datetime) -> None:
    """Which of the agent's items is in front on the desk; None: none of them. Raises NotHeld."""
    if item_id is None:
        standing.lock(agent_id)
        spans.end_focus_of_agent(agent_id, now)
        return
    item = lock_item(item_id)
    if item is None or item.agent_id != agent_id or item.state not in HELD:
        raise NotHeld(item_id)
    standing.lock(agent_id)
    spans.begin_focus(item, agent_id, now)


@transaction.atomic
def finish_handling(*, tenant: Tenant, conversation: UUID, now: datetime) -> WorkItem | None:
    """The conversation is over: its agent wraps it up. None when nobody had it in hand."""
    found = WorkItem.objects.filter(tenant=tenant, conversation=conversation, state=WorkItem.State.ACTIVE)
    item_id = found.values_list("pk", flat=True).first()
    item = lock_item(item_id) if item_id else None
    if item is None or item.state != WorkItem.State.ACTIVE or item.agent_id is None:
        return None
    capacity = standing.lock(item.agent_id)
    begin_wrap_up(item, now)
    tell_agent(item, item.agent_id, standing.settle(capacity, now=now))
    return item


def begin_wrap_up(item: WorkItem, now: datetime, outcome: WorkItem.Outcome | None = None) -> None:
    """Of an item in hand, under its lock and its agent's. The slot stays taken."""
    if item.agent_id is None:
        raise NotHeld(item.pk)
    item.state = WorkItem.State.WRAP_UP
    item.ended_at = now
    item.wrap_up_until = now + timedelta(seconds=item.queue.wrap_up_seconds)
    item.outcome = outcome or WorkItem.Outcome.HANDLED
    save(item, "state", "ended_at", "wrap_up_until", "outcome")
    spans.begin(item, item.agent_id, ItemSpan.Kind.WRAP_UP, now)


@transaction.atomic
def extend_wrap_up(*, item_id: int, agent_id: int, now: datetime) -> WorkItem:
    """Once, by a minute. Raises NotHeld, AlreadyExtended."""
    item = held(item_id, agent_id, WorkItem.State.WRAP_UP)
    if item.wrap_up_extended:
        raise AlreadyExtended(item_id)
    capacity = standing.lock(agent_id)
    item.wrap_up_until = (item.wrap_up_until or now) + EXTENSION
    item.wrap_up_extended = True
    save(item, "wrap_up_until", "wrap_up_extended")
    tell_agent(item, agent_id, standing.settle(capacity, now=now))
    return item


@transaction.atomic
def close(*, item_id: int, agent_id: int, now: datetime) -> WorkItem:
    """The agent has wrapped it up. Raises NotHeld."""
    item = held(item_id, agent_id, WorkItem.State.WRAP_UP)
    end_wrap_up(item, now)
    return item


@transaction.atomic
def expire_wrap_up(*, item_id: int, now: datetime) -> bool:
    """It ends itself, and the company's records learn that nothing was given. Says whether it was due."""
    item = lock_item(item_id)
    if item is None or item.state != WorkItem.State.WRAP_UP or (item.wrap_up_until or now) > now:
        return False
    end_wrap_up(item, now)
    outbox.handle(name="wrap_up.expired", schema=item.tenant.schema_name, object_id=str(item.pk))
    return True


@transaction.atomic
def resume(*, item_id: int, now: datetime) -> bool:
    """The talk that this wrap-up was of is back at its agent, a warm transfer that was refused: the slot is free for
    it. Says whether it was still in wrap-up.
    """
    item = lock_item(item_id)
    if item is None or item.state != WorkItem.State.WRAP_UP:
        return False
    end_wrap_up(item, now)
    return True


def end_wrap_up(item: WorkItem, now: datetime) -> None:
    if item.agent_id is None:
        raise NotHeld(item.pk)
    capacity = standing.lock(item.agent_id)
    item.state, item.closed_at = WorkItem.State.CLOSED, now
    save(item, "state", "closed_at")
    spans.end(item, now)
    spans.end_focus(item, now)
    tell_agent(item, item.agent_id, standing.settle(capacity, now=now, load=-1))


def held(item_id: int, agent_id: int, state: WorkItem.State) -> WorkItem:
    item = lock_item(item_id)
    if item is None or item.agent_id != agent_id or item.state != state:
        raise NotHeld(item_id)
    return item
