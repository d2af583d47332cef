"""Work that comes back to its queue: refused, unanswered, withdrawn, or left behind by an agent who is gone.

Called under the lock of the item; the age it entered with stays.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from contactcenter.lib import metrics
from contactcenter.operation.routing.models import Offer, WorkItem
from contactcenter.operation.routing.news import save, tell_places

WAITING_AGAIN = (
    *("state", "agent", "accepted_at", "queued_at", "front", "bounces"),
    *("only_agent", "return_to", "refused_by"),
)


def withdraw_offers(*, agent_id: int, now: datetime) -> list[WorkItem]:
    """Everything that rings at one agent, who is not there to answer. Under the lock of the agent's capacity, so that
    nothing new can ring meanwhile; an item that somebody else is just changing is left to them, and to the leader's
    sweep. Gives the items; their slots are for the caller to free.
    """
    items = list(
        WorkItem.objects.select_for_update(of=("self",), no_key=True, skip_locked=True)
        .filter(state=WorkItem.State.OFFERED, offers__agent=agent_id, offers__state=Offer.State.OPEN)
        .select_related("tenant", "queue")
        .defer("tenant__logo")
        .order_by("pk")
    )
    withdrawn = [item for item in items if end_offer(item, agent_id, Offer.State.WITHDRAWN, now)]
    for item in withdrawn:
        put_back(item, now)
    return withdrawn


def end_offer(item: WorkItem, agent_id: int, outcome: Offer.State, now: datetime) -> bool:
    """Says whether there was one to end."""
    ringing = Offer.objects.filter(item=item, agent=agent_id, state=Offer.State.OPEN)
    if ringing.update(state=outcome, ended_at=now) != 1:
        return False
    transaction.on_commit(metrics.offers.labels(outcome).inc)
    return True


def put_back(item: WorkItem, now: datetime, *, front: bool = False) -> None:
    """It waits again; at the head with `front`."""
    was_in_hand, was_in_front = item.agent_id is not None, item.front
    item.state = WorkItem.State.WAITING
    item.agent = item.accepted_at = None
    item.queued_at = now
    item.front = item.front or front
    if item.only_agent_id is not None:
        choose_next(item)
    save(item, *WAITING_AGAIN)
    if was_in_hand or item.front != was_in_front:
        tell_places(item)


def pass_on(item: WorkItem, now: datetime) -> None:
    """A waiting item meant for a single colleague, who is not there or is busy for long."""
    was_in_front = item.front
    choose_next(item)
    item.queued_at = now
    save(item, *WAITING_AGAIN)
    if item.front != was_in_front:
        tell_places(item)


def choose_next(item: WorkItem) -> None:
    """The colleague it was meant for will not have it: after a warm transfer it returns to the sender, at the head;
    else it is for everybody.
    """
    if item.return_to_id is not None:
        item.front, item.refused_by_id = True, item.only_agent_id
    item.only_agent_id, item.return_to_id = item.return_to_id, None
