"""What passes with time, looked for by the leader every second: ids are found, and a service acts on each alone."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from django.db import DatabaseError, OperationalError, transaction
from django.db.models import Exists, F, OuterRef, Q

from contactcenter.operation.agents import standing
from contactcenter.operation.agents.models import Presence, PresenceSpan
from contactcenter.operation.agents.services import lost_agents
from contactcenter.operation.routing import services
from contactcenter.operation.routing.giving_back import pass_on, withdraw_offers
from contactcenter.operation.routing.leaving import settle_and_tell
from contactcenter.operation.routing.locks import lock_item
from contactcenter.operation.routing.models import Offer, WorkItem

log = logging.getLogger("router")
HELD_FOR_COLLEAGUE = timedelta(seconds=60)  # nobody waits longer than this for one person


def sweep(now: datetime) -> None:
    each(due_wrap_ups(now), lambda item_id: services.expire_wrap_up(item_id=item_id, now=now))
    each(ringing_unheard(), lambda agent_id: withdraw(agent_id=agent_id, now=now))
    each(talks_back(), lambda item_id: services.resume(item_id=item_id, now=now))
    each(waiting_in_vain(now), lambda item_id: stop_waiting(item_id=item_id, now=now))


def leave_lost_agents(now: datetime) -> None:
    for agent_id in lost_agents(now=now):
        returned = services.leave_behind(agent_id=agent_id, now=now)
        log.info("agent %d is lost; conversations back at the head of their queues: %d", agent_id, returned)


def each(ids: Iterable[int], act: Callable[[int], object]) -> None:
    """One that fails does not stop the others; PostgreSQL's absence stops all."""
    for one in ids:
        try:
            act(one)
        except OperationalError:
            raise
        except DatabaseError:
            log.exception("cannot change %d", one)


def due_wrap_ups(now: datetime) -> list[int]:
    due = WorkItem.objects.filter(state=WorkItem.State.WRAP_UP, wrap_up_until__lte=now)
    return list(due.order_by("wrap_up_until").values_list("pk", flat=True))


def available(agent: str) -> Exists:
    return Exists(PresenceSpan.objects.filter(agent=OuterRef(agent), ended_at=None, presence=Presence.AVAILABLE))


def ringing_unheard() -> list[int]:
    """Agents at whom something rings though they are not available."""
    unheard = Offer.objects.filter(~available("agent"), state=Offer.State.OPEN)
    return sorted(set(unheard.values_list("agent", flat=True)))


@transaction.atomic
def withdraw(*, agent_id: int, now: datetime) -> None:
    capacity = standing.lock(agent_id)
    if standing.presence_of(agent_id) == Presence.AVAILABLE:
        return
    items = withdraw_offers(agent_id=agent_id, now=now)
    if items:
        settle_and_tell(capacity, items, None, now)


def talks_back() -> list[int]:
    """Wrap-ups of agents to whom the same talk returned from a warm transfer."""
    back = WorkItem.objects.filter(
        state=WorkItem.State.WAITING,
        only_agent__isnull=False,
        only_agent=F("previous__agent"),
        previous__state=WorkItem.State.WRAP_UP,
    )
    return [item_id for item_id in back.values_list("previous", flat=True) if item_id is not None]


def waiting_in_vain(now: datetime) -> list[int]:
    """Items that only one colleague may have, who is not there, or busy for long."""
    waiting = WorkItem.objects.filter(state=WorkItem.State.WAITING, only_agent__isnull=False)
    vain = waiting.filter(Q(queued_at__lte=now - HELD_FOR_COLLEAGUE) | ~available("only_agent"))
    return list(vain.values_list("pk", flat=True))


@transaction.atomic
def stop_waiting(*, item_id: int, now: datetime) -> None:
    item = lock_item(item_id)
    if item and item.state == WorkItem.State.WAITING and item.only_agent_id is not None:
        pass_on(item, now)
