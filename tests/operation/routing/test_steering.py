"""What a supervisor changes by hand."""

from __future__ import annotations

import pytest

from contactcenter.operation.accounts.models import Role, User
from contactcenter.operation.agents import services as agents
from contactcenter.operation.agents.models import Agent
from contactcenter.operation.outbox.models import Event
from contactcenter.operation.routing import services as routing
from contactcenter.operation.routing.models import Intervention, Offer, QueueSkill, WorkItem
from tests.operation.floor import (
    NOON,
    Clockwork,
    ask,
    assert_consistent,
    at,
    make_agent,
    make_queue,
    make_skill,
    news,
    ringing,
    used,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def sam() -> User:
    return User.objects.create(email="sam@bpo.example", name="Sam Whitlock", role=Role.SUPERVISOR)


@pytest.fixture
def ines() -> Agent:
    return make_agent("Ines", limit=2, available_at=NOON)


def held_by(agent: Agent, **fields: object) -> WorkItem:
    item = ask(make_queue(), **fields)  # type: ignore[arg-type]
    Clockwork().turn(at(1))
    return routing.accept(item_id=item.pk, agent_id=agent.pk, now=at(2))


def interventions() -> list[tuple[str, str, str, str]]:
    rows = Intervention.objects.order_by("pk").values_list("kind", "by__name", "before", "after")
    return list(rows)


def test_a_waiting_item_moves_with_its_age_and_the_skills_of_its_new_queue(sam: User) -> None:
    first, second = make_queue(), make_queue(key="visas")
    skill = make_skill("visas")
    QueueSkill.objects.create(queue=second, skill=skill, level=2)
    item = ask(first)
    moved = routing.move(item_id=item.pk, queue_id=second.pk, by=sam, now=at(30))
    item.refresh_from_db()
    assert (item.pk, item.state, item.queue, item.entered_at) == (moved.pk, "waiting", second, NOON)
    assert item.required_skills == {str(skill.pk): 2}
    assert item.front is False
    assert interventions() == [("moved", "Sam Whitlock", str(first.pk), str(second.pk))]


def test_moving_takes_back_what_rings(sam: User, ines: Agent) -> None:
    first, second = make_queue(), make_queue(key="second")
    item = ask(first)
    Clockwork().turn(at(1))
    assert ringing(ines) == [item.pk]
    routing.move(item_id=item.pk, queue_id=second.pk, by=sam, now=at(5))
    assert (ringing(ines), used(ines)) == ([], 0)
    assert list(Offer.objects.values_list("state", flat=True)) == ["withdrawn"]
    assert (f"agent.{ines.pk}", str(item.pk)) in {row[:2] for row in news("item.changed")}
    assert_consistent()


def test_moving_out_of_hands_puts_it_at_the_head_and_tells_the_customer(sam: User, ines: Agent) -> None:
    item = held_by(ines)
    second = make_queue(key="second")
    older = ask(second, now=at(-60))
    routing.move(item_id=item.pk, queue_id=second.pk, by=sam, now=at(30))
    item.refresh_from_db()
    assert (item.state, item.agent, item.front, item.entered_at) == ("waiting", None, True, NOON)
    assert routing.position(tenant=item.tenant, conversation=item.conversation) == 1
    assert routing.position(tenant=older.tenant, conversation=older.conversation) == 2
    assert used(ines) == 0
    assert Event.objects.filter(kind="handle", name="agent.left", object_id=str(item.pk)).count() == 1
    assert_consistent()


def test_both_queues_places_are_told(sam: User) -> None:
    first, second = make_queue(), make_queue(key="second")
    item, behind = ask(first), ask(first, now=at(1))
    younger = ask(second, now=at(2))
    Event.objects.all().delete()
    routing.move(item_id=item.pk, queue_id=second.pk, by=sam, now=at(30))
    told = {row[1] for row in news("place.changed")}
    assert told == {str(one.conversation) for one in (item, behind, younger)}


def test_only_to_another_queue_of_the_same_company(sam: User) -> None:
    first = make_queue()
    closed, foreign = make_queue(key="closed", is_active=False), make_queue("borealis")
    item = ask(first)
    for queue in (first, closed, foreign):
        with pytest.raises(routing.NoSuchTarget):
            routing.move(item_id=item.pk, queue_id=queue.pk, by=sam, now=at(3))
    assert interventions() == []


def test_reassigned_while_waiting_it_rings_at_that_agent_alone(sam: User, ines: Agent) -> None:
    nils = make_agent("Nils", available_at=NOON, pool=None, limit=1)
    item = ask(make_queue(), now=at(5))
    QueueSkill.objects.create(queue=item.queue, skill=make_skill("rare"), level=1)  # of later ones
    routing.reassign(item_id=item.pk, agent_id=nils.pk, by=sam, now=at(6))
    Clockwork(at(6)).turn(at(7))
    assert (ringing(nils), ringing(ines)) == ([item.pk], [])
    assert interventions() == [("reassigned", "Sam Whitlock", "", str(nils.pk))]
    assert_consistent()


def test_reassigned_out_of_hands_it_rings_at_the_other(sam: User, ines: Agent) -> None:
    item = held_by(ines)
    nils = make_agent("Nils", available_at=at(3))
    routing.reassign(item_id=item.pk, agent_id=nils.pk, by=sam, now=at(30))
    item.refresh_from_db()
    assert (item.state, item.front, item.only_agent) == ("waiting", True, nils)
    Clockwork(at(30)).turn(at(31))
    assert (ringing(nils), used(ines)) == ([item.pk], 0)
    assert interventions() == [("reassigned", "Sam Whitlock", str(ines.pk), str(nils.pk))]
    assert Event.objects.filter(name="agent.left").count() == 1
    assert_consistent()


def test_reassigned_work_that_was_held_back_is_for_now(sam: User, ines: Agent) -> None:
    item = ask(make_queue(), not_before=at(9000))
    routing.reassign(item_id=item.pk, agent_id=ines.pk, by=sam, now=at(10))
    Clockwork(at(10)).turn(at(11))
    assert ringing(ines) == [item.pk]


def test_not_to_who_is_not_there_or_does_not_serve_the_company(sam: User, ines: Agent) -> None:
    item = held_by(ines)
    offline = make_agent("Off")
    foreign = make_agent("Foreign", companies=["borealis"], available_at=NOON)
    for target in (offline.pk, foreign.pk, ines.pk, 10**6):
        with pytest.raises(routing.NoSuchTarget):
            routing.reassign(item_id=item.pk, agent_id=target, by=sam, now=at(9))
    item.refresh_from_db()
    assert (item.state, item.agent) == ("active", ines)


def test_priority_changes_who_is_next(sam: User, ines: Agent) -> None:
    queue = make_queue()
    first, second = ask(queue), ask(queue, now=at(1))
    Event.objects.all().delete()
    routing.reprioritise(item_id=second.pk, priority=2, by=sam, now=at(5))
    assert routing.position(tenant=second.tenant, conversation=second.conversation) == 1
    assert {row[1] for row in news("place.changed")} == {str(first.conversation), str(second.conversation)}
    routing.reprioritise(item_id=second.pk, priority=-2, by=sam, now=at(6))
    assert routing.position(tenant=second.tenant, conversation=second.conversation) == 2
    assert interventions() == [
        ("reprioritised", "Sam Whitlock", "0", "2"),
        ("reprioritised", "Sam Whitlock", "2", "-2"),
    ]
    for wrong in (-3, 3):
        with pytest.raises(routing.BadPriority):
            routing.reprioritise(item_id=second.pk, priority=wrong, by=sam, now=at(7))


def test_what_is_in_hand_or_over_has_no_priority_and_what_is_over_cannot_be_steered(sam: User, ines: Agent) -> None:
    item = held_by(ines)
    with pytest.raises(routing.NotWaiting):
        routing.reprioritise(item_id=item.pk, priority=1, by=sam, now=at(5))
    routing.finish_handling(tenant=item.tenant, conversation=item.conversation, now=at(6))
    second = make_queue(key="second")
    nils = make_agent("Nils", available_at=NOON)
    for steer in (
        lambda: routing.move(item_id=item.pk, queue_id=second.pk, by=sam, now=at(7)),
        lambda: routing.reassign(item_id=item.pk, agent_id=nils.pk, by=sam, now=at(7)),
        lambda: routing.move(item_id=10**6, queue_id=second.pk, by=sam, now=at(7)),
    ):
        with pytest.raises(routing.NotWaiting):
            steer()


def test_what_the_router_gave_up_on_is_tried_again(sam: User, ines: Agent) -> None:
    item = ask(make_queue())
    WorkItem.objects.filter(pk=item.pk).update(required_skills="broken")
    clockwork = Clockwork()
    clockwork.until(at(5))
    item.refresh_from_db()
    assert item.set_aside
    routing.reprioritise(item_id=item.pk, priority=1, by=sam, now=at(6))
    item.refresh_from_db()
    assert (item.set_aside, item.failures, item.required_skills) == ("", 0, {})
    Clockwork(at(6)).turn(at(7))
    assert ringing(ines) == [item.pk]


def test_only_supervisors_and_admins_steer(ines: Agent, sam: User) -> None:
    item = ask(make_queue())
    admin = User.objects.create(email="ada@bpo.example", name="Ada", role=Role.ADMIN)
    routing.reprioritise(item_id=item.pk, priority=1, by=admin, now=at(1))
    User.objects.filter(pk=sam.pk).update(role=Role.AGENT)  # the page may have been opened before
    for by in (sam, ines.user):
        with pytest.raises(routing.NotAllowed):
            routing.reprioritise(item_id=item.pk, priority=2, by=by, now=at(1))
        with pytest.raises(routing.NotAllowed):
            agents.force_presence(agent_id=ines.pk, presence="break", reason="x", by=by, now=at(2))
    item.refresh_from_db()
    assert item.priority == 1


def test_a_break_is_forced_with_a_reason_and_takes_back_what_rings(sam: User, ines: Agent) -> None:
    item = ask(make_queue())
    Clockwork().turn(at(1))
    done = agents.force_presence(agent_id=ines.pk, presence="break", reason=" Fire drill ", by=sam, now=at(5))
    assert (done.before, done.after, done.reason, done.agent) == ("available", "break", "Fire drill", ines)
    item.refresh_from_db()
    assert (item.state, used(ines)) == ("waiting", 0)
    span = ines.presence_spans.get(ended_at=None)
    assert (span.presence, span.started_at) == ("break", at(5))
    assert news("presence.forced") == [(f"agent.{ines.pk}", str(done.pk), 0)]
    assert_consistent()


@pytest.mark.parametrize(
    ("before", "after", "allowed"),
    [
        ("available", "break", True),
        ("available", "offline", True),
        ("break", "offline", True),
        ("break", "available", False),  # nobody is called out of a break from afar
        ("offline", "available", False),
        ("offline", "break", False),
        ("available", "not_responding", False),
        ("available", "nonsense", False),
    ],
)
def test_what_may_be_forced(sam: User, before: str, after: str, allowed: bool) -> None:
    agent = make_agent("Nils")
    if before != "offline":
        agents.set_presence(agent_id=agent.pk, presence=before, now=NOON)
    if allowed:
        agents.force_presence(agent_id=agent.pk, presence=after, reason="why", by=sam, now=at(1))
        assert agent.presence_spans.get(ended_at=None).presence == after
    else:
        with pytest.raises(agents.NotFromHere):
            agents.force_presence(agent_id=agent.pk, presence=after, reason="why", by=sam, now=at(1))


def test_a_not_responding_is_lifted(sam: User, ines: Agent) -> None:
    ask(make_queue(offer_seconds=20))
    clockwork = Clockwork()
    clockwork.until(at(22))
    assert ines.presence_spans.get(ended_at=None).presence == "not_responding"
    agents.force_presence(agent_id=ines.pk, presence="available", reason="Called: is back", by=sam, now=at(23))
    assert ines.presence_spans.get(ended_at=None).presence == "available"


def test_a_forced_state_wants_a_reason(sam: User, ines: Agent) -> None:
    for reason in ("", "   ", "x" * 201):
        with pytest.raises(agents.ReasonMissing):
            agents.force_presence(agent_id=ines.pk, presence="break", reason=reason, by=sam, now=at(1))


def test_the_floor_hears_of_every_change(sam: User, ines: Agent) -> None:
    def heard() -> set[str]:
        found = {row[1] for row in news("floor.changed")}
        Event.objects.all().delete()
        return found

    Event.objects.all().delete()
    queue = make_queue()
    item = ask(queue)
    assert heard() == {"aurora"}
    Clockwork().turn(at(1))  # rings
    assert heard() == {"aurora"}
    routing.accept(item_id=item.pk, agent_id=ines.pk, now=at(2))
    assert heard() == {"aurora", "agents"}
    routing.transfer(item_id=item.pk, agent_id=ines.pk, to_queue=queue.pk, now=at(3))
    assert heard() == {"aurora", "agents"}
    agents.set_presence(agent_id=ines.pk, presence="break", now=at(4))
    assert heard() == {"agents"}
