"""The floor at a moment: a fixed number of queries, whatever waits and whoever is there. In the shared schema, so no
customer has a name here. Numbers and keys alone: each screen words them in its own language.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypedDict

from contactcenter.operation.agents.models import Agent, Presence, PresenceSpan, Skill
from contactcenter.operation.routing import alarms, figures, policy
from contactcenter.operation.routing.figures import CompanyFigures, Headcount, QueueFigures, Staff, StaffMember, Tally
from contactcenter.operation.routing.models import HELD, UNANSWERED, Offer, Pool, Queue, Repair, WorkItem
from contactcenter.operation.routing.picture import ITEM_FIELDS, Picture, item_of
from tenants.branding import Palette, palette
from tenants.models import Tenant


class Level(TypedDict):
    """Percent where it is a share; None: nothing to measure yet."""

    level: float | None
    target: float
    standing: str
    recent: float | None
    asa: float | None  # seconds
    offered: int
    abandoned: float | None


class Hands(TypedDict):
    free: int
    busy: int
    on_break: int
    not_responding: int


class CompanyRow(TypedDict):
    schema: str
    name: str
    monogram: str
    colours: Palette
    waiting: int
    longest: str | None
    in_hand: int
    today: Level
    staff: Hands


class QueueRow(TypedDict):
    id: int
    company: str
    pool: int
    name: str
    channel: str
    within: int
    waiting: int
    longest: str | None
    in_hand: int
    today: Level
    staff: Hands


class PoolRow(TypedDict):
    id: int
    name: str
    staff: Hands


class ItemRow(TypedDict):
    """`turn` sorts as the router serves."""

    id: int
    company: str
    conversation: str
    queue: int
    channel: str
    since: str
    turn: list[Any]
    priority: int
    front: bool
    bounces: int
    why: str
    agent: int | None  # at whom it rings, or for whom it is
    until: str | None  # it rings, or is held back
    set_aside: str
    due: str | None  # to be answered by, for the service level; None: not measured again


class HoldRow(TypedDict):
    item: int
    company: str
    conversation: str
    channel: str
    queue: int
    state: str
    since: str | None


class AgentRow(TypedDict):
    id: int
    name: str
    presence: str
    reason: str | None
    activity: str
    since: str | None
    used: int
    limit: int
    companies: list[str]
    pools: list[int]
    holds: list[HoldRow]


class AlarmRow(TypedDict):
    key: str
    kind: str
    company: str
    queue: int
    items: list[int]
    since: str
    resting: int
    late: int


class RepairRow(TypedDict):
    id: int
    at: str
    kind: str
    words: str


@dataclass(frozen=True)
class Reading:
    companies: Mapping[str, CompanyRow]
    queues: Mapping[str, QueueRow]
    pools: Mapping[str, PoolRow]
    items: Mapping[str, ItemRow]
    agents: Mapping[str, AgentRow]
    alarms: Mapping[str, AlarmRow]  # the worst first
    repairs: Mapping[str, RepairRow]
    figures: Mapping[int, CompanyFigures]  # by company; kept for the next reading


PARTS = ("companies", "queues", "pools", "items", "agents", "alarms", "repairs")
REPAIRS_OF, MOST_REPAIRS = timedelta(days=1), 20


def read_floor(now: datetime, *, before: Reading | None = None, touched: Collection[str] = ()) -> Reading:
    """With `before`, the day's figures are counted again only for the companies that are touched."""
    companies = list(Tenant.objects.filter(is_active=True).defer("logo").order_by("name"))
    queues = list(Queue.objects.filter(tenant__in=companies, is_active=True).order_by("tenant__name", "name", "pk"))
    again = [
        each for each in companies if before is None or each.schema_name in touched or each.pk not in before.figures
    ]
    counted = {**(before.figures if before else {}), **figures.figures_of(again, now=now)}
    hall = Hall(companies, queues, now)
    hall.read()
    return Reading(
        companies={each.schema_name: hall.company_row(each, counted[each.pk]) for each in companies},
        queues={
            str(row.queue): hall.queue_row(row)
            for each in companies
            for row in counted[each.pk].queues
            if row.queue in hall.queues
        },
        pools=hall.pool_rows(),
        items=hall.item_rows(),
        agents=hall.agent_rows(),
        alarms=hall.alarm_rows(),
        repairs=repair_rows(now),
        figures={each.pk: counted[each.pk] for each in companies},
    )


class Hall:
    """What one reading has before it makes rows."""

    def __init__(self, companies: list[Tenant], queues: list[Queue], now: datetime) -> None:
        self.now = now
        self.schemas = {company.pk: company.schema_name for company in companies}
        self.queues = {queue.pk: queue for queue in queues}

    def read(self) -> None:
        self.picture = Picture()
        self.picture.read_agents(None)
        self.languages = dict(Skill.objects.filter(kind=Skill.Kind.LANGUAGE).values_list("key", "pk"))
        spans = PresenceSpan.objects.filter(ended_at=None).exclude(presence=Presence.OFFLINE).select_related("reason")
        self.spans = {span.agent_id: span for span in spans}
        self.signed_in = {pk: agent for pk, agent in self.picture.agents.items() if pk in self.spans}
        self.names = dict(Agent.objects.filter(pk__in=self.signed_in).values_list("pk", "user__name"))
        self.reach = alarms.Reach(self.signed_in.values())
        self.waiting = {each.item.id: each for each in self.read_waiting()}
        self.waits: dict[int, list[alarms.Waiting]] = defaultdict(list)
        for each in self.waiting.values():
            if each.item.not_before is None or each.item.not_before <= self.now:
                self.waits[each.queue].append(each)
        self.in_hand: Counter[int] = Counter()
        self.holds = self.read_holds()
        self.heads = Headcount(self.member_of(agent) for agent in self.signed_in.values())

    def read_waiting(self) -> list[alarms.Waiting]:
        fields = (*ITEM_FIELDS, "conversation", "queue_id", "since", "bounces", "set_aside", "accepted_at")
        rows = (
            WorkItem.objects.filter(state__in=UNANSWERED, tenant__in=self.schemas)
            .annotate(since=figures.waits_since())
            .values(*fields)
        )
        self.rows = {row["id"]: row for row in rows}
        offers: dict[int, list[Offer]] = defaultdict(list)
        for offer in Offer.objects.filter(item__state__in=UNANSWERED).exclude(
            state__in=[Offer.State.ACCEPTED, Offer.State.WITHDRAWN]
        ):
            offers[offer.item_id].append(offer)
        self.rings = {pk: each for pk, tried in offers.items() for each in tried if each.state == Offer.State.OPEN}
        return [self.waiting_of(row, offers[pk]) for pk, row in self.rows.items()]

    def waiting_of(self, row: dict[str, Any], offers: list[Offer]) -> alarms.Waiting:
        asked_at = max(filter(None, (row["entered_at"], row["not_before"])))
        return alarms.Waiting(
            item=item_for_reading(row, offers, self.languages),
            queue=row["queue_id"],
            since=row["since"],
            within_seconds=self.within(row["queue_id"]),
            measured=row["since"] <= asked_at,
            bounces=row["bounces"],
            set_aside=row["set_aside"],
            ringing=row["id"] in self.rings,
        )

    def within(self, queue_id: int) -> int:
        queue = self.queues.get(queue_id)
        return queue.answer_within_seconds if queue else 0

    def read_holds(self) -> dict[int, list[HoldRow]]:
        held = WorkItem.objects.filter(state__in=HELD, tenant__in=self.schemas).order_by("accepted_at", "pk")
        found: dict[int, list[HoldRow]] = defaultdict(list)
        for item in held.only(
            "agent", "tenant", "conversation", "channel", "queue", "state", "accepted_at", "ended_at"
        ):
            self.in_hand[item.queue_id] += item.state == WorkItem.State.ACTIVE
            if item.agent_id is not None:
                found[item.agent_id].append(self.hold_row(item))
        return found

    # Rows ----------------------------------------------------------------------------------------------------------

    def hold_row(self, item: WorkItem) -> HoldRow:
        return {
            "item": item.pk,
            "company": self.schemas[item.tenant_id],
            "conversation": str(item.conversation),
            "channel": item.channel,
            "queue": item.queue_id,
            "state": item.state,
            "since": stamp(item.ended_at if item.state == WorkItem.State.WRAP_UP else item.accepted_at),
        }

    def company_row(self, company: Tenant, row: CompanyFigures) -> CompanyRow:
        queues = [queue for queue in self.queues.values() if queue.tenant_id == company.pk]
        waits = [each for queue in queues for each in self.waits[queue.pk]]
        return {
            "schema": company.schema_name,
            "name": company.name,
            "monogram": company.monogram,
            "colours": palette(company.colour),
            "waiting": len(waits),
            "longest": stamp(min((each.since for each in waits), default=None)),
            "in_hand": sum(self.in_hand[queue.pk] for queue in queues),
            "today": level(row.today, row.recent, row.target),
            "staff": hands(self.heads.of(tenant=company.pk, pools={queue.pool_id for queue in queues})),
        }

    def queue_row(self, row: QueueFigures) -> QueueRow:
        queue, waits = self.queues[row.queue], self.waits[row.queue]
        return {
            "id": queue.pk,
            "company": self.schemas[queue.tenant_id],
            "pool": queue.pool_id,
            "name": queue.name,
            "channel": queue.channel,
            "within": row.within_seconds,
            "waiting": len(waits),
            "longest": stamp(min((each.since for each in waits), default=None)),
            "in_hand": self.in_hand[queue.pk],
            "today": level(row.today, row.recent, row.target),
            "staff": hands(self.heads.of(tenant=queue.tenant_id, pools=[queue.pool_id])),
        }

    def pool_rows(self) -> dict[str, PoolRow]:
        pools = Pool.objects.order_by("name").values_list("pk", "name")
        return {str(pk): {"id": pk, "name": name, "staff": hands(self.heads.of(pools=[pk]))} for pk, name in pools}

    def member_of(self, agent: policy.Agent) -> StaffMember:
        span = self.spans[agent.id]
        return StaffMember(
            agent=agent.id,
            presence=span.presence,
            activity=span.activity,
            free=agent.available and alarms.has_room(agent, "chat"),
            tenants=agent.tenants,
            pools=agent.pools,
        )

    def item_rows(self) -> dict[str, ItemRow]:
        return {str(pk): self.item_row(self.waiting[pk], self.rows[pk]) for pk in sorted(self.waiting)}

    def item_row(self, waiting: alarms.Waiting, row: dict[str, Any]) -> ItemRow:
        item, ring = waiting.item, self.rings.get(waiting.item.id)
        reason = alarms.why(waiting, self.reach, self.now)
        until = ring.expires_at if ring else item.not_before if reason is alarms.Why.HELD else None
        return {
            "id": item.id,
            "company": self.schemas[item.tenant],
            "conversation": str(row["conversation"]),
            "queue": waiting.queue,
            "channel": item.channel,
            "since": waiting.since.isoformat(),
            "turn": [int(not item.front), -item.priority, item.entered_at.isoformat(), item.id],
            "priority": item.priority,
            "front": item.front,
            "bounces": waiting.bounces,
            "why": reason.value,
            "agent": ring.agent_id if ring else item.only_agent,
            "until": stamp(until),
            "set_aside": waiting.set_aside,
            "due": stamp(waiting.since + timedelta(seconds=waiting.within_seconds)) if waiting.measured else None,
        }

    def agent_rows(self) -> dict[str, AgentRow]:
        in_order = sorted(self.signed_in, key=lambda pk: (self.names[pk], pk))
        return {str(pk): self.agent_row(self.signed_in[pk], self.spans[pk]) for pk in in_order}

    def agent_row(self, agent: policy.Agent, span: PresenceSpan) -> AgentRow:
        room = agent.rooms["chat"]
        return {
            "id": agent.id,
            "name": self.names[agent.id],
            "presence": span.presence,
            "reason": span.reason.name if span.reason else None,
            "activity": span.activity,
            "since": stamp(span.started_at),
            "used": room.used,
            "limit": room.limit,
            "companies": sorted(self.schemas[pk] for pk in agent.tenants if pk in self.schemas),
            "pools": sorted(agent.pools),
            "holds": self.holds.get(agent.id, []),
        }

    def alarm_rows(self) -> dict[str, AlarmRow]:
        found: dict[str, AlarmRow] = {}
        for alarm in alarms.alarms(self.waiting.values(), self.reach, self.now):
            key = f"{alarm.kind.value}.{alarm.queue}"
            found[key] = {
                "key": key,
                "kind": alarm.kind.value,
                "company": self.schemas[alarm.tenant],
                "queue": alarm.queue,
                "items": list(alarm.items),
                "since": alarm.since.isoformat(),
                "resting": alarm.resting,
                "late": alarm.late,
            }
        return found


def repair_rows(now: datetime) -> dict[str, RepairRow]:
    repairs = Repair.objects.filter(at__gt=now - REPAIRS_OF).order_by("-at", "-pk")[:MOST_REPAIRS]
    return {
        str(repair.pk): {
            "id": repair.pk,
            "at": repair.at.isoformat(),
            "kind": repair.kind,
            "words": repair.explanation,
        }
        for repair in repairs
    }


def item_for_reading(row: dict[str, Any], offers: list[Offer], languages: dict[str, int]) -> policy.Item:
    """As the router reads it; with skills that cannot be read, as one that asks for none: it is set aside anyway."""
    try:
        return item_of(row, offers, languages)
    except (TypeError, ValueError, AttributeError):
        return item_of({**row, "required_skills": {}}, offers, languages)


def level(today: Tally, recent: Tally, target: float) -> Level:
    return {
        "level": rounded(today.service_level),
        "target": round(target, 1),
        "standing": figures.standing_of(today.service_level, target).value,
        "recent": rounded(recent.service_level),
        "asa": rounded(today.speed_of_answer),
        "offered": today.offered,
        "abandoned": rounded(today.abandoned_share),
    }


def hands(staff: Staff) -> Hands:
    return {
        "free": staff.free,
        "busy": staff.busy,
        "on_break": staff.on_break,
        "not_responding": staff.not_responding,
    }


def rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 1)


def stamp(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
