"""/metrics tells a scraper, and nobody else, what was counted and what the tables say."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from prometheus_client.parser import text_string_to_metric_families

from contactcenter.lib import clock
from contactcenter.metrics import endpoint, tables
from contactcenter.operation.agents.services import see_sockets
from contactcenter.operation.outbox import services as outbox
from contactcenter.records.webhooks.models import Delivery, Webhook
from tenants.door import tenant as inside
from tests.operation.floor import ask, make_agent, make_queue

pytestmark = pytest.mark.django_db


def scrape(**more: Any) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    answer = Client().get("/metrics", headers={"host": "10.0.0.7:8000"}, **more)
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store"
    families = text_string_to_metric_families(answer.content.decode())
    return {(s.name, frozenset(s.labels.items())): s.value for family in families for s in family.samples}


def read(found: dict[tuple[str, frozenset[tuple[str, str]]], float], name: str, **labels: str) -> float:
    return found[f"contactcenter_{name}", frozenset(labels.items())]


def test_the_tables_as_they_are_now() -> None:
    queue, other = make_queue("aurora"), make_queue("borealis", "cards")
    now = clock.now()
    make_agent("Ines", available_at=now)
    ask(queue, now=now - timedelta(seconds=40))
    ask(other, now=now)
    outbox.handle(name="agent.left", schema="aurora", object_id="7")
    figures = {"sockets": {"desk": 2, "widget": 3}, "pool": {"open": 4, "free": 1, "waiting": 0}}
    for process in ("a:1", "b:2"):
        see_sockets(process=process, keys=[], now=now, figures=figures)
    with inside("cumbre"):
        webhook = Webhook.objects.create(url="https://x.example/", events=Webhook.Event.values, created_at=now)
        for state in ("pending", "dead", "dead", "delivered"):
            Delivery.objects.create(
                webhook=webhook,
                event=Webhook.Event.values[0],
                conversation=uuid4(),
                revision=1,
                payload={},
                created_at=now,
                state=state,
                due_since=now,
                next_try_at=now,
                ended_at=None if state == "pending" else now,
            )
    found = scrape()
    assert read(found, "queue_waiting", company="aurora", queue="help") == 1
    assert read(found, "queue_waiting", company="borealis", queue="cards") == 1
    assert 0 <= read(found, "queue_oldest_seconds", company="borealis", queue="cards") < 30
    assert 40 <= read(found, "queue_oldest_seconds", company="aurora", queue="help") < 70
    assert read(found, "agents", presence="available") == 1
    assert read(found, "agents", presence="break") == 0
    assert read(found, "outbox_rows", kind="handle") == 1
    assert 0 <= read(found, "outbox_lag_seconds", kind="push") < 30
    assert read(found, "web_processes") == 2
    assert read(found, "sockets", kind="widget") == 6
    assert read(found, "database_pool", state="free") == 2
    assert read(found, "router_leaders") == 0
    assert read(found, "webhook_deliveries", company="cumbre", state="pending") == 1
    assert read(found, "webhook_deliveries", company="cumbre", state="dead") == 2
    assert read(found, "tables_read") == 1


def test_what_was_counted() -> None:
    before = scrape()
    Client().get("/accounts/login/", headers={"host": "aurora.localhost"})
    Client().get("/nowhere/ana@example.com/", headers={"host": "aurora.localhost"})
    after = scrape()
    for route, status in (("account_login", "200"), ("none", "404")):
        key = ("contactcenter_request_seconds_count", frozenset({("route", route), ("status", status)}))
        assert after[key] == before.get(key, 0) + 1
    assert "ana" not in str(after)


def test_a_scrape_asks_a_fixed_number_of_times() -> None:
    numbers = []
    for key in ("one", "two", "three"):
        ask(make_queue("aurora", key), now=clock.now())
        make_agent(f"Agent {key}", available_at=clock.now())
        with CaptureQueriesContext(connection) as queries:
            tables.measured(clock.now())
        numbers.append(sum(not query["sql"].startswith("SET search_path") for query in queries))
    assert numbers[0] == numbers[1] == numbers[2] <= 10


def test_beyond_two_hundred_companies_the_rest_count_together() -> None:
    company = tables.named(f"c{number:03}" for number in range(250))
    assert len(set(company.values())) == 201
    assert company["c199"] == "c199"
    assert company["c200"] == company["c249"] == "others"


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({}, 200),
        ({"REMOTE_ADDR": "::1"}, 200),
        ({"REMOTE_ADDR": "203.0.113.9"}, 404),
        ({"REMOTE_ADDR": ""}, 404),
        ({"HTTP_X_FORWARDED_FOR": "203.0.113.9"}, 404),
        ({"HTTP_X_REAL_IP": "203.0.113.9"}, 404),
        ({"HTTP_FORWARDED": "for=203.0.113.9"}, 404),
        ({"REMOTE_ADDR": "203.0.113.9", "HTTP_X_FORWARDED_FOR": "127.0.0.1"}, 404),
        ({"REMOTE_ADDR": "203.0.113.9", "HTTP_AUTHORIZATION": "Bearer sesame-of-the-scraper"}, 200),
        ({"HTTP_X_FORWARDED_FOR": "203.0.113.9", "HTTP_AUTHORIZATION": "Bearer sesame-of-the-scraper"}, 200),
        ({"HTTP_AUTHORIZATION": "Bearer wrong"}, 404),
        ({"REMOTE_ADDR": "203.0.113.9", "HTTP_AUTHORIZATION": "Bearer "}, 404),
        ({"REQUEST_METHOD": "POST"}, 404),
    ],
)
def test_who_may_read(settings: Any, more: dict[str, str], status: int) -> None:
    settings.METRICS_TOKEN = "sesame-of-the-scraper"
    assert Client().get("/metrics", headers={"host": "aurora.localhost"}, **more).status_code == status


def test_without_a_token_set_no_token_opens(settings: Any) -> None:
    settings.METRICS_TOKEN, settings.METRICS_ALLOWED = "", []
    for given in ("Bearer ", "Bearer x", ""):
        assert Client().get("/metrics", headers={"host": "localhost", "authorization": given}).status_code == 404


def test_whoever_may_not_read_it_finds_what_an_unknown_host_finds() -> None:
    refused = Client().get("/metrics", headers={"host": "aurora.localhost"}, REMOTE_ADDR="203.0.113.9")
    unknown = Client().get("/anything", headers={"host": "unknown.example"}, REMOTE_ADDR="203.0.113.9")
    assert (refused.status_code, refused.content) == (unknown.status_code, unknown.content)


def test_without_the_tables_what_was_counted_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(now: object) -> None:
        raise OperationalError("the connection is closed")

    monkeypatch.setattr(endpoint, "measured", away)
    found = scrape()
    assert read(found, "tables_read") == 0
    assert any(name.startswith("contactcenter_request_seconds") for name, _labels in found)
