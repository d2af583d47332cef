"""What a supervisor must know of those who wait: why each does, and what has gone wrong. Pure, by the router's own rule
(`policy.may_have`): no tables, no clock.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from contactcenter.operation.routing import policy

MARGIN = timedelta(seconds=10)  # before the service level is missed
BOUNCES = 3


class Why(StrEnum):
    SET_ASIDE = "set_aside"  # the router gave up on it
    RINGING = "ringing"
    HELD = "held"  # until `not_before`
    NOBODY = "nobody"  # who is available could have it
    FOR_ONE = "for_one"  # meant for a single colleague
    RESERVED = "reserved"  # for the preferred agent, who is there but busy
    BUSY = "busy"  # everybody who could have it is full
    NEXT = "next"  # somebody is free: it rings in a moment, or after others


class Kind(StrEnum):
    NOBODY = "nobody"
    SET_ASIDE = "set_aside"
    BOUNCED = "bounced"
    BREACH = "breach"


@dataclass(frozen=True, slots=True)
class Waiting:
    """A work item that waits or rings, with what the router's own picture of it has not."""

    item: policy.Item
    queue: int
    since: datetime  # nobody has been with the customer
    within_seconds: int = 20  # the queue's service level
    measured: bool = True  # a second wait, after a transfer or a lost agent, is not
    bounces: int = 0
    set_aside: str = ""
    ringing: bool = False


@dataclass(frozen=True, slots=True)
class Alarm:
    """One for each kind and queue. `resting`: how many could serve, were they not on a break or not responding; `late`:
    how many of the items are past the threshold already.
    """

    kind: Kind
    tenant: int
    queue: int
    items: tuple[int, ...]  # the longest waiting first
    since: datetime
    resting: int = 0
    late: int = 0


@dataclass(frozen=True, slots=True)
class Candidates:
    """Who could have an item: `there` are available, whether they have room or not."""

    there: tuple[policy.Agent, ...]
    resting: int

    def free(self, channel: str) -> int:
        return sum(has_room(agent, channel) for agent in self.there)


class Reach:
    """Whom each item could reach among the signed-in agents. Items that ask for the same are asked about once."""

    def __init__(self, agents: Iterable[policy.Agent]) -> None:
        self.agents = sorted(agents, key=lambda agent: agent.id)
        self.known: dict[Hashable, Candidates] = {}

    def of(self, item: policy.Item) -> Candidates:
        """An item meant for one colleague is for everybody once that one is gone: so everybody counts."""
        demand = (item.tenant, item.pool, item.channel, item.skills)
        if demand not in self.known:
            anybody = replace(item, only_agent=None)
            could = [agent for agent in self.agents if could_have(agent, anybody)]
            there = tuple(agent for agent in could if agent.available)
            self.known[demand] = Candidates(there, len(could) - len(there))
        return self.known[demand]


def could_have(agent: policy.Agent, item: policy.Item) -> bool:
    """Were the agent available."""
    room = agent.rooms.get(item.channel)
    return room is not None and room.limit > 0 and policy.may_have(replace(agent, available=True), item)


def has_room(agent: policy.Agent, channel: str) -> bool:
    room = agent.rooms.get(channel)
    return room is not None and room.used < room.limit


def why(waiting: Waiting, reach: Reach, now: datetime) -> Why:
    if waiting.set_aside:
        return Why.SET_ASIDE
    if waiting.ringing:
        return Why.RINGING
    if waiting.item.not_before is not None and waiting.item.not_before > now:
        return Why.HELD
    return why_nobody_has_it(waiting.item, reach, now)


def why_nobody_has_it(item: policy.Item, reach: Reach, now: datetime) -> Why:
    candidates = reach.of(item)
    if not candidates.there and not is_there(item.only_agent, reach):
        return Why.NOBODY
    if item.only_agent is not None:
        return Why.FOR_ONE
    preferred = next((agent for agent in candidates.there if agent.id == item.preferred_agent), None)
    if preferred and policy.is_reserved_for(preferred, item, now) and not has_room(preferred, item.channel):
        return Why.RESERVED
    return Why.NEXT if candidates.free(item.channel) else Why.BUSY


def is_there(agent_id: int | None, reach: Reach) -> bool:
    return any(agent.id == agent_id and agent.available for agent in reach.agents)


def alarms(waiting: Iterable[Waiting], reach: Reach, now: datetime, *, margin: timedelta = MARGIN) -> list[Alarm]:
    """The worst kinds first, of a kind the longest waiting."""
    found: dict[tuple[Kind, int, int], list[Waiting]] = {}
    for each in waiting:
        for kind in kinds_of(each, reach, now, margin):
            found.setdefault((kind, each.item.tenant, each.queue), []).append(each)
    raised = [
        Alarm(
            kind=kind,
            tenant=tenant,
            queue=queue,
            items=tuple(each.item.id for each in sorted(items, key=lambda each: (each.since, each.item.id))),
            since=min(each.since for each in items),
            resting=max(reach.of(each.item).resting for each in items) if kind is Kind.NOBODY else 0,
            late=sum(is_late(each, now) for each in items) if kind is Kind.BREACH else 0,
        )
        for (kind, tenant, queue), items in found.items()
    ]
    order = list(Kind)
    return sorted(raised, key=lambda alarm: (order.index(alarm.kind), alarm.since, alarm.tenant, alarm.queue))


def kinds_of(waiting: Waiting, reach: Reach, now: datetime, margin: timedelta) -> set[Kind]:
    reason = why(waiting, reach, now)
    if reason is Why.HELD:
        return set()
    kinds = set()
    if reason is Why.NOBODY:
        kinds.add(Kind.NOBODY)
    if reason is Why.SET_ASIDE:
        kinds.add(Kind.SET_ASIDE)
    if waiting.bounces >= BOUNCES:
        kinds.add(Kind.BOUNCED)
    if waiting.measured and is_late(waiting, now + margin):
        kinds.add(Kind.BREACH)
    return kinds


def is_late(waiting: Waiting, now: datetime) -> bool:
    return now - waiting.since > timedelta(seconds=waiting.within_seconds)
