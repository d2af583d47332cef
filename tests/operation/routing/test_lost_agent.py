"""An agent whose desk is gone: a grace, then the customers wait at the head again."""

from __future__ import annotations

from uuid import UUID

import pytest

from contactcenter.operation.agents import services as agents
from contactcenter.operation.agents.models import Agent, DeskSocket, PresenceSpan
from contactcenter.operation.routing import services as routing
from contactcenter.operation.routing.models import FocusSpan, ItemSpan, Offer, WorkItem
from tests.operation.floor import (
    NOON,
    Clockwork,
    ask,
    assert_consistent,
    at,
    make_agent,
    make_queue,
    ringing,
    see,
    used,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def ines() -> Agent:
    return make_agent("Ines", available_at=NOON)


@pytest.fixture
def held(ines: Agent) -> WorkItem:
    """In hand and in front since second 5."""
    item = ask(make_queue(offer_seconds=60), now=at(-60))
    Clockwork().turn(at(1))
    routing.accept(item_id=item.pk, agent_id=ines.pk, now=at(5))
    routing.focus(agent_id=ines.pk, item_id=item.pk, now=at(5))
    return item


def test_after_the_grace_everything_comes_back_at_the_head_with_its_age(ines: Agent, held: WorkItem) -> None:
    see(ines, now=at(40))
    older = ask(held.queue, now=at(-300))
    clockwork = Clockwork(at(38))
    clockwork.turn(at(41))
    assert ringing(ines) == [older.pk]
    clockwork.until(at(69), start=at(42))
    assert used(ines) == 2
    clockwork.turn(at(70))
    held.refresh_from_db()
    older.refresh_from_db()
    assert (held.state, held.agent, held.front, held.entered_at) == ("waiting", None, True, at(-60))
    assert (older.state, older.front, older.bounces, used(ines)) == ("waiting", False, 0, 0)
    assert Offer.objects.get(item=older).state == "withdrawn"
    assert PresenceSpan.objects.get(agent=ines, ended_at=None).presence == "offline"
    assert ItemSpan.objects.get().ended_at == at(70)
    assert FocusSpan.objects.get().ended_at == at(70)
    nils = make_agent("Nils", limit=1, available_at=at(70))
    see(nils, now=at(70))
    clockwork.turn(at(71))
    assert ringing(nils) == [held.pk]
    assert_consistent()


def test_back_within_the_grace_nothing_happens(ines: Agent, held: WorkItem) -> None:
    see(ines, now=at(6))
    clockwork = Clockwork()
    for second in range(6, 126, 4):
        if second % 28 == 6:
            see(ines, now=at(second))
        clockwork.turn(at(second))
    held.refresh_from_db()
    assert (held.state, held.agent_id, held.front) == ("active", ines.pk, False)
    assert Offer.objects.filter(item=held).count() == 1


def test_one_living_desk_of_several_is_enough_and_closing_one_starts_the_grace(ines: Agent, held: WorkItem) -> None:
    see(ines, now=at(6))
    second_desk = DeskSocket.objects.create(
        agent=ines, key="00000000-0000-4000-8000-000000000001", process="x", opened_at=at(6), seen_at=at(50)
    )
    assert agents.lost_agents(now=at(79)) == []
    agents.close_socket(key=second_desk.key, now=at(60))
    assert agents.lost_agents(now=at(89)) == []
    assert agents.lost_agents(now=at(90)) == [ines.pk]
    agents.see_sockets(process="x", keys=[second_desk.key], now=at(91))
    assert agents.lost_agents(now=at(92)) == []


def test_a_router_that_was_away_itself_gives_a_new_grace(ines: Agent, held: WorkItem) -> None:
    see(ines, now=at(6))
    clockwork = Clockwork(at(500))  # took over late
    clockwork.turn(at(501))
    clockwork.until(at(529), start=at(502))
    held.refresh_from_db()
    assert held.state == "active"
    clockwork.until(at(530), start=at(530))
    held.refresh_from_db()
    assert held.state == "waiting"


def test_a_router_that_stood_still_gives_a_new_grace(ines: Agent, held: WorkItem) -> None:
    clockwork = Clockwork()
    clockwork.until(at(20), start=at(6))
    clockwork.turn(at(300))
    held.refresh_from_db()
    assert held.state == "active"
    clockwork.until(at(330), start=at(301))
    held.refresh_from_db()
    assert held.state == "waiting"


def test_a_web_that_was_away_itself_gives_a_new_grace(ines: Agent, held: WorkItem) -> None:
    """Seen last at 6 like the desk, back at 60 and seen ever since: what nobody could hear is held against nobody."""
    see(ines, now=at(6))
    agents.see_sockets(process="web", keys=[], now=at(6))
    clockwork = Clockwork()
    clockwork.until(at(59), start=at(7))
    for second in range(60, 89):
        agents.see_sockets(process="web", keys=[], now=at(second))
        clockwork.turn(at(second))
    held.refresh_from_db()
    assert held.state == "active"
    clockwork.until(at(92), start=at(89))
    held.refresh_from_db()
    assert held.state == "waiting"


def test_who_signed_out_with_a_talk_in_hand_loses_it_too(ines: Agent, held: WorkItem) -> None:
    see(ines, now=at(6))
    agents.set_presence(agent_id=ines.pk, presence="offline", now=at(7))
    assert agents.lost_agents(now=at(35)) == []
    assert agents.lost_agents(now=at(36)) == [ines.pk]
    assert routing.leave_behind(agent_id=ines.pk, now=at(36)) == 1
    assert agents.lost_agents(now=at(37)) == []


def test_who_signs_out_has_no_grace(ines: Agent, held: WorkItem) -> None:
    see(ines, now=at(6))
    agents.end_session(session="Ines", now=at(7))
    held.refresh_from_db()
    assert (held.state, held.agent, held.front, used(ines)) == ("waiting", None, True, 0)
    assert PresenceSpan.objects.get(agent=ines, ended_at=None).presence == "offline"
    nils = make_agent("Nils", available_at=at(7))
    Clockwork(at(7)).turn(at(8))
    assert ringing(nils) == [held.pk]
    assert_consistent()


def test_who_is_signed_in_elsewhere_too_keeps_everything(ines: Agent, held: WorkItem) -> None:
    see(ines, now=at(6))
    telephone = UUID("00000000-0000-4000-8000-000000000001")
    agents.open_socket(agent_id=ines.pk, key=telephone, session="of her telephone", process="x", now=at(6))
    agents.end_session(session="Ines", now=at(7))
    held.refresh_from_db()
    assert (held.state, held.agent_id) == ("active", ines.pk)
    assert PresenceSpan.objects.get(agent=ines, ended_at=None).presence == "available"
    agents.end_session(session="of a stranger", now=at(8))
    assert agents.lost_agents(now=at(35)) == []
    agents.end_session(session="of her telephone", now=at(9))
    held.refresh_from_db()
    assert held.state == "waiting"


def test_a_session_that_got_another_key_keeps_its_grace(ines: Agent, held: WorkItem) -> None:
    see(ines, now=at(6))
    agents.renew_session(before="Ines", after="Ines, with a new password")
    agents.end_session(session="Ines", now=at(7))
    held.refresh_from_db()
    assert held.state == "active"
    assert agents.lost_agents(now=at(35)) == []


def test_who_may_not_work_any_more_is_lost_at_once(ines: Agent, held: WorkItem) -> None:
    see(ines, now=at(8))
    ines.user.is_active = False
    ines.user.save()
    assert agents.lost_agents(now=at(8)) == [ines.pk]


def test_a_wrap_up_ends_by_itself(ines: Agent, held: WorkItem) -> None:
    routing.finish_handling(tenant=held.tenant, conversation=held.conversation, now=at(10))
    routing.leave_behind(agent_id=ines.pk, now=at(50))
    held.refresh_from_db()
    assert (held.state, used(ines)) == ("wrap_up", 1)
    assert routing.expire_wrap_up(item_id=held.pk, now=at(70))
    assert used(ines) == 0
    assert PresenceSpan.objects.filter(agent=ines, started_at__lt=NOON).count() == 0
