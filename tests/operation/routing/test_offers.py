"""An item rings at one agent, and what becomes of it."""

from __future__ import annotations

import pytest

from contactcenter.operation.agents import services as agents
from contactcenter.operation.agents.models import Agent, Capacity, PresenceSpan
from contactcenter.operation.routing import services as routing
from contactcenter.operation.routing.models import ItemSpan, Offer, Repair, WorkItem
from tests.operation.floor import (
    NOON,
    Clockwork,
    ask,
    assert_consistent,
    at,
    company,
    make_agent,
    make_queue,
    news,
    ringing,
    used,
)

pytestmark = pytest.mark.django_db


def presence(agent: Agent) -> str:
    return PresenceSpan.objects.get(agent=agent, ended_at=None).presence


def test_it_rings_and_takes_a_slot() -> None:
    queue, ines = make_queue(offer_seconds=20), make_agent("Ines", available_at=NOON)
    item = ask(queue, now=at(1))
    Clockwork().turn(at(2))
    offer = Offer.objects.get()
    assert (offer.item_id, offer.agent_id) == (item.pk, ines.pk)
    assert (offer.offered_at, offer.expires_at, offer.state) == (at(2), at(22), "open")
    item.refresh_from_db()
    assert (item.state, item.agent) == ("offered", None)
    capacity = Capacity.objects.get(agent=ines)
    assert capacity.chat_used == 1
    group = f"agent.{ines.pk}"
    assert (group, str(item.pk), capacity.version) in news("item.changed")
    assert (group, str(ines.pk), capacity.version) in news("agent.changed")
    assert_consistent()


def test_nothing_rings_without_room_or_somebody_there() -> None:
    queue = make_queue()
    make_agent("Ines", limit=1, available_at=NOON)
    make_agent("Nils")
    ask(queue)
    second = ask(queue, now=at(1))
    Clockwork().turn(at(2))
    second.refresh_from_db()
    assert second.state == "waiting"
    assert_consistent()


def test_accepting_hands_it_over() -> None:
    queue, ines = make_queue(), make_agent("Ines", available_at=NOON)
    item = ask(queue)
    Clockwork().turn(at(1))
    routing.accept(item_id=item.pk, agent_id=ines.pk, now=at(4))
    item.refresh_from_db()
    assert (item.state, item.agent_id, item.accepted_at) == ("active", ines.pk, at(4))
    assert Offer.objects.get().state == "accepted"
    span = ItemSpan.objects.get()
    assert (span.kind, span.agent_id, span.started_at, span.ended_at) == ("handling", ines.pk, at(4), None)
    assert PresenceSpan.objects.get(agent=ines, ended_at=None).activity == "on_work"
    assert used(ines) == 1
    live = routing.live_item(tenant=queue.tenant, conversation=item.conversation)
    assert live is not None and live.agent == ines
    assert news("place.changed")[0][:2] == (
        f"t.aurora.conversation.{item.conversation}.visitor",
        str(item.conversation),
    )
    with pytest.raises(routing.OfferGone):
        routing.accept(item_id=item.pk, agent_id=ines.pk, now=at(5))
    assert_consistent()


def test_only_the_one_it_rings_at_accepts_and_only_while_they_serve_the_company() -> None:
    queue, ines, nils = make_queue(), make_agent("Ines", available_at=NOON), make_agent("Nils")
    item = ask(queue)
    Clockwork().turn(at(1))
    for agent_id in (nils.pk, 999_999):
        with pytest.raises(routing.OfferGone):
            routing.accept(item_id=item.pk, agent_id=agent_id, now=at(2))
    with pytest.raises(routing.OfferGone):
        routing.accept(item_id=999_999, agent_id=ines.pk, now=at(2))
    ines.tenants.remove(company("aurora"))
    with pytest.raises(routing.OfferGone):
        routing.accept(item_id=item.pk, agent_id=ines.pk, now=at(2))
    assert_consistent()


def test_declined_it_waits_with_its_age_and_keeps_away_for_a_minute() -> None:
    queue, ines = make_queue(), make_agent("Ines", available_at=NOON)
    item = ask(queue, now=at(-30))
    clockwork = Clockwork()
    clockwork.turn(at(0))
    routing.decline(item_id=item.pk, agent_id=ines.pk, now=at(5))
    routing.decline(item_id=item.pk, agent_id=ines.pk, now=at(6))  # the frame came twice
    item.refresh_from_db()
    assert (item.state, item.entered_at, item.bounces, used(ines)) == ("waiting", at(-30), 0, 0)
    assert presence(ines) == "available"
    clockwork.turn(at(64.9))
    assert ringing(ines) == []
    nils = make_agent("Nils", available_at=at(64.9))
    clockwork.turn(at(64.95))
    assert ringing(nils) == [item.pk]
    routing.decline(item_id=item.pk, agent_id=nils.pk, now=at(65))
    clockwork.turn(at(65))
    assert ringing(ines) == [item.pk]
    assert_consistent()


def test_unanswered_it_goes_back_within_a_second_and_the_agent_does_not_respond() -> None:
    queue, ines = make_queue(offer_seconds=10), make_agent("Ines", limit=2, available_at=NOON)
    item, other = ask(queue), ask(queue, now=at(3))
    clockwork = Clockwork()
    wait = clockwork.turn(at(0.5))
    assert wait == 1.0
    clockwork.turn(at(3))
    assert ringing(ines) == [item.pk, other.pk]
    assert clockwork.turn(at(10)) == pytest.approx(0.5)  # it wakes for the expiry itself
    clockwork.turn(at(10.5))
    item.refresh_from_db()
    other.refresh_from_db()
    assert (item.state, item.bounces, item.entered_at) == ("waiting", 1, NOON)
    assert (other.state, other.bounces) == ("waiting", 0)
    assert presence(ines) == "not_responding"
    assert used(ines) == 0
    assert set(Offer.objects.values_list("state", flat=True)) == {"rona", "withdrawn"}
    clockwork.turn(at(30))
    assert ringing(ines) == []
    agents.set_presence(agent_id=ines.pk, presence="available", now=at(40))
    nils = make_agent("Nils", limit=1, available_at=at(40))
    clockwork.turn(at(40))
    assert ringing(nils) == [item.pk]
    assert ringing(ines) == [other.pk]
    assert_consistent()


def test_alone_on_the_floor_an_agent_who_is_back_gets_it_again() -> None:
    queue, ines = make_queue(offer_seconds=10), make_agent("Ines", available_at=NOON)
    item = ask(queue)
    clockwork = Clockwork()
    clockwork.turn(at(0))
    clockwork.turn(at(10))
    agents.set_presence(agent_id=ines.pk, presence="available", now=at(15))
    clockwork.turn(at(15))
    assert ringing(ines) == [item.pk]


@pytest.mark.parametrize("chosen", ["break", "offline"])
def test_a_break_takes_back_what_rings_and_leaves_what_is_in_hand(chosen: str) -> None:
    queue, ines = make_queue(), make_agent("Ines", available_at=NOON)
    held, rings = ask(queue), ask(queue, now=at(1))
    clockwork = Clockwork()
    clockwork.turn(at(2))
    routing.accept(item_id=held.pk, agent_id=ines.pk, now=at(3))
    agents.set_presence(agent_id=ines.pk, presence=chosen, now=at(5))
    rings.refresh_from_db()
    held.refresh_from_db()
    assert (rings.state, held.state, used(ines)) == ("waiting", "active", 1)
    clockwork.turn(at(6))
    assert ringing(ines) == []
    assert_consistent()


def test_the_language_asked_for_is_a_skill_where_it_is_one() -> None:
    queue = make_queue()
    english, spanish = make_agent("Nils", skills={"en": 5}), make_agent("Ines", skills={"es": 2})
    for agent in (english, spanish):
        agents.set_presence(agent_id=agent.pk, presence="available", now=NOON)
    item, unknown = ask(queue, language="es"), ask(queue, language="fi", now=at(1))
    Clockwork().turn(at(2))
    assert ringing(spanish) == [item.pk]
    assert ringing(english) == [unknown.pk]


def test_an_item_the_router_fails_on_three_times_is_set_aside_and_the_others_go_on() -> None:
    queue, ines = make_queue(), make_agent("Ines", available_at=NOON)
    poisoned, sound = ask(queue), ask(queue, now=at(1))
    WorkItem.objects.filter(pk=poisoned.pk).update(required_skills={"spanish": "good"})
    clockwork = Clockwork()
    for second in range(2, 7):
        clockwork.turn(at(second))
    poisoned.refresh_from_db()
    assert poisoned.failures == 3
    assert "required skills cannot be read" in poisoned.set_aside
    assert ringing(ines) == [sound.pk]
    assert Repair.objects.get(item=poisoned).kind == "set_aside"
    assert routing.abandon(tenant=queue.tenant, conversation=poisoned.conversation, now=at(9)) is not None


def test_what_the_database_refuses_fails_alone() -> None:
    queue, ines = make_queue(), make_agent("Ines", available_at=NOON)
    broken, sound = ask(queue), ask(queue, now=at(1))
    # Already rings, says the offer; waits, says the item: a second open offer is refused by the unique index.
    Offer.objects.create(item=broken, agent=make_agent("Nils"), offered_at=NOON, expires_at=at(9))
    Clockwork().turn(at(2))
    broken.refresh_from_db()
    assert broken.state == "waiting"
    assert broken.failures > 0
    assert ringing(ines) == [sound.pk]
