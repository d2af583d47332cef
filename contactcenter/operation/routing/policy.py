"""Which waiting item rings at which agent. Pure: no tables, no clock, no randomness, and the order of what is given
does not matter.

Items are served front first, then by priority, then by age. Each goes to the best of the agents who may have it and are
free: the preferred one, then one who did not let it ring unanswered before, the best skilled, the least occupied, the
longest idle. An agent may have it who is available, serves the company, is in the queue's pool, has the skills, and has
not just declined it. An item meant for one colleague needs no pool and no skills of them.
"""

from __future__ import annotations

import heapq
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

Rank = tuple[int, float, float, int]  # the lower the better; the last is the agent


@dataclass(frozen=True, slots=True)
class Item:
    id: int
    tenant: int
    pool: int
    channel: str
    entered_at: datetime
    skills: tuple[tuple[int, int], ...] = ()  # skill, least level
    front: bool = False
    priority: int = 0
    not_before: datetime | None = None
    only_agent: int | None = None
    preferred_agent: int | None = None
    preferred_until: datetime | None = None  # alone until then, first of all from then on
    kept_from: Mapping[int, datetime] = field(default_factory=dict)  # agent → until when
    unanswered_by: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Room:
    """How many items of a channel an agent holds, ringing ones included, and may hold."""

    used: int
    limit: int


@dataclass(frozen=True, slots=True)
class Agent:
    id: int
    available: bool
    tenants: frozenset[int]
    pools: frozenset[int]
    rooms: Mapping[str, Room]  # by channel
    skills: Mapping[int, int] = field(default_factory=dict)  # skill → level
    idle_since: datetime | None = None  # None: has never had work


@dataclass(frozen=True, slots=True)
class Match:
    item: int
    agent: int


def match(items: Iterable[Item], agents: Iterable[Agent], now: datetime) -> list[Match]:
    """In the order the items are served. Nothing that could ring is left waiting."""
    floor = Floor(agents)
    if not floor.has_room:
        return []
    matches = []
    for item in sorted(items, key=turn):
        if item.not_before is not None and item.not_before > now:
            continue
        agent = floor.best_for(item, now)
        if agent is not None:
            matches.append(Match(item.id, agent.id))
            if not floor.take(agent, item.channel):
                break
    return matches


def turn(item: Item) -> tuple[bool, int, datetime, int]:
    return (not item.front, -item.priority, item.entered_at, item.id)


def may_have(agent: Agent, item: Item) -> bool:
    """But for room, and for what passes with time."""
    if not agent.available or item.tenant not in agent.tenants:
        return False
    if item.only_agent is not None:
        return item.only_agent == agent.id
    return item.pool in agent.pools and all(agent.skills.get(skill, 0) >= level for skill, level in item.skills)


def is_kept_from(item: Item, agent_id: int, now: datetime) -> bool:
    until = item.kept_from.get(agent_id)
    return until is not None and until > now


def is_reserved_for(agent: Agent, item: Item, now: datetime) -> bool:
    """Waits for the preferred agent, who is there but may be busy."""
    return (
        item.preferred_until is not None
        and item.preferred_until > now
        and may_have(agent, item)
        and not is_kept_from(item, agent.id, now)
        and agent.id not in item.unanswered_by
    )


class Floor:
    """The agents, while one round of matching fills their rooms.

    Items that ask for the same share one heap of agents. Filling a room only ever makes an agent a worse choice, so an
    entry that has become worse is put right when it comes to the top.
    """

    def __init__(self, agents: Iterable[Agent]) -> None:
        self.agents = {agent.id: agent for agent in agents}
        self.rooms = {
            (agent.id, channel): room
            for agent in self.agents.values()
            if agent.available
            for channel, room in agent.rooms.items()
            if room.used < room.limit
        }
        self.heaps: dict[Hashable, list[Rank]] = {}

    @property
    def has_room(self) -> bool:
        return bool(self.rooms)

    def take(self, agent: Agent, channel: str) -> bool:
        """Says whether any room is left on the floor."""
        room = self.rooms[agent.id, channel]
        if room.used + 1 < room.limit:
            self.rooms[agent.id, channel] = Room(room.used + 1, room.limit)
        else:
            del self.rooms[agent.id, channel]
        return self.has_room

    def best_for(self, item: Item, now: datetime) -> Agent | None:
        if item.only_agent is not None:
            return self.free([item.only_agent], item, now)
        if item.preferred_agent is not None:
            preferred = self.agents.get(item.preferred_agent)
            if preferred and item.preferred_agent not in item.unanswered_by:
                if self.free([preferred.id], item, now):
                    return preferred
                if is_reserved_for(preferred, item, now):
                    return None
        return self.first_of_heap(item, now)

    def free(self, candidates: Sequence[int], item: Item, now: datetime) -> Agent | None:
        """The first of them who may have it now."""
        for agent_id in candidates:
            agent = self.agents.get(agent_id)
            if (
                agent
                and (agent_id, item.channel) in self.rooms
                and may_have(agent, item)
                and not is_kept_from(item, agent_id, now)
            ):
                return agent
        return None

    def first_of_heap(self, item: Item, now: datetime) -> Agent | None:
        heap = self.heap_for(item)
        passed_over: list[Rank] = []
        let_it_ring: list[int] = []
        found: Agent | None = None
        while heap and found is None:
            rank = heap[0]
            agent = self.agents[rank[-1]]
            if (agent.id, item.channel) not in self.rooms:
                heapq.heappop(heap)
            elif rank != (fresh := self.rank(agent, item)):
                heapq.heapreplace(heap, fresh)
            elif is_kept_from(item, agent.id, now) or agent.id in item.unanswered_by:
                passed_over.append(heapq.heappop(heap))
                if agent.id in item.unanswered_by:
                    let_it_ring.append(agent.id)
            else:
                found = agent
        for rank in passed_over:
            heapq.heappush(heap, rank)
        return found or self.free(let_it_ring, item, now)

    def heap_for(self, item: Item) -> list[Rank]:
        demand = (item.tenant, item.pool, item.channel, item.skills)
        if demand not in self.heaps:
            agents = (self.agents[agent_id] for agent_id, channel in self.rooms if channel == item.channel)
            self.heaps[demand] = [self.rank(agent, item) for agent in agents if may_have(agent, item)]
            heapq.heapify(self.heaps[demand])
        return self.heaps[demand]

    def rank(self, agent: Agent, item: Item) -> Rank:
        """Who has several of the skills asked for is as good as in the worst of them."""
        fit = min((agent.skills.get(skill, 0) for skill, _ in item.skills), default=0)
        room = self.rooms[agent.id, item.channel]
        idle_since = agent.idle_since.timestamp() if agent.idle_since else 0.0
        return (-fit, room.used / room.limit, idle_since, agent.id)
