"""/livez and /readyz: what a balancer or a supervisor asks, and what happens to the answers when a store is away."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connection, connections
from django.test import AsyncClient, Client
from django.test.utils import CaptureQueriesContext

from contactcenter import health

pytestmark = pytest.mark.django_db
HOST = {"HTTP_HOST": "127.0.0.1"}  # in no Domain row


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nothing remembered from the test before."""
    monkeypatch.setattr(health, "_last_checks", (float("-inf"), {}))
    monkeypatch.setattr(health, "_migrations_were_current", threading.Event())
    monkeypatch.setattr(health, "_draining", threading.Event())
    yield


def ask(path: str = "/readyz") -> tuple[int, dict[str, Any]]:
    answer = Client().get(path, **HOST)
    return answer.status_code, json.loads(answer.content)


def test_all_is_well() -> None:
    expected = dict.fromkeys(("database", "migrations", "redis", "disk", "serving"), "ok")
    assert ask() == (200, {"status": "ready", "checks": expected})


def test_liveness_touches_nothing(settings: Any) -> None:
    settings.REDIS_URL = "unix:///nowhere.sock"
    with CaptureQueriesContext(connection) as queries:
        assert ask("/livez") == (200, {"status": "alive"})
    assert len(queries) == 0


@pytest.mark.parametrize("path", ["/livez", "/readyz"])
async def test_they_answer_under_asgi_too(path: str) -> None:
    answer = await AsyncClient().get(path, headers={"host": "127.0.0.1"})
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store"
    assert "server" not in {name.lower() for name in answer.headers}


@pytest.mark.parametrize("path", ["/livez", "/readyz"])
def test_only_reading_is_allowed(path: str) -> None:
    assert Client().post(path, **HOST).status_code == 405
    assert Client().head(path, **HOST).status_code == 200


@pytest.mark.parametrize("path", ["/", "/livez/", "/livez/x", "/readyz.json", "/desk/"])
def test_nothing_else_is_answered_on_an_unknown_host(path: str) -> None:
    assert Client().get(path, **HOST).status_code == 404


def test_without_redis_it_is_degraded_and_still_serves(settings: Any) -> None:
    settings.REDIS_URL = "unix:///nowhere.sock"
    code, body = ask()
    assert (code, body["status"], body["checks"]["redis"]) == (200, "degraded", "failed")


def test_without_a_database_it_is_red_within_two_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(connection.settings_dict, "HOST", "/nowhere")
    started = time.monotonic()
    code, body = ask()
    assert time.monotonic() - started < 2
    assert (code, body["status"], body["checks"]["database"]) == (503, "not ready", "failed")
    assert "nowhere" not in json.dumps(body)


def test_a_database_that_takes_no_writes_is_red(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuses(*_: object, **__: object) -> psycopg.Connection:
        raise psycopg.errors.ReadOnlySqlTransaction

    monkeypatch.setattr(psycopg, "connect", refuses)
    assert ask()[0] == 503


def test_a_full_disk_is_red(monkeypatch: pytest.MonkeyPatch) -> None:
    class Status:
        f_frsize, f_blocks, f_bavail = 4096, 1_000_000, 99_999  # 4 GB in all, a hair below a tenth free

    monkeypatch.setattr(health.os, "statvfs", lambda _: Status)
    code, body = ask()
    assert (code, body["checks"]["disk"]) == (503, "failed")


def test_a_big_disk_is_not_full_at_nine_per_cent(monkeypatch: pytest.MonkeyPatch) -> None:
    class Status:
        f_frsize, f_blocks, f_bavail = 4096, 250_000_000, 22_500_000  # 1 TB, 92 GB free

    monkeypatch.setattr(health.os, "statvfs", lambda _: Status)
    assert ask()[0] == 200


def test_a_disk_that_is_gone_is_red(settings: Any) -> None:
    settings.DATA_DIR = Path("/no/such/folder")
    assert ask()[1]["checks"]["disk"] == "failed"


def test_draining_is_red_at_once_though_answers_are_remembered() -> None:
    assert ask()[0] == 200
    health.start_draining()
    code, body = ask()
    assert (code, body["checks"]["serving"], body["checks"]["database"]) == (503, "failed", "ok")


def test_many_askers_make_one_check(monkeypatch: pytest.MonkeyPatch) -> None:
    times = []
    real = psycopg.connect

    def counted(*arguments: Any, **options: Any) -> psycopg.Connection:
        times.append(time.monotonic())
        return real(*arguments, **options)

    monkeypatch.setattr(psycopg, "connect", counted)
    threads = [threading.Thread(target=health.check_readiness) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(times) == 1


@pytest.mark.parametrize("schema", ["public", "borealis"])
def test_migrations_of_each_schema_count(committed: str, schema: str) -> None:
    app = {"public": "tenants", "borealis": "customers"}[schema]
    with psycopg.connect(committed, autocommit=True) as direct:
        deleted = direct.execute(
            f"DELETE FROM {schema}.django_migrations WHERE app = %s RETURNING name", [app]
        ).fetchall()
    assert deleted
    code, body = ask()
    assert (code, body["checks"]["migrations"], body["checks"]["database"]) == (503, "failed", "ok")


def test_a_company_that_is_still_being_made_has_no_say(committed: str) -> None:
    with psycopg.connect(committed, autocommit=True) as direct:
        direct.execute("CREATE SCHEMA in_the_making")
    assert ask()[0] == 200


def test_once_current_they_are_not_counted_again(committed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert ask()[0] == 200
    monkeypatch.setattr(health, "_last_checks", (float("-inf"), {}))
    monkeypatch.setattr(health, "_all_applied", lambda _: pytest.fail("counted again"))
    assert ask()[0] == 200
    connections.close_all()
