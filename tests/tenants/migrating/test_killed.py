"""kill -9 in the middle: each company is before the migration or after it, and the next run goes on."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from contactcenter.run.living import alive
from tenants.door import tenant
from tenants.fingerprint import companies_that_differ
from tenants.migrating.migrator import Migrator
from tenants.migrating.versions import TEMPLATE
from tests.companies import COMPANIES
from tests.run.started import until
from tests.tenants.migrating.newer import SLOW_COLUMN, Newer, columns, more_companies, records

pytestmark = pytest.mark.slow
NUMBER = 9


@pytest.fixture
def slow(newer: Newer) -> Newer:
    newer.write(SLOW_COLUMN)
    return newer


@pytest.fixture
def running(slow: Newer) -> Iterator[subprocess.Popen[str]]:
    """A command that has migrated about half of twelve companies."""
    more_companies(NUMBER)
    process = slow.start()
    deadline = time.monotonic() + 60
    while len(records(slow.database)) < 8:
        assert time.monotonic() < deadline and process.poll() is None
        time.sleep(0.05)
    time.sleep(0.3)
    yield process
    for left in workers(process):
        os.kill(left, signal.SIGKILL)
    process.kill()
    process.communicate()


def workers(process: subprocess.Popen[str]) -> list[int]:
    try:
        return [int(pid) for pid in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()]
    except FileNotFoundError:
        return []


def whole(database: str) -> set[str]:
    """Those at the new state; none may be between."""
    assert columns(database) == records(database)
    return records(database)


@pytest.mark.parametrize("whom", ["command", "all"])
def test_killed_at_half_and_resumed(slow: Newer, running: subprocess.Popen[str], whom: str) -> None:
    children = workers(running)
    os.kill(running.pid, signal.SIGKILL)
    if whom == "all":
        for child in children:
            os.kill(child, signal.SIGKILL)
    else:
        until(lambda: not any(map(alive, children)))  # they notice, and end what they are at
    done = whole(slow.database)
    assert 5 <= len(done) < NUMBER + 4
    output = slow.migrate()
    assert whole(slow.database) == {*COMPANIES, TEMPLATE, *(f"firm{index:02}" for index in range(NUMBER))}
    assert f"{NUMBER + 4 - len(done)} schemas migrated" in output or whom == "all"
    assert companies_that_differ() == {}


def test_a_killed_worker_costs_its_company_one_run(slow: Newer, running: subprocess.Popen[str]) -> None:
    os.kill(workers(running)[0], signal.SIGKILL)
    output, _ = running.communicate(timeout=60)
    assert running.returncode == 1, output
    assert "failed: the migrating process died" in output
    assert len(whole(slow.database)) >= NUMBER + 3
    slow.migrate()
    assert len(whole(slow.database)) == NUMBER + 4


def test_ctrl_c_ends_between_two_migrations(slow: Newer, running: subprocess.Popen[str]) -> None:
    children = workers(running)
    running.send_signal(signal.SIGINT)
    output, _ = running.communicate(timeout=60)
    assert running.returncode == 130, output
    assert "start it again to go on" in output
    assert not any(map(alive, children))
    assert len(whole(slow.database)) < NUMBER + 4
    slow.migrate()
    assert len(whole(slow.database)) == NUMBER + 4


def test_a_migration_and_its_record_are_one(committed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Django records a migration with foreign keys after its transaction. A death just there must leave nothing."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE SCHEMA half_made")

    whole = MigrationRecorder.record_applied

    def die(self: MigrationRecorder, app: str, name: str) -> None:
        if app == "customers":
            raise MemoryError
        whole(self, app, name)

    monkeypatch.setattr(MigrationRecorder, "record_applied", die)
    assert Migrator().bring_up("half_made").failed
    monkeypatch.undo()
    with tenant("half_made", with_shared=False):
        tables = set(connection.introspection.table_names())
    assert "django_migrations" in tables
    assert not {table for table in tables if table.startswith("customers_")}
    assert not Migrator().bring_up("half_made").failed
