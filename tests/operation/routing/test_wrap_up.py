"""The conversation is over; the agent finishes the work on it, or its time runs out."""

from __future__ import annotations

import pytest

from contactcenter.operation.agents.models import Agent, PresenceSpan
from contactcenter.operation.outbox.models import Event
from contactcenter.operation.routing import services as routing
from contactcenter.operation.routing.models import FocusSpan, ItemSpan, WorkItem
from tests.operation.floor import (
    NOON,
    Clockwork,
    ask,
    assert_consistent,
    at,
    make_agent,
    make_queue,
    see,
    used,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def ines() -> Agent:
    return make_agent("Ines", available_at=NOON)


@pytest.fixture
def held(ines: Agent) -> WorkItem:
    """In hand since second 10."""
    item = ask(make_queue(wrap_up_seconds=60))
    Clockwork().turn(at(1))
    return routing.accept(item_id=item.pk, agent_id=ines.pk, now=at(10))


def finish(item: WorkItem, second: float) -> None:
    routing.finish_handling(tenant=item.tenant, conversation=item.conversation, now=at(second))
    item.refresh_from_db()


def test_it_keeps_its_slot_and_its_time(ines: Agent, held: WorkItem) -> None:
    finish(held, 40)
    assert (held.state, held.ended_at, held.wrap_up_until, used(ines)) == ("wrap_up", at(40), at(100), 1)
    assert PresenceSpan.objects.get(agent=ines, ended_at=None).activity == "wrap_up"
    routing.close(item_id=held.pk, agent_id=ines.pk, now=at(55))
    held.refresh_from_db()
    assert (held.state, held.outcome, held.closed_at, used(ines)) == ("closed", "handled", at(55), 0)
    spans = ItemSpan.objects.order_by("started_at").values_list("kind", "started_at", "ended_at")
    assert list(spans) == [("handling", at(10), at(40)), ("wrap_up", at(40), at(55))]
    log = PresenceSpan.objects.filter(agent=ines).order_by("started_at").values_list("activity", "started_at")
    assert list(log) == [("idle", NOON), ("on_work", at(10)), ("wrap_up", at(40)), ("idle", at(55))]
    assert_consistent()


def test_it_ends_itself_and_the_company_is_told(ines: Agent, held: WorkItem) -> None:
    finish(held, 40)
    clockwork = Clockwork(at(40))
    for second in (41, 60, 99):
        see(ines, now=at(second))
        clockwork.turn(at(second))
    held.refresh_from_db()
    assert held.state == "wrap_up"
    clockwork.turn(at(100))
    held.refresh_from_db()
    assert (held.state, held.closed_at, used(ines)) == ("closed", at(100), 0)
    event = Event.objects.get(kind="handle")
    assert (event.name, event.schema, event.object_id) == ("wrap_up.expired", "aurora", str(held.pk))


def test_it_is_extended_once_by_a_minute(ines: Agent, held: WorkItem) -> None:
    finish(held, 40)
    extended = routing.extend_wrap_up(item_id=held.pk, agent_id=ines.pk, now=at(50))
    assert (extended.wrap_up_until, extended.wrap_up_extended) == (at(160), True)
    with pytest.raises(routing.AlreadyExtended):
        routing.extend_wrap_up(item_id=held.pk, agent_id=ines.pk, now=at(51))
    assert routing.expire_wrap_up(item_id=held.pk, now=at(159)) is False
    assert routing.expire_wrap_up(item_id=held.pk, now=at(160)) is True
    assert routing.expire_wrap_up(item_id=held.pk, now=at(161)) is False
    assert Event.objects.filter(kind="handle").count() == 1


def test_only_who_holds_it_in_that_state(ines: Agent, held: WorkItem) -> None:
    nils = make_agent("Nils")
    for act in (routing.close, routing.extend_wrap_up):
        with pytest.raises(routing.NotHeld):
            act(item_id=held.pk, agent_id=ines.pk, now=at(20))  # still in hand
    finish(held, 40)
    for act in (routing.close, routing.extend_wrap_up):
        with pytest.raises(routing.NotHeld):
            act(item_id=held.pk, agent_id=nils.pk, now=at(41))
        with pytest.raises(routing.NotHeld):
            act(item_id=999_999, agent_id=ines.pk, now=at(41))
    assert routing.finish_handling(tenant=held.tenant, conversation=held.conversation, now=at(42)) is None


def test_what_is_in_front_is_booked_to_one_item_at_a_time(ines: Agent, held: WorkItem) -> None:
    other = ask(WorkItem.objects.get().queue, now=at(11))
    Clockwork().turn(at(12))
    routing.accept(item_id=other.pk, agent_id=ines.pk, now=at(13))
    for second, item in ((14, held), (15, held), (20, other), (26, None), (30, held)):
        routing.focus(agent_id=ines.pk, item_id=item.pk if item else None, now=at(second))
    finish(held, 40)
    routing.close(item_id=held.pk, agent_id=ines.pk, now=at(50))
    spans = FocusSpan.objects.order_by("started_at").values_list("item", "started_at", "ended_at")
    assert list(spans) == [(held.pk, at(14), at(20)), (other.pk, at(20), at(26)), (held.pk, at(30), at(50))]
    for item_id in (held.pk, 999_999, ask(held.queue, now=at(51)).pk):
        with pytest.raises(routing.NotHeld):
            routing.focus(agent_id=ines.pk, item_id=item_id, now=at(52))


def test_a_clock_that_is_behind_never_turns_a_span_round(ines: Agent, held: WorkItem) -> None:
    routing.focus(agent_id=ines.pk, item_id=held.pk, now=at(12))
    finish(held, 5)  # a machine 5 s behind
    routing.close(item_id=held.pk, agent_id=ines.pk, now=at(4))
    assert ItemSpan.objects.filter(ended_at=None).count() == 0
    spans = ItemSpan.objects.order_by("pk").values_list("started_at", "ended_at")
    assert list(spans) == [(at(10), at(10)), (at(10), at(10))]
    assert FocusSpan.objects.get().ended_at == at(12)
    log = PresenceSpan.objects.filter(agent=ines).order_by("pk")
    assert [span.started_at for span in log] == [NOON, at(10), at(10), at(10)]
