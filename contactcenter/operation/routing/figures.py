"""The figures of today, by queue and company: in the company's own day, from midnight in its zone. docs/routing.md,
"Figures of today", has each formula. A fixed number of queries, whatever the number of companies.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from enum import StrEnum
from functools import reduce
from operator import add

from django.db import connection
from django.db.models import Case, Count, F, Max, Min, OuterRef, Q, Subquery, When
from django.db.models.functions import Greatest

from contactcenter.lib import clock
from contactcenter.operation.agents.models import Agent, Capacity, Presence, PresenceSpan
from contactcenter.operation.routing.models import UNANSWERED, ItemSpan, Pool, Queue, WorkItem
from contactcenter.operation.routing.order import due
from tenants.models import Tenant

RECENT = timedelta(minutes=30)
AT_RISK = 5.0  # percent points below the target that are still no more than a risk


class Standing(StrEnum):
    """Of a service level against its target."""

    NONE = "none"  # nothing to measure yet
    ON_TARGET = "on_target"
    AT_RISK = "at_risk"
    BELOW = "below"


@dataclass(frozen=True, slots=True)
class Tally:
    """What became of the customers who asked for a person in a stretch of time. Seconds count from asking; of work that
    is held back until later, from then. A transferred customer has been answered already: the segment that a transfer
    makes counts nowhere here.
    """

    offered: int = 0
    answered: int = 0
    answered_within: int = 0  # the queue's answer_within_seconds, that second included
    abandoned: int = 0
    abandoned_after: int = 0  # later than answer_within_seconds
    answer_seconds: float = 0.0  # of all answered together

    def __add__(self, other: Tally) -> Tally:
        return Tally(*(getattr(self, each.name) + getattr(other, each.name) for each in fields(self)))

    @property
    def measured(self) -> int:
        return self.answered + self.abandoned_after

    @property
    def service_level(self) -> float | None:
        """Percent: 100 * answered within the threshold / (answered + abandoned after it). Who gives up sooner
        leaves no chance to answer in time, and counts neither way. Formula 4 of "Service Level Calculations" (ICMI,
        QueueTips, July 2002).
        """
        return 100 * self.answered_within / self.measured if self.measured else None

    @property
    def speed_of_answer(self) -> float | None:
        """ASA: the average seconds until an agent had it, of those answered."""
        return self.answer_seconds / self.answered if self.answered else None

    @property
    def abandoned_share(self) -> float | None:
        """Percent of those who asked."""
        return 100 * self.abandoned / self.offered if self.offered else None


@dataclass(frozen=True, slots=True)
class QueueFigures:
    queue: int
    tenant: int
    within_seconds: int
    target: int  # percent
    waiting: int = 0  # ringing ones included
    longest_since: datetime | None = None  # since when the longest of them has been without anybody
    in_hand: int = 0
    wrapping_up: int = 0
    today: Tally = Tally()
    recent: Tally = Tally()  # who asked in the last 30 minutes


@dataclass(frozen=True, slots=True)
class CompanyFigures:
    """Of all its queues, each measured by its own threshold."""

    tenant: int
    queues: tuple[QueueFigures, ...]
    target: float  # percent: the queues' targets, weighed by how much was measured in each

    @property
    def waiting(self) -> int:
        return sum(queue.waiting for queue in self.queues)

    @property
    def longest_since(self) -> datetime | None:
        return min((queue.longest_since for queue in self.queues if queue.longest_since), default=None)

    @property
    def in_hand(self) -> int:
        return sum(queue.in_hand for queue in self.queues)

    @property
    def today(self) -> Tally:
        return reduce(add, (queue.today for queue in self.queues), Tally())

    @property
    def recent(self) -> Tally:
        return reduce(add, (queue.recent for queue in self.queues), Tally())


@dataclass(frozen=True, slots=True)
class StaffMember:
    """An agent who may work now, and where they count."""

    agent: int
    presence: str
    activity: str
    free: bool  # available, with room for one more
    tenants: frozenset[int]
    pools: frozenset[int]


@dataclass(frozen=True, slots=True)
class Staff:
    """How many agents, each counted once; who is signed in is one of the four."""

    free: int = 0  # available, with room
    busy: int = 0  # available, without room
    on_break: int = 0
    not_responding: int = 0

    @property
    def signed_in(self) -> int:
        return self.free + self.busy + self.on_break + self.not_responding


def standing_of(level: float | None, target: float) -> Standing:
    if level is None:
        return Standing.NONE
    if level >= target:
        return Standing.ON_TARGET
    return Standing.AT_RISK if level >= target - AT_RISK else Standing.BELOW


def figures_of(tenants: Sequence[Tenant], *, now: datetime) -> dict[int, CompanyFigures]:
    """By company, its active queues in the order of their names. Three queries."""
    queues = list(Queue.objects.filter(tenant__in=tenants, is_active=True).order_by("tenant", "name", "pk"))
    live, tallies = live_by_queue(tenants, now), tallies_by_queue(tenants, now)
    by_company: dict[int, list[QueueFigures]] = {tenant.pk: [] for tenant in tenants}
    for queue in queues:
        today, recent = tallies.get(queue.pk, (Tally(), Tally()))
        waiting, longest, in_hand, wrapping_up = live.get(queue.pk, (0, None, 0, 0))
        by_company[queue.tenant_id].append(
            QueueFigures(
                queue=queue.pk,
                tenant=queue.tenant_id,
                within_seconds=queue.answer_within_seconds,
                target=queue.answer_target_percent,
                waiting=waiting,
                longest_since=longest,
                in_hand=in_hand,
                wrapping_up=wrapping_up,
                today=today,
                recent=recent,
            )
        )
    return {tenant: CompanyFigures(tenant, tuple(rows), target_of(rows)) for tenant, rows in by_company.items()}


def target_of(queues: Sequence[QueueFigures]) -> float:
    measured = sum(queue.today.measured for queue in queues)
    if measured:
        return sum(queue.target * queue.today.measured for queue in queues) / measured
    return sum(queue.target for queue in queues) / len(queues) if queues else 80.0


def waits_since() -> Greatest:
    """Since when a waiting item's customer has been without anybody: they asked, or were handed on, or their agent was
    lost. (`entered_at`, by which they are served, is older after a transfer.)
    """
    handled = ItemSpan.objects.filter(item=OuterRef("pk"), kind=ItemSpan.Kind.HANDLING).order_by()
    return Greatest(
        F("entered_at"),
        F("not_before"),
        Case(When(previous__outcome=WorkItem.Outcome.TRANSFERRED, then=F("previous__ended_at"))),
        Subquery(handled.values("item").annotate(last=Max("ended_at")).values("last")),
    )


def live_by_queue(tenants: Sequence[Tenant], now: datetime) -> dict[int, tuple[int, datetime | None, int, int]]:
    """Queue → waiting, the longest of them since when, in hand, in wrap-up."""
    waits = Q(state__in=UNANSWERED) & due(now)
    rows = (
        WorkItem.objects.filter(waits | Q(state__in=["active", "wrap_up"]), tenant__in=tenants)
        .annotate(since=waits_since())
        .order_by()
        .values("queue")
        .annotate(
            waiting=Count("pk", filter=waits),
            longest=Min("since", filter=waits),
            in_hand=Count("pk", filter=Q(state=WorkItem.State.ACTIVE)),
            wrapping_up=Count("pk", filter=Q(state=WorkItem.State.WRAP_UP)),
        )
    )
    return {row["queue"]: (row["waiting"], row["longest"], row["in_hand"], row["wrapping_up"]) for row in rows}


# Answered is who was once in an agent's hands, even if that agent was lost later: `accepted_at` forgets it.
TALLIES = f"""
WITH day AS (
    SELECT * FROM unnest(%s::bigint[], %s::timestamptz[]) AS day (tenant_id, starts_at)
),
asked AS (
    SELECT item.queue_id, asked_at, answered_at IS NOT NULL AS answered,
        answered_at IS NULL AND item.outcome = 'abandoned' AS abandoned,
        extract(epoch FROM coalesce(answered_at, item.ended_at) - asked_at) AS seconds
    FROM {WorkItem._meta.db_table} item
    JOIN day ON day.tenant_id = item.tenant_id
    LEFT JOIN {WorkItem._meta.db_table} previous ON previous.id = item.previous_id
    CROSS JOIN LATERAL (SELECT greatest(item.entered_at, item.not_before) AS asked_at) AS asking
    CROSS JOIN LATERAL (
        SELECT min(span.started_at) AS answered_at FROM {ItemSpan._meta.db_table} span
        WHERE span.item_id = item.id AND span.kind = 'handling'
    ) AS answering
    WHERE (item.entered_at >= day.starts_at OR item.not_before >= day.starts_at)
        AND asked_at <= %s AND previous.outcome IS DISTINCT FROM 'transferred'
),
judged AS (
    SELECT asked.*, seconds <= queue.answer_within_seconds AS in_time
    FROM asked JOIN {Queue._meta.db_table} queue ON queue.id = asked.queue_id
)
SELECT queue_id, recent.is_recent, count(*),
    count(*) FILTER (WHERE answered), count(*) FILTER (WHERE answered AND in_time),
    count(*) FILTER (WHERE abandoned), count(*) FILTER (WHERE abandoned AND NOT in_time),
    coalesce(sum(seconds) FILTER (WHERE answered), 0)::float8
FROM judged CROSS JOIN LATERAL (SELECT asked_at > %s AS is_recent) AS recent
GROUP BY queue_id, recent.is_recent
"""  # noqa: S608  the tables' own names


def tallies_by_queue(tenants: Sequence[Tenant], now: datetime) -> dict[int, tuple[Tally, Tally]]:
    """Queue → today, the last 30 minutes (of today)."""
    starts = [day_start(tenant.timezone, now) for tenant in tenants]
    with connection.cursor() as cursor:
        cursor.execute(TALLIES, [[tenant.pk for tenant in tenants], starts, now, now - RECENT])
        rows = cursor.fetchall()
    parts = {(queue, is_recent): Tally(*counts) for queue, is_recent, *counts in rows}
    found = {}
    for queue in {queue for queue, _ in parts}:
        recent = parts.get((queue, True), Tally())
        found[queue] = (recent + parts.get((queue, False), Tally()), recent)
    return found


def day_start(zone: str, now: datetime) -> datetime:
    """The last midnight there. A zone that is not known here counts as UTC."""
    local = now.astimezone(clock.zone(zone) or clock.zone("UTC"))
    return local.replace(hour=0, minute=0, second=0, microsecond=0)


def staff_now() -> list[StaffMember]:
    """Everybody who is signed in. Four queries."""
    present = PresenceSpan.objects.filter(ended_at=None, agent__is_active=True, agent__user__is_active=True)
    spans = list(present.exclude(presence=Presence.OFFLINE).values_list("agent", "presence", "activity"))
    agents = [agent for agent, _, _ in spans]
    limits = Capacity.objects.filter(agent__in=agents).values_list("agent", "chat_used", "chat_limit")
    room = {agent: used < limit for agent, used, limit in limits}
    tenants = pairs(Agent.tenants.through.objects.filter(agent__in=agents).values_list("agent", "tenant"))
    pools = pairs(Pool.agents.through.objects.filter(agent__in=agents).values_list("agent", "pool"))
    return [
        StaffMember(
            agent=agent,
            presence=presence,
            activity=activity,
            free=presence == Presence.AVAILABLE and room.get(agent, False),
            tenants=tenants.get(agent, frozenset()),
            pools=pools.get(agent, frozenset()),
        )
        for agent, presence, activity in spans
    ]


def pairs(rows: Iterable[tuple[int, int]]) -> dict[int, frozenset[int]]:
    found: dict[int, set[int]] = {}
    for key, value in rows:
        found.setdefault(key, set()).add(value)
    return {key: frozenset(values) for key, values in found.items()}


class Headcount:
    """Of the signed-in, by whom they serve. Agents who serve the same are counted together: there are few kinds."""

    def __init__(self, members: Iterable[StaffMember]) -> None:
        self.kinds = Counter((member.tenants, member.pools, place_of(member)) for member in members)

    def of(self, *, tenant: int | None = None, pools: Iterable[int] | None = None) -> Staff:
        """Those who serve this company (or any), in one of these pools (or any)."""
        wanted = None if pools is None else frozenset(pools)
        found: Counter[str] = Counter()
        for (tenants, own_pools, place), number in self.kinds.items():
            serves = tenant is None or tenant in tenants
            if serves and (wanted is None or not wanted.isdisjoint(own_pools)):
                found[place] += number
        return Staff(**found)


def place_of(member: StaffMember) -> str:
    if member.presence == Presence.AVAILABLE:
        return "free" if member.free else "busy"
    return "on_break" if member.presence == Presence.BREAK else "not_responding"
