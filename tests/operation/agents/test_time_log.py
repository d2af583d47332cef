"""An agent's log over random histories: no second is missing and none is double, whatever happened and when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contactcenter.operation.agents import services as agents
from contactcenter.operation.agents.models import Agent, PresenceSpan
from contactcenter.operation.routing import services as routing
from contactcenter.operation.routing.models import FocusSpan, ItemSpan, Offer, Queue, WorkItem
from tests.operation.floor import Clockwork, ask, assert_consistent, make_agent, make_queue

LATE = datetime(2026, 11, 24, 23, 50, tzinfo=UTC)  # ten minutes to midnight
MIDNIGHT = datetime(2026, 11, 25, tzinfo=UTC)
DEEDS = ("available", "break", "offline", "accept", "decline", "ask", "finish", "close", "transfer", "focus", "lost")
histories = st.lists(
    st.tuples(st.sampled_from(DEEDS), st.timedeltas(timedelta(microseconds=1), timedelta(seconds=90))),
    min_size=5,
    max_size=30,
)


@pytest.mark.django_db
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(histories)
def test_the_rows_sum_to_the_signed_in_time(history: list[tuple[str, timedelta]]) -> None:
    with transaction.atomic():
        live_through(history)
        transaction.set_rollback(True)


def live_through(history: list[tuple[str, timedelta]]) -> None:
    queue, ines = make_queue(wrap_up_seconds=30), make_agent("Ines")
    now, signed_in_at, signed_in = LATE, None, {"before": timedelta(), "after": timedelta()}
    clockwork = Clockwork(now)
    for deed, pause in history:
        now += pause
        clockwork.turn(now)
        do(deed, ines, queue.pk, now)
        present = presence_now(ines) != "offline"
        if present and signed_in_at is None:
            signed_in_at = now
        if not present and signed_in_at is not None:
            book(signed_in, signed_in_at, now)
            signed_in_at = None
        assert_consistent()
    end = now + timedelta(seconds=1)
    if signed_in_at is not None:
        book(signed_in, signed_in_at, end)
    rows = list(PresenceSpan.objects.filter(agent=ines).order_by("started_at", "pk"))
    assert all(row.ended_at == following.started_at for row, following in pairwise(rows))
    logged = {"before": timedelta(), "after": timedelta()}
    for row in rows:
        if row.presence != "offline":
            book(logged, row.started_at, row.ended_at or end)
    assert logged == signed_in
    assert_activities_follow_items(ines, rows, end)
    for model in (ItemSpan, FocusSpan):
        for span in model.objects.exclude(ended_at=None):
            assert span.started_at <= span.ended_at


def book(totals: dict[str, timedelta], start: datetime, end: datetime) -> None:
    """Cut at midnight, as a day's report does."""
    totals["before"] += max(timedelta(), min(end, MIDNIGHT) - min(start, MIDNIGHT))
    totals["after"] += max(timedelta(), max(end, MIDNIGHT) - max(start, MIDNIGHT))


def presence_now(agent: Agent) -> str:
    span = PresenceSpan.objects.filter(agent=agent, ended_at=None).first()
    return span.presence if span else "offline"


def do(deed: str, ines: Agent, queue_id: int, now: datetime) -> None:
    rings = Offer.objects.filter(agent=ines, state="open").first()
    active = WorkItem.objects.filter(agent=ines, state="active").first()
    wrapping = WorkItem.objects.filter(agent=ines, state="wrap_up").first()
    if deed in ("available", "break", "offline"):
        agents.set_presence(agent_id=ines.pk, presence=deed, now=now)
    elif deed == "ask":
        ask(Queue.objects.get(pk=queue_id), now=now)
    elif deed == "accept" and rings:
        routing.accept(item_id=rings.item_id, agent_id=ines.pk, now=now)
    elif deed == "decline" and rings:
        routing.decline(item_id=rings.item_id, agent_id=ines.pk, now=now)
    elif deed == "finish" and active:
        routing.finish_handling(tenant=active.tenant, conversation=active.conversation, now=now)
    elif deed == "transfer" and active:
        routing.transfer(item_id=active.pk, agent_id=ines.pk, to_queue=queue_id, now=now)
    elif deed == "focus" and active:
        routing.focus(agent_id=ines.pk, item_id=active.pk, now=now)
    elif deed == "close" and wrapping:
        routing.close(item_id=wrapping.pk, agent_id=ines.pk, now=now)
    elif deed == "lost":
        routing.leave_behind(agent_id=ines.pk, now=now)


def assert_activities_follow_items(ines: Agent, rows: list[PresenceSpan], end: datetime) -> None:
    """In the middle of each row, what the item spans say."""
    work = list(ItemSpan.objects.filter(agent=ines))
    for row in rows:
        middle = row.started_at + ((row.ended_at or end) - row.started_at) / 2
        if row.started_at < middle:
            kinds = {span.kind for span in work if span.started_at <= middle < (span.ended_at or end)}
            expected = "on_work" if "handling" in kinds else "wrap_up" if "wrap_up" in kinds else "idle"
            assert row.activity == expected
