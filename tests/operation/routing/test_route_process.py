"""`manage.py route` as it runs: one leads, it wakes at once, and it may be killed or cut off at any moment."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from django.db import connection

from contactcenter.lib import clock
from contactcenter.operation.agents import services as agents
from contactcenter.operation.agents.models import Agent, PresenceSpan
from contactcenter.operation.routing import services as routing
from contactcenter.operation.routing.engine import LEADER_LOCK
from contactcenter.operation.routing.models import Offer, Repair, WorkItem
from contactcenter.operation.routing.reconciler import reconcile
from tests.operation.floor import ask, assert_consistent, make_agent, make_queue, see

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[3]


class Router:
    def __init__(self, url: str, log: Path) -> None:
        self.log = log
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "route"],
                cwd=ROOT,
                env={**os.environ, "DATABASE_URL": url, "DB_POOL": "0"},
                stderr=output,
                stdout=output,
            )

    def says(self, words: str) -> bool:
        return words in self.log.read_text()

    def kill(self, number: signal.Signals = signal.SIGKILL) -> int:
        self.process.send_signal(number)
        return self.process.wait(10)


@contextmanager
def routers(url: str, folder: Path, number: int = 1) -> Iterator[list[Router]]:
    started = [Router(url, folder / f"router-{index}.log") for index in range(number)]
    try:
        until(lambda: any(router.says("this router leads") for router in started), 30, "nobody leads")
        yield started
    finally:
        for router in started:
            if router.process.poll() is None:
                router.kill()


def until(is_so: Callable[[], object], seconds: float, otherwise: str) -> float:
    """Gives how long it took."""
    start = time.monotonic()
    while not is_so():
        assert time.monotonic() - start < seconds, otherwise
        time.sleep(0.005)
    return time.monotonic() - start


def leader_pid() -> int | None:
    """PostgreSQL's process behind the leader's line."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND objid = %s AND granted"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
            [LEADER_LOCK],
        )
        row = cursor.fetchone()
    return row[0] if row else None


def rings(item: WorkItem) -> bool:
    return Offer.objects.filter(item=item, state="open").exists()


def serve(agent: Agent, item: WorkItem) -> None:
    routing.accept(item_id=item.pk, agent_id=agent.pk, now=clock.now())
    routing.finish_handling(tenant=item.tenant, conversation=item.conversation, now=clock.now())
    routing.close(item_id=item.pk, agent_id=agent.pk, now=clock.now())


def test_it_wakes_at_once_and_takes_back_what_rang_too_long(committed: str, tmp_path: Path) -> None:
    queue, ines = make_queue(offer_seconds=2), make_agent("Ines", available_at=clock.now())
    see(ines, now=clock.now())
    with routers(committed, tmp_path):
        waits = []
        for _ in range(10):
            item = ask(queue, now=clock.now())
            waits.append(until(lambda item=item: rings(item), 5, "it does not ring"))
            serve(ines, item)
        assert sorted(waits)[4] < 0.3  # the poll alone would need half a second; a quiet machine, 10 ms
        item = ask(queue, now=clock.now())
        until(lambda: rings(item), 5, "it does not ring")
        offer = Offer.objects.get(item=item)
        until(lambda: not rings(item), 10, "it rings for ever")
        offer.refresh_from_db()
        assert offer.state == "rona" and offer.ended_at is not None
        assert 0 <= (offer.ended_at - offer.expires_at).total_seconds() < 1
    assert_consistent()


def test_one_leads_and_the_next_takes_over(committed: str, tmp_path: Path) -> None:
    queue, ines = make_queue(), make_agent("Ines", limit=9, available_at=clock.now())
    see(ines, now=clock.now())
    with routers(committed, tmp_path, 2) as (one, two):
        until(lambda: one.says("standing by") or two.says("standing by"), 20, "both lead")
        leader, other = (one, two) if two.says("standing by") else (two, one)
        assert not leader.says("standing by") and not other.says("this router leads")
        leader.kill()
        item = ask(queue, now=clock.now())
        until(lambda: rings(item), 15, "nobody took over")
        assert other.says("this router leads")
        assert other.kill(signal.SIGTERM) == 0
        assert "Traceback" not in other.log.read_text()


@pytest.mark.parametrize("often", [3, pytest.param(20, marks=pytest.mark.soak)])
def test_killed_again_and_again_while_work_flows(committed: str, tmp_path: Path, often: int) -> None:
    queue = make_queue(offer_seconds=2, wrap_up_seconds=1)
    people = [make_agent(f"Agent{number}", limit=2, available_at=clock.now()) for number in range(5)]
    by_id = {agent.pk: agent for agent in people}
    log = tmp_path / "router.log"
    running = Router(committed, log)
    items, kills, wanted = [], 0, 10 * often + 6
    try:
        end = time.monotonic() + 60 * often
        while len(items) < wanted or WorkItem.objects.exclude(state="closed").exists():
            assert time.monotonic() < end, "work is left"
            see(*people, now=clock.now())
            if len(items) // 10 > kills and kills < often:
                if running.says("leads"):  # in the middle of whatever it is doing
                    running.kill()
                    kills += 1
                    log.write_text("")
                    running = Router(committed, log)
            elif len(items) < wanted:
                items.append(ask(queue, now=clock.now()))
            for offer in Offer.objects.filter(state="open").select_related("item__tenant"):
                with contextlib.suppress(routing.OfferGone):
                    serve(by_id[offer.agent_id], offer.item)
            away = PresenceSpan.objects.filter(ended_at=None, presence="not_responding")
            for agent_id in away.values_list("agent", flat=True):
                agents.set_presence(agent_id=agent_id, presence="available", now=clock.now())
            time.sleep(0.02)
    finally:
        running.kill()
    assert kills == often
    assert set(WorkItem.objects.values_list("outcome", flat=True)) == {"handled"}
    assert_consistent()
    assert reconcile(clock.now()) == 0
    assert Repair.objects.count() == 0


def test_cut_off_from_postgresql_it_says_so_and_goes_on_when_it_is_back(committed: str, tmp_path: Path) -> None:
    queue, ines = make_queue(), make_agent("Ines", available_at=clock.now())
    see(ines, now=clock.now())
    with routers(committed, tmp_path) as (router,):
        closed_to_all(committed, lambda: until(lambda: router.says("PostgreSQL is away"), 30, "not noticed"))
        item = ask(queue, now=clock.now())
        until(lambda: rings(item), 30, "it does not come back")
        log = router.log.read_text()
        assert log.count("PostgreSQL is away") == log.count("PostgreSQL is back") == 1
        assert "Traceback" not in log
        assert router.process.poll() is None


def closed_to_all(url: str, meanwhile: Callable[[], object]) -> None:
    """Nobody may connect to the test's database and all who had are cut off, for 2 seconds."""
    name = connection.settings_dict["NAME"]
    connection.close()
    with psycopg.connect(url.replace(f"/{name}", "/postgres"), autocommit=True) as line:
        line.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        line.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
        try:
            meanwhile()
            time.sleep(2)
        finally:
            line.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")


def test_cut_off_while_another_stands_by_the_lead_changes_and_nothing_is_doubled(
    committed: str, tmp_path: Path
) -> None:
    queue, ines = make_queue(), make_agent("Ines", limit=20, available_at=clock.now())
    see(ines, now=clock.now())
    with routers(committed, tmp_path, 2):
        until(leader_pid, 10, "nobody leads")
        for _ in range(3):
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_terminate_backend(%s)", [leader_pid()])
            item = ask(queue, now=clock.now())
            until(lambda item=item: rings(item), 15, "nobody leads")
            until(leader_pid, 10, "nobody leads")
    assert Offer.objects.count() == 3
    assert_consistent()
