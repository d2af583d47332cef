"""What the tables say at this moment, read in the shared schema with a fixed number of statements: it is the same
whichever process answers.
"""

from __future__ import annotations

import platform
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cache
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Count, Max
from django_celery_beat.models import PeriodicTask
from prometheus_client.metrics_core import GaugeMetricFamily

from contactcenter.operation.agents.models import Presence, PresenceSpan, WebProcess
from contactcenter.operation.agents.services import WEB_AWAY_AFTER
from contactcenter.operation.outbox.models import Event
from contactcenter.operation.routing.engine import LEADER_LOCK
from contactcenter.operation.routing.figures import live_by_queue
from contactcenter.operation.routing.models import Queue
from contactcenter.records.webhooks.models import Delivery
from tenants.across import counted
from tenants.models import Tenant

MOST_COMPANIES = 200  # of which each has numbers of its own; the rest count together
OTHERS = "others"

Told = list[GaugeMetricFamily]


def measured(now: datetime) -> Told:
    return [
        *queues(now),
        agents(),
        *outbox(),
        *web_processes(now),
        *router_and_beat(now),
        *webhooks(),
        gauge("build_info", "What runs.", {(own_version(), platform.python_version()): 1}, "version", "python"),
        gauge("tables_read", "Whether the tables could be read.", {(): 1}),
    ]


def gauge(name: str, words: str, found: Mapping[Any, float], *labels: str) -> GaugeMetricFamily:
    """`found`: the values of the labels, a tuple → number."""
    family = GaugeMetricFamily(f"contactcenter_{name}", words, labels=labels)
    for key, number in sorted(found.items()):
        family.add_metric(key, number)
    return family


@cache
def own_version() -> str:
    program = tomllib.loads((settings.BASE_DIR / "pyproject.toml").read_text())
    return str(program["project"]["version"])


def named(schemas: Iterable[str]) -> dict[str, str]:
    ordered = sorted(schemas)
    return {schema: schema if place < MOST_COMPANIES else OTHERS for place, schema in enumerate(ordered)}


def queues(now: datetime) -> Told:
    tenants = list(Tenant.objects.filter(is_served=True).only("pk", "schema_name"))
    company = named(tenant.schema_name for tenant in tenants)
    live = live_by_queue(tenants, now)
    known = Queue.objects.filter(pk__in=live).values_list("pk", "key", "tenant__schema_name")
    waiting: Counter[tuple[str, ...]] = Counter()
    oldest: dict[tuple[str, ...], float] = {}
    for pk, key, schema in known:
        number, since, _in_hand, _wrapping_up = live[pk]
        label = (company[schema], key if company[schema] != OTHERS else OTHERS)
        waiting[label] += number
        seconds = (now - since).total_seconds() if since else 0.0
        oldest[label] = max(oldest.get(label, 0.0), seconds)
    return [
        gauge("queue_waiting", "Customers who wait or ring.", waiting, "company", "queue"),
        gauge("queue_oldest_seconds", "How long the longest of them has waited.", oldest, "company", "queue"),
    ]


def agents() -> GaugeMetricFamily:
    present = PresenceSpan.objects.filter(ended_at=None).order_by().values_list("presence").annotate(Count("pk"))
    found = {(presence,): 0 for presence in Presence.values if presence != Presence.OFFLINE}
    found |= {(presence,): number for presence, number in present if presence != Presence.OFFLINE}
    return gauge("agents", "Signed-in agents by presence.", found, "presence")


# Due: what is held back until later, or waits for its task to delete it, is no lag.
OUTBOX = """
SELECT kind, count(*), coalesce(extract(epoch FROM clock_timestamp() - min(next_try_at)
    FILTER (WHERE next_try_at <= clock_timestamp())), 0)::float8 FROM {event} GROUP BY kind
"""


def outbox_by_kind() -> dict[str, tuple[int, float]]:
    """Kind → rows, and for how many seconds the oldest due one has been due."""
    with connection.cursor() as cursor:
        cursor.execute(OUTBOX.format(event=Event._meta.db_table))
        rows = {kind: (number, lag) for kind, number, lag in cursor.fetchall()}
    return {kind: rows.get(kind, (0, 0.0)) for kind in Event.Kind.values}


def outbox() -> Told:
    found = outbox_by_kind()
    return [
        gauge("outbox_rows", "Rows that are not settled yet.", {(k,): n for k, (n, _lag) in found.items()}, "kind"),
        gauge(
            "outbox_lag_seconds",
            "How long the oldest due row has been due.",
            {(k,): lag for k, (_n, lag) in found.items()},
            "kind",
        ),
    ]


def living_web(now: datetime) -> list[dict[str, dict[str, int]]]:
    """The figures of each."""
    return list(WebProcess.objects.filter(seen_at__gt=now - WEB_AWAY_AFTER).values_list("figures", flat=True))


def web_processes(now: datetime) -> Told:
    alive = living_web(now)
    sockets: Counter[tuple[str, ...]] = Counter()
    pool: Counter[tuple[str, ...]] = Counter()
    for figures in alive:
        sockets.update({(kind,): number for kind, number in figures.get("sockets", {}).items()})
        pool.update({(state,): number for state, number in figures.get("pool", {}).items()})
    return [
        gauge("web_processes", "Web processes that told of themselves lately.", {(): len(alive)}),
        gauge("sockets", "Open sockets of all web processes.", sockets, "kind"),
        gauge("database_pool", "Connections of all web processes: open, free; and who waits for one.", pool, "state"),
    ]


def leaders() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted AND objid = %s"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
            [LEADER_LOCK],
        )
        (number,) = cursor.fetchone() or (0,)
    return int(number)


def beat_ticked() -> datetime | None:
    ticked: datetime | None = PeriodicTask.objects.aggregate(at=Max("last_run_at"))["at"]
    return ticked


def router_and_beat(now: datetime) -> Told:
    ticked = beat_ticked()
    ago = {(): (now - ticked).total_seconds()} if ticked else {}
    return [
        gauge("router_leaders", "Routers that lead: one, or nobody is offered work.", {(): leaders()}),
        gauge("beat_seconds_ago", "Since beat last sent a task; it sends one every 15 s.", ago),
    ]


def webhooks() -> Told:
    found = counted(Delivery, "state")
    company = named({schema for schema, _state in found})
    numbers: Counter[tuple[str, ...]] = Counter()
    for (schema, state), number in found.items():
        if state in (Delivery.State.PENDING, Delivery.State.DEAD):
            numbers[company[schema], state] += number
    return [gauge("webhook_deliveries", "Tellings on their way, and given up.", numbers, "company", "state")]
