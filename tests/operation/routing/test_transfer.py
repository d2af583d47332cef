"""Handing a conversation on: to a queue, to a colleague, with or without return."""

from __future__ import annotations

import pytest

from contactcenter.operation.agents import services as agents
from contactcenter.operation.agents.models import Agent
from contactcenter.operation.routing import services as routing
from contactcenter.operation.routing.models import QueueSkill, WorkItem
from tests.operation.floor import (
    NOON,
    Clockwork,
    ask,
    assert_consistent,
    at,
    make_agent,
    make_queue,
    make_skill,
    ringing,
    see,
    used,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def ines() -> Agent:
    return make_agent("Ines", limit=2, available_at=NOON)


@pytest.fixture
def held(ines: Agent) -> WorkItem:
    item = ask(make_queue(wrap_up_seconds=60, offer_seconds=20), language="es")
    Clockwork().turn(at(1))
    return routing.accept(item_id=item.pk, agent_id=ines.pk, now=at(10))


def nils(**fields: object) -> Agent:
    return make_agent("Nils", available_at=at(11), **fields)  # type: ignore[arg-type]


def test_to_a_queue(ines: Agent, held: WorkItem) -> None:
    other = make_queue(key="visas", offer_seconds=15)
    skill = make_skill("visas")
    QueueSkill.objects.create(queue=other, skill=skill, level=2)
    colleague = nils(skills={"visas": 2})
    moved = routing.transfer(item_id=held.pk, agent_id=ines.pk, to_queue=other.pk, now=at(30))
    held.refresh_from_db()
    assert (held.state, held.outcome, held.ended_at, held.wrap_up_until) == ("wrap_up", "transferred", at(30), at(90))
    assert (moved.state, moved.queue, moved.previous, moved.entered_at) == ("waiting", other, held, NOON)
    assert (moved.queued_at, moved.language, moved.required_skills) == (at(30), "es", {str(skill.pk): 2})
    Clockwork().turn(at(31))
    assert ringing(colleague) == [moved.pk]
    assert used(ines) == 1
    assert_consistent()


def test_the_sender_does_not_get_it_back_from_the_queue_at_once(ines: Agent, held: WorkItem) -> None:
    moved = routing.transfer(item_id=held.pk, agent_id=ines.pk, to_queue=held.queue_id, now=at(30))
    clockwork = Clockwork()
    clockwork.turn(at(89))
    assert ringing(ines) == []
    clockwork.turn(at(90))
    assert ringing(ines) == [moved.pk]


def test_to_a_colleague_without_the_queues_skills(ines: Agent, held: WorkItem) -> None:
    colleague, third = nils(), make_agent("Olga", limit=9, available_at=NOON)
    moved = routing.transfer(item_id=held.pk, agent_id=ines.pk, to_agent=colleague.pk, now=at(30))
    assert (moved.only_agent, moved.return_to, moved.queue) == (colleague, None, held.queue)
    Clockwork().turn(at(31))
    assert (ringing(colleague), ringing(third)) == ([moved.pk], [])
    taken = routing.accept(item_id=moved.pk, agent_id=colleague.pk, now=at(33))
    assert (taken.only_agent, taken.agent_id) == (None, colleague.pk)
    assert_consistent()


@pytest.mark.parametrize("refusal", ["decline", "rona", "break"])
def test_cold_and_refused_it_is_for_everybody_in_its_queue(ines: Agent, held: WorkItem, refusal: str) -> None:
    colleague = nils()
    moved = routing.transfer(item_id=held.pk, agent_id=ines.pk, to_agent=colleague.pk, now=at(30))
    refuse(moved, colleague, refusal)
    moved.refresh_from_db()
    assert (moved.only_agent, moved.front, moved.entered_at, moved.refused_by) == (None, False, NOON, None)
    third = make_agent("Olga", available_at=at(55))
    Clockwork().turn(at(55))
    assert ringing(third) == [moved.pk]
    assert_consistent()


@pytest.mark.parametrize("refusal", ["decline", "rona", "break"])
def test_warm_and_refused_it_returns_to_the_sender_at_the_head(ines: Agent, held: WorkItem, refusal: str) -> None:
    """The sender's own wrap-up of it is over with that: they need its slot."""
    colleague = nils()
    second = ask(held.queue, now=at(12))
    Clockwork().turn(at(12))
    routing.decline(item_id=second.pk, agent_id=colleague.pk, now=at(13))
    Clockwork().turn(at(13))
    assert ringing(ines) == [second.pk]
    routing.accept(item_id=second.pk, agent_id=ines.pk, now=at(14))
    assert used(ines) == 2  # full
    moved = routing.transfer(item_id=held.pk, agent_id=ines.pk, to_agent=colleague.pk, warm=True, now=at(30))
    assert moved.return_to == ines
    refuse(moved, colleague, refusal)
    moved.refresh_from_db()
    assert (moved.only_agent, moved.return_to, moved.front, moved.refused_by) == (ines, None, True, colleague)
    Clockwork(at(50)).until(at(51.5), start=at(50.5))
    assert ringing(ines) == [moved.pk]
    held.refresh_from_db()
    assert (held.state, held.outcome) == ("closed", "transferred")
    assert_consistent()
    # Refused by the sender as well, it is for everybody, still at the head.
    routing.decline(item_id=moved.pk, agent_id=ines.pk, now=at(52))
    moved.refresh_from_db()
    assert (moved.only_agent, moved.return_to, moved.front, moved.state) == (None, None, True, "waiting")


def refuse(item: WorkItem, colleague: Agent, refusal: str) -> None:
    clockwork = Clockwork(at(30))
    clockwork.turn(at(30))
    assert ringing(colleague) == [item.pk]
    if refusal == "decline":
        routing.decline(item_id=item.pk, agent_id=colleague.pk, now=at(40))
    elif refusal == "rona":
        clockwork.leader.picture.read_all()
        assert routing.ring_no_answer(item_id=item.pk, now=at(50))
    else:
        agents.set_presence(agent_id=colleague.pk, presence="break", now=at(40))


def test_a_colleague_who_leaves_before_it_rings_is_not_waited_for(ines: Agent, held: WorkItem) -> None:
    colleague = nils()
    moved = routing.transfer(item_id=held.pk, agent_id=ines.pk, to_agent=colleague.pk, warm=True, now=at(30))
    agents.set_presence(agent_id=colleague.pk, presence="break", now=at(30))
    Clockwork(at(30)).until(at(33), start=at(31))
    assert ringing(ines) == [moved.pk]
    moved.refresh_from_db()
    assert moved.refused_by == colleague


def test_nobody_waits_longer_than_a_minute_for_a_colleague_who_is_busy(ines: Agent, held: WorkItem) -> None:
    colleague = nils(limit=1)
    busy = ask(held.queue, now=at(12), preferred_agent=colleague, preferred_until=at(60))
    clockwork = Clockwork(at(12))
    clockwork.turn(at(12))
    routing.accept(item_id=busy.pk, agent_id=colleague.pk, now=at(13))
    moved = routing.transfer(item_id=held.pk, agent_id=ines.pk, to_agent=colleague.pk, now=at(30))
    third = make_agent("Olga", available_at=at(30))
    for second in range(30, 90):
        see(ines, colleague, third, now=at(second))
        clockwork.turn(at(second))
    assert ringing(third) == []
    clockwork.turn(at(90))
    assert ringing(third) == [moved.pk]


def test_where_it_cannot_go(ines: Agent, held: WorkItem) -> None:
    colleague = nils()
    strange = make_agent("Olga", companies=["borealis"], available_at=at(11))
    away, gone = make_agent("Pia"), make_agent("Quin", available_at=at(11))
    gone.is_active = False
    gone.save()
    foreign, closed = make_queue("borealis"), make_queue(key="closed", is_active=False)
    for target in (
        {"to_agent": strange.pk},
        {"to_agent": away.pk},
        {"to_agent": gone.pk},
        {"to_agent": ines.pk},
        {"to_agent": 999_999},
        {"to_queue": foreign.pk},
        {"to_queue": closed.pk},
        {"to_queue": 999_999},
        {"to_queue": held.queue_id, "to_agent": colleague.pk},
        {},
    ):
        with pytest.raises(routing.NoSuchTarget):
            routing.transfer(item_id=held.pk, agent_id=ines.pk, now=at(30), **target)
    with pytest.raises(routing.NotHeld):
        routing.transfer(item_id=held.pk, agent_id=colleague.pk, to_queue=held.queue_id, now=at(30))
    held.refresh_from_db()
    assert held.state == "active"
    assert_consistent()
