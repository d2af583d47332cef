"""Making matches true: a batch of offers in one transaction, guarded so that no number of routers could book twice.

An item counts only as it was read (its revision, and waiting); an agent only as they were read (the version) and with
room for all that is claimed of them. Nobody is waited for: rows that somebody holds are lost in this round.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.db.models import F

from contactcenter.lib import metrics
from contactcenter.operation.agents import standing
from contactcenter.operation.agents.models import Capacity
from contactcenter.operation.outbox import services as outbox
from contactcenter.operation.routing.models import Offer, WorkItem
from contactcenter.operation.routing.news import to_agent


@dataclass(frozen=True)
class Claim:
    """One item for one agent, as the router saw both."""

    item: int
    revision: int
    agent: int
    version: int


@dataclass
class Won:
    offers: list[Offer] = field(default_factory=list)
    revisions: dict[int, int] = field(default_factory=dict)  # item → revision now
    capacities: list[Capacity] = field(default_factory=list)  # of the agents, as they are now


@transaction.atomic
def claim(claims: Sequence[Claim], now: datetime) -> Won:
    """Whatever of it is not won has changed, or is just changing: read it again."""
    items = lock_items(claims)
    by_agent: dict[int, list[WorkItem]] = defaultdict(list)
    for wanted in claims:
        if wanted.item in items:
            by_agent[wanted.agent].append(items[wanted.item])
    capacities = lock_agents(claims, by_agent)
    won = Won(capacities=capacities)
    for capacity in capacities:
        for item in by_agent[capacity.agent_id]:
            won.offers.append(ring(item, capacity.agent_id, now))
            won.revisions[item.pk] = item.revision + 1
    write(won, by_agent, now)
    return won


def lock_items(claims: Sequence[Claim]) -> dict[int, WorkItem]:
    seen = {wanted.item: wanted.revision for wanted in claims}
    rows = (
        WorkItem.objects.select_for_update(of=("self",), no_key=True, skip_locked=True)
        .filter(pk__in=seen, state=WorkItem.State.WAITING)
        .select_related("queue", "tenant")
        .defer("tenant__logo")
        .order_by("pk")
    )
    return {item.pk: item for item in rows if item.revision == seen[item.pk]}


def lock_agents(claims: Sequence[Claim], by_agent: dict[int, list[WorkItem]]) -> list[Capacity]:
    seen = {wanted.agent: wanted.version for wanted in claims}
    rows = (
        Capacity.objects.select_for_update(no_key=True, skip_locked=True)
        .filter(agent__in=by_agent)
        .order_by("agent_id")
    )
    return [
        capacity
        for capacity in rows
        if capacity.version == seen[capacity.agent_id]
        and capacity.chat_used + len(by_agent[capacity.agent_id]) <= capacity.chat_limit
    ]


def ring(item: WorkItem, agent_id: int, now: datetime) -> Offer:
    expires_at = now + timedelta(seconds=item.queue.offer_seconds)
    return Offer(item=item, agent_id=agent_id, offered_at=now, expires_at=expires_at)


def write(won: Won, by_agent: dict[int, list[WorkItem]], now: datetime) -> None:
    if not won.offers:
        return
    WorkItem.objects.filter(pk__in=won.revisions).update(
        state=WorkItem.State.OFFERED, revision=F("revision") + 1, failures=0
    )
    Offer.objects.bulk_create(won.offers)
    transaction.on_commit(partial(metrics.offers.labels("made").inc, len(won.offers)))
    events = []
    for capacity in won.capacities:
        capacity.chat_used += len(by_agent[capacity.agent_id])
        capacity.version += 1
        capacity.idle_since = now
        events += [to_agent(item, capacity.agent_id, capacity.version) for item in by_agent[capacity.agent_id]]
        events.append(standing.changed(capacity))
    for number, agents in by_number(by_agent, won.capacities).items():
        Capacity.objects.filter(agent__in=agents).update(
            chat_used=F("chat_used") + number, version=F("version") + 1, idle_since=now
        )
    schemas = {offer.item.tenant.schema_name for offer in won.offers}
    outbox.write([*events, *map(outbox.floor_changed, sorted(schemas))])


def by_number(by_agent: dict[int, list[WorkItem]], capacities: list[Capacity]) -> dict[int, list[int]]:
    """The agents by how many items each won: few numbers, so few statements."""
    found: dict[int, list[int]] = defaultdict(list)
    for capacity in capacities:
        found[len(by_agent[capacity.agent_id])].append(capacity.agent_id)
    return found
