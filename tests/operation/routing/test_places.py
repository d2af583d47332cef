"""Places of many at once are those that each is told alone."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contactcenter.lib.clock import now
from contactcenter.operation.routing import services as routing
from contactcenter.operation.routing.models import Queue, WorkItem
from tests.operation.floor import ask, make_agent, make_queue

pytestmark = pytest.mark.django_db


Row = tuple[int, int, bool, int, str]  # queue, priority, given back, minutes of waiting, language
HELD_BACK = 3  # minutes: such a one is held back instead


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(
            st.integers(0, 1), st.integers(-2, 2), st.booleans(), st.integers(0, HELD_BACK), st.sampled_from(["", "es"])
        ),
        max_size=12,
    ),
    st.booleans(),
)
def test_each_place_is_what_it_would_be_told_alone(db: None, rows: list[Row], is_there: bool) -> None:
    with transaction.atomic():
        compare(rows, is_there=is_there)
        transaction.set_rollback(True)


def compare(rows: list[Row], *, is_there: bool) -> None:
    queues = [make_queue("aurora", "one"), make_queue("aurora", "two")]
    foreign = ask(make_queue("borealis"), now=now())
    if is_there:
        make_agent("Ines", available_at=now())
    waiting = {uuid4()}
    for queue, priority, front, age, language in rows:
        item = ask(queues[queue], now=now() - timedelta(minutes=age), language=language)
        later = now() + timedelta(hours=1) if age == HELD_BACK else None
        WorkItem.objects.filter(pk=item.pk).update(priority=priority, front=front, not_before=later)
        waiting |= set() if later else {item.conversation}
    asked = {*WorkItem.objects.values_list("conversation", flat=True)}
    found = routing.places(tenant_id=queues[0].tenant_id, conversations=asked)
    assert found.keys() == waiting & asked
    assert foreign.conversation not in found
    for item in WorkItem.objects.filter(conversation__in=found):
        alone = routing.position(tenant=queues[0].tenant, conversation=item.conversation)
        assert found[item.conversation] == (alone, not routing.anybody_for(item))


def test_it_costs_no_more_the_longer_the_queue() -> None:
    queue = make_queue()
    assert cost(queue, 3) == cost(queue, 30) <= 5


def cost(queue: Queue, number: int) -> int:
    items = [ask(queue, now=now()) for _ in range(number)]
    with CaptureQueriesContext(connection) as queries:
        found = routing.places(tenant_id=queue.tenant_id, conversations={item.conversation for item in items})
    assert len(found) == number
    return len(queries)
