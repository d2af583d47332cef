"""Work leaves an agent or the queue: handed on, given up by the customer, or left behind by an agent who is gone."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from contactcenter.operation.agents import standing
from contactcenter.operation.agents.models import Agent, Capacity, Presence
from contactcenter.operation.outbox import services as outbox
from contactcenter.operation.routing import spans
from contactcenter.operation.routing.answering import may_serve
from contactcenter.operation.routing.entering import skills_of
from contactcenter.operation.routing.errors import NoSuchTarget
from contactcenter.operation.routing.giving_back import end_offer, put_back, withdraw_offers
from contactcenter.operation.routing.handling import begin_wrap_up, held
from contactcenter.operation.routing.locks import lock_item
from contactcenter.operation.routing.models import UNANSWERED, Offer, Queue, WorkItem
from contactcenter.operation.routing.news import save, tell_agent, tell_new, tell_places
from tenants.models import Tenant


@transaction.atomic
def transfer(
    *,
    item_id: int,
    agent_id: int,
    now: datetime,
    to_queue: int | None = None,
    to_agent: int | None = None,
    warm: bool = False,
) -> WorkItem:
    """To a queue of the same company, or to a colleague who is there and serves it. The sender's own item goes to
    wrap-up; the new one keeps the age. A colleague may refuse: then it is for everybody in its queue, or, warm, for the
    sender again. Raises NotHeld, NoSuchTarget.
    """
    item = held(item_id, agent_id, WorkItem.State.ACTIVE)
    queue = queue_for(item, to_queue) if to_queue is not None else item.queue
    colleague = colleague_for(item, to_agent) if to_agent is not None else None
    if (to_queue is None) == (to_agent is None):
        raise NoSuchTarget(item_id)
    capacity = standing.lock(agent_id)
    begin_wrap_up(item, now, WorkItem.Outcome.TRANSFERRED)
    moved = WorkItem.objects.create(
        tenant=item.tenant,
        conversation=item.conversation,
        channel=queue.channel,
        queue=queue,
        language=item.language,
        required_skills=skills_of(queue),
        priority=item.priority,
        entered_at=item.entered_at,
        queued_at=now,
        previous=item,
        only_agent=colleague,
        return_to_id=agent_id if warm and colleague else None,
    )
    tell_new(moved)
    tell_agent(item, agent_id, standing.settle(capacity, now=now))
    tell_places(moved)
    return moved


def queue_for(item: WorkItem, queue_id: int) -> Queue:
    queue = Queue.objects.filter(pk=queue_id, tenant=item.tenant_id, channel=item.channel, is_active=True).first()
    if queue is None:
        raise NoSuchTarget(queue_id)
    return queue


def colleague_for(item: WorkItem, agent_id: int) -> Agent:
    colleague = Agent.objects.filter(pk=agent_id).first()
    if (
        colleague is None
        or agent_id == item.agent_id
        or not may_serve(agent_id, item)
        or standing.presence_of(agent_id) != Presence.AVAILABLE
    ):
        raise NoSuchTarget(agent_id)
    return colleague


@transaction.atomic
def abandon(*, tenant: Tenant, conversation: UUID, now: datetime) -> WorkItem | None:
    """The customer gave up while waiting: what rang is taken back, what was held is free. None when nothing waited."""
    found = WorkItem.objects.filter(tenant=tenant, conversation=conversation, state__in=UNANSWERED)
    item_id = found.values_list("pk", flat=True).first()
    item = lock_item(item_id) if item_id else None
    if item is None or item.state not in UNANSWERED:
        return None
    ringing_at = Offer.objects.filter(item=item, state=Offer.State.OPEN).values_list("agent", flat=True).first()
    item.state, item.outcome = WorkItem.State.CLOSED, WorkItem.Outcome.ABANDONED
    item.ended_at = item.closed_at = now
    save(item, "state", "outcome", "ended_at", "closed_at")
    if ringing_at is not None:
        end_offer(item, ringing_at, Offer.State.WITHDRAWN, now)
        tell_agent(item, ringing_at, standing.settle(standing.lock(ringing_at), now=now, load=-1))
    tell_places(item)
    return item


@transaction.atomic
def leave_behind(*, agent_id: int, now: datetime) -> int:
    """The agent is gone without a word: signed out, what rang is taken back, and their conversations wait again, at the
    head and with their age. Wrap-ups end by themselves. Gives how many conversations; one that is just changing is left
    for the next look.
    """
    capacity = standing.lock(agent_id)
    ringing = withdraw_offers(agent_id=agent_id, now=now)
    held_items = take_back(agent_id, now)
    spans.end_focus_of_agent(agent_id, now)
    if ringing or held_items or standing.presence_of(agent_id) != Presence.OFFLINE:
        settle_and_tell(capacity, [*ringing, *held_items], Presence.OFFLINE, now)
    return len(held_items)


def take_back(agent_id: int, now: datetime, *, of_tenants_not_in: list[int] | None = None) -> list[WorkItem]:
    """What an agent has in hand waits again at the head. Under the lock of their capacity."""
    rows = (
        WorkItem.objects.select_for_update(of=("self",), no_key=True, skip_locked=True)
        .filter(agent=agent_id, state=WorkItem.State.ACTIVE)
        .select_related("tenant", "queue")
        .defer("tenant__logo")
        .order_by("pk")
    )
    items = list(rows if of_tenants_not_in is None else rows.exclude(tenant__in=of_tenants_not_in))
    for item in items:
        put_back(item, now, front=True)
        spans.end(item, now)
        spans.end_focus(item, now)
        outbox.handle(name="agent.left", schema=item.tenant.schema_name, object_id=str(item.pk))
    return items


def settle_and_tell(capacity: Capacity, items: list[WorkItem], presence: Presence | None, now: datetime) -> None:
    version = standing.settle(capacity, now=now, load=-len(items), presence=presence)
    for item in items:
        tell_agent(item, capacity.agent_id, version)
