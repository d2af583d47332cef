"""What becomes of an offer."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from contactcenter.operation.agents import standing
from contactcenter.operation.agents.models import Agent, Presence
from contactcenter.operation.routing import spans
from contactcenter.operation.routing.errors import OfferGone
from contactcenter.operation.routing.giving_back import end_offer, put_back, withdraw_offers
from contactcenter.operation.routing.locks import lock_item
from contactcenter.operation.routing.models import ItemSpan, Offer, WorkItem
from contactcenter.operation.routing.news import save, tell_agent, tell_places


@transaction.atomic
def accept(*, item_id: int, agent_id: int, now: datetime) -> WorkItem:
    """While it still rings, also a moment late. Raises OfferGone."""
    item = lock_item(item_id)
    if item is None or item.state != WorkItem.State.OFFERED or not may_serve(agent_id, item):
        raise OfferGone(item_id)
    if not end_offer(item, agent_id, Offer.State.ACCEPTED, now):
        raise OfferGone(item_id)
    capacity = standing.lock(agent_id)
    item.state, item.agent_id, item.accepted_at = WorkItem.State.ACTIVE, agent_id, now
    item.only_agent = item.return_to = None
    save(item, "state", "agent", "accepted_at", "only_agent", "return_to")
    spans.begin(item, agent_id, ItemSpan.Kind.HANDLING, now)
    tell_agent(item, agent_id, standing.settle(capacity, now=now))
    tell_places(item)
    return item


def may_serve(agent_id: int, item: WorkItem) -> bool:
    """A right may have been taken away while it rang."""
    return Agent.objects.filter(
        pk=agent_id, is_active=True, user__is_active=True, tenants=item.tenant_id, tenants__is_served=True
    ).exists()


@transaction.atomic
def decline(*, item_id: int, agent_id: int, now: datetime) -> None:
    """It waits again, with its age, and does not come back to this agent for a minute. One that rings no more is left
    as it is.
    """
    item = lock_item(item_id)
    if item is None or item.state != WorkItem.State.OFFERED:
        return
    if not end_offer(item, agent_id, Offer.State.DECLINED, now):
        return
    capacity = standing.lock(agent_id)
    put_back(item, now)
    tell_agent(item, agent_id, standing.settle(capacity, now=now, load=-1))


@transaction.atomic
def ring_no_answer(*, item_id: int, now: datetime) -> bool:
    """The window has passed: it waits again, with its age, and the agent counts as not responding until they say
    otherwise; whatever else rings there is taken back too. Says whether there was such an offer.
    """
    item = lock_item(item_id)
    if item is None or item.state != WorkItem.State.OFFERED:
        return False
    offer = Offer.objects.filter(item=item, state=Offer.State.OPEN, expires_at__lte=now).first()
    if offer is None:
        return False
    end_offer(item, offer.agent_id, Offer.State.RONA, now)
    capacity = standing.lock(offer.agent_id)
    item.bounces += 1
    put_back(item, now)
    back = [item, *withdraw_offers(agent_id=offer.agent_id, now=now)]
    was_there = standing.presence_of(offer.agent_id) == Presence.AVAILABLE
    version = standing.settle(
        capacity, now=now, load=-len(back), presence=Presence.NOT_RESPONDING if was_there else None
    )
    for each in back:
        tell_agent(each, offer.agent_id, version)
    return True
