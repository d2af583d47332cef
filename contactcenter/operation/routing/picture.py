"""The router's warm picture of who waits and who is free, read from PostgreSQL and kept by its notifications.

It may be behind: every claim is guarded by the revisions and versions it was read with.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q

from contactcenter.operation.agents.models import Agent, AgentSkill, Capacity, Presence, PresenceSpan, Skill
from contactcenter.operation.routing import policy
from contactcenter.operation.routing.models import UNANSWERED, Offer, Pool, WorkItem

KEPT_FROM = timedelta(seconds=60)  # an agent who declined it, or sent it to a queue
ITEM_FIELDS = (
    "id",
    "revision",
    "state",
    "tenant_id",
    "queue__pool_id",
    "channel",
    "entered_at",
    "queued_at",
    "required_skills",
    "language",
    "front",
    "priority",
    "not_before",
    "only_agent_id",
    "preferred_agent_id",
    "preferred_until",
    "previous__agent_id",
    "previous__outcome",
)


@dataclass(frozen=True, slots=True)
class Ring:
    agent: int
    expires_at: datetime


@dataclass
class Picture:
    items: dict[int, policy.Item] = field(default_factory=dict)  # the waiting
    rings: dict[int, Ring] = field(default_factory=dict)  # the ringing
    revisions: dict[int, int] = field(default_factory=dict)  # of both
    agents: dict[int, policy.Agent] = field(default_factory=dict)
    versions: dict[int, int] = field(default_factory=dict)
    languages: dict[str, int] = field(default_factory=dict)  # language → skill
    unreadable: dict[int, str] = field(default_factory=dict)  # item → why

    def read_all(self) -> set[str]:
        """Gives what it had otherwise, named as notifications name it: "item 7", "agent 3"."""
        revisions, versions = self.revisions, self.versions
        self.languages = dict(Skill.objects.filter(kind=Skill.Kind.LANGUAGE).values_list("key", "pk"))
        self.read_agents(None)
        self.read_items(None)
        items = {f"item {item_id}" for item_id, _revision in revisions.items() ^ self.revisions.items()}
        return items | {f"agent {agent_id}" for agent_id, _version in versions.items() ^ self.versions.items()}

    def read_items(self, ids: Collection[int] | None) -> None:
        """Some again, or all (None)."""
        if ids is None:
            self.items, self.rings, self.revisions = {}, {}, {}
        else:
            self.forget_items(ids)
        chosen = Q() if ids is None else Q(pk__in=ids)
        rows = list(WorkItem.objects.filter(chosen, state__in=UNANSWERED, set_aside="").values(*ITEM_FIELDS))
        of_offers = Q(item__state__in=UNANSWERED) if ids is None else Q(item__in=ids)
        offers = Offer.objects.filter(of_offers).exclude(state__in=[Offer.State.ACCEPTED, Offer.State.WITHDRAWN])
        by_item: dict[int, list[Offer]] = defaultdict(list)
        for offer in offers:
            by_item[offer.item_id].append(offer)
        for row in rows:
            self.take_in(row, by_item[row["id"]])

    def take_in(self, row: dict[str, Any], offers: list[Offer]) -> None:
        self.revisions[row["id"]] = row["revision"]
        if row["state"] == WorkItem.State.OFFERED:
            ringing = [offer for offer in offers if offer.state == Offer.State.OPEN]
            if ringing:
                self.rings[row["id"]] = Ring(ringing[0].agent_id, ringing[0].expires_at)
            return
        try:
            self.items[row["id"]] = item_of(row, offers, self.languages)
        except (TypeError, ValueError, AttributeError) as error:
            self.unreadable[row["id"]] = f"its required skills cannot be read: {error}"

    def forget_items(self, ids: Collection[int]) -> None:
        for item_id in ids:
            self.items.pop(item_id, None)
            self.rings.pop(item_id, None)
            self.revisions.pop(item_id, None)

    def read_agents(self, ids: Collection[int] | None) -> None:
        """Some again, or all (None). The versions first: what changes while the rest is read makes a claim fail."""
        if ids is None:
            self.agents, self.versions = {}, {}
        else:
            for agent_id in ids:
                self.agents.pop(agent_id, None)
                self.versions.pop(agent_id, None)
        chosen = Q() if ids is None else Q(agent__in=ids)
        capacities = list(Capacity.objects.filter(chosen, agent__is_active=True, agent__user__is_active=True))
        presences = dict(PresenceSpan.objects.filter(chosen, ended_at=None).values_list("agent", "presence"))
        tenants, pools, skills = tenants_of(chosen), pools_of(chosen), skills_of(chosen)
        for capacity in capacities:
            agent_id = capacity.agent_id
            self.versions[agent_id] = capacity.version
            self.agents[agent_id] = policy.Agent(
                id=agent_id,
                available=presences.get(agent_id) == Presence.AVAILABLE,
                tenants=frozenset(tenants[agent_id]),
                pools=frozenset(pools[agent_id]),
                rooms=rooms_of(capacity),
                skills=skills[agent_id],
                idle_since=capacity.idle_since,
            )

    def fill(self, capacity: Capacity) -> None:
        """The agent's load and version, as a claim just left them."""
        before = self.agents[capacity.agent_id]
        self.versions[capacity.agent_id] = capacity.version
        self.agents[capacity.agent_id] = replace(before, rooms=rooms_of(capacity), idle_since=capacity.idle_since)


def rooms_of(capacity: Capacity) -> dict[str, policy.Room]:
    return {"chat": policy.Room(capacity.chat_used, capacity.chat_limit)}


def item_of(row: dict[str, Any], offers: list[Offer], languages: dict[str, int]) -> policy.Item:
    """Raises TypeError, ValueError, AttributeError where the required skills are not as `enqueue` writes them."""
    skills = {int(skill): int(level) for skill, level in row["required_skills"].items()}
    if row["language"] in languages:
        skills.setdefault(languages[row["language"]], 1)
    kept_from = {
        offer.agent_id: offer.ended_at + KEPT_FROM
        for offer in offers
        if offer.state == Offer.State.DECLINED and offer.ended_at
    }
    if row["previous__outcome"] == WorkItem.Outcome.TRANSFERRED and row["only_agent_id"] is None:
        kept_from.setdefault(row["previous__agent_id"], row["queued_at"] + KEPT_FROM)
    return policy.Item(
        id=row["id"],
        tenant=row["tenant_id"],
        pool=row["queue__pool_id"],
        channel=row["channel"],
        entered_at=row["entered_at"],
        skills=tuple(sorted(skills.items())),
        front=row["front"],
        priority=row["priority"],
        not_before=row["not_before"],
        only_agent=row["only_agent_id"],
        preferred_agent=row["preferred_agent_id"],
        preferred_until=row["preferred_until"],
        kept_from=kept_from,
        unanswered_by=frozenset(offer.agent_id for offer in offers if offer.state == Offer.State.RONA),
    )


def tenants_of(chosen: Q) -> defaultdict[int, set[int]]:
    served = Agent.tenants.through.objects.filter(chosen, tenant__is_served=True)
    return grouped(served.values_list("agent", "tenant"))


def pools_of(chosen: Q) -> defaultdict[int, set[int]]:
    return grouped(Pool.agents.through.objects.filter(chosen).values_list("agent", "pool"))


def skills_of(chosen: Q) -> defaultdict[int, dict[int, int]]:
    found: defaultdict[int, dict[int, int]] = defaultdict(dict)
    for agent_id, skill_id, level in AgentSkill.objects.filter(chosen).values_list("agent", "skill", "level"):
        found[agent_id][skill_id] = level
    return found


def grouped(pairs: Any) -> defaultdict[int, set[int]]:
    found: defaultdict[int, set[int]] = defaultdict(set)
    for key, value in pairs:
        found[key].add(value)
    return found
