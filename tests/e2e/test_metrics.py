"""One scrape tells of all processes of a running house: they count together."""

from __future__ import annotations

import time
import urllib.request

import pytest
from prometheus_client.parser import text_string_to_metric_families

from contactcenter.demo.running import Demo

TICK = 15  # seconds: beat's shortest


def scrape(demo: Demo) -> dict[str, float]:
    with urllib.request.urlopen(f"http://127.0.0.1:{demo.port}/metrics", timeout=10) as answer:
        text = answer.read().decode()
    found: dict[str, float] = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            words = ",".join(value for _name, value in sorted(sample.labels.items()))
            found[f"{sample.name.removeprefix('contactcenter_')}({words})"] = sample.value
    return found


@pytest.mark.faults
def test_router_relay_worker_and_beat_are_told_of_by_the_web(demo: Demo) -> None:
    ticked = "task_seconds_count(done,conversations.look_for_silence)"
    until = time.monotonic() + 3 * TICK
    while (found := scrape(demo)).get(ticked, 0) < 1:
        assert time.monotonic() < until, found
        time.sleep(0.5)
    assert found["router_turn_seconds_count()"] > 0
    assert found["router_leaders()"] == 1
    assert found["web_processes()"] == 1
    assert found["beat_seconds_ago()"] < 3 * TICK
    assert found["outbox_lag_seconds(push)"] < 5
    assert found["database_pool(open)"] >= 1
    assert found["tables_read()"] == 1


@pytest.mark.faults
def test_the_doctor_finds_nothing_wrong_with_a_demo(demo: Demo) -> None:
    said = demo.manage("doctor")
    assert "✗" not in said
    for words in (
        "A router leads",
        "Celery worker answers as celery",
        "Celery worker answers as webhooks",
        "beat ticked",
    ):
        assert words in said
    assert "! There is no backup of everything" in said
