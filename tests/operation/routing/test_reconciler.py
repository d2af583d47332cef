"""What does not agree is mended within one look, and each repair is explained."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db.models import F

from contactcenter.operation.agents.models import Agent, Capacity, DeskSocket, PresenceSpan
from contactcenter.operation.routing import services as routing
from contactcenter.operation.routing.models import FocusSpan, ItemSpan, Offer, Repair, WorkItem
from contactcenter.operation.routing.reconciler import reconcile
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
    used,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def ines() -> Agent:
    return make_agent("Ines", limit=4, available_at=NOON)


@pytest.fixture
def floor(ines: Agent) -> dict[str, WorkItem]:
    """One item in each state, all of one agent."""
    queue = make_queue()
    items = {state: ask(queue, now=at(number)) for number, state in enumerate(("wrap_up", "active", "offered"))}
    Clockwork().turn(at(3))
    for state in ("wrap_up", "active"):
        routing.accept(item_id=items[state].pk, agent_id=ines.pk, now=at(4))
    routing.finish_handling(tenant=queue.tenant, conversation=items["wrap_up"].conversation, now=at(5))
    items["waiting"] = ask(queue, now=at(6))
    return items


def repaired(*kinds: str, now: float = 10) -> None:
    assert reconcile(at(now)) == len(kinds)
    assert sorted(Repair.objects.values_list("kind", flat=True)) == sorted(kinds)
    for repair in Repair.objects.all():
        assert repair.at == at(now)
        assert len(repair.explanation) > 20
    assert_consistent()
    assert reconcile(at(now + 1)) == 0


def test_nothing_to_mend(floor: dict[str, WorkItem]) -> None:
    repaired()


@pytest.mark.parametrize("wrong", [0, 4])
def test_a_counter_that_drifted(ines: Agent, floor: dict[str, WorkItem], wrong: int) -> None:
    before = Capacity.objects.get(agent=ines)
    Capacity.objects.filter(agent=ines).update(chat_used=wrong)
    repaired("capacity")
    after = Capacity.objects.get(agent=ines)
    assert (after.chat_used, after.version) == (3, before.version + 1)
    assert f"holding {wrong} but rings and holds 3" in Repair.objects.get().explanation
    assert news("agent.changed")[-1] == (f"agent.{ines.pk}", str(ines.pk), after.version)


def test_an_open_offer_of_an_item_that_does_not_ring(ines: Agent, floor: dict[str, WorkItem]) -> None:
    Offer.objects.create(item=floor["waiting"], agent=ines, offered_at=NOON, expires_at=at(20))
    repaired("offer_without_ringing_item")
    assert Offer.objects.get(item=floor["waiting"]).state == "withdrawn"
    assert used(ines) == 3


def test_an_offer_that_rings_on_after_its_time(ines: Agent, floor: dict[str, WorkItem]) -> None:
    """Of an item that was set aside, so that the router looks away."""
    WorkItem.objects.filter(pk=floor["offered"].pk).update(set_aside="by hand")
    over = Offer.objects.get(state="open").expires_at
    reconcile(over + timedelta(seconds=10))
    assert Repair.objects.count() == 0
    assert reconcile(over + timedelta(seconds=11)) == 1
    assert Repair.objects.get().kind == "overdue_offer"
    floor["offered"].refresh_from_db()
    assert (floor["offered"].state, Offer.objects.filter(state="open").count()) == ("waiting", 0)
    assert_consistent()


def test_an_item_that_rings_at_nobody(ines: Agent, floor: dict[str, WorkItem]) -> None:
    Offer.objects.filter(item=floor["offered"]).update(state="withdrawn", ended_at=at(7))
    repaired("ringing_without_offer", "capacity")
    floor["offered"].refresh_from_db()
    assert (floor["offered"].state, floor["offered"].entered_at) == ("waiting", at(2))


def test_a_talk_held_by_an_agent_who_does_not_serve_the_company_any_more(
    ines: Agent, floor: dict[str, WorkItem]
) -> None:
    ines.tenants.remove(company("aurora"))
    repaired("held_without_right")
    floor["active"].refresh_from_db()
    assert (floor["active"].state, floor["active"].front, used(ines)) == ("waiting", True, 2)


def test_a_wrap_up_without_end(floor: dict[str, WorkItem]) -> None:
    WorkItem.objects.filter(pk=floor["wrap_up"].pk).update(wrap_up_until=None)
    repaired("endless_wrap_up")
    floor["wrap_up"].refresh_from_db()
    assert floor["wrap_up"].wrap_up_until == at(10 + floor["wrap_up"].queue.wrap_up_seconds)


def test_time_that_was_not_booked_or_on_the_wrong_kind_or_ran_on(ines: Agent, floor: dict[str, WorkItem]) -> None:
    ItemSpan.objects.filter(item=floor["active"]).delete()
    ItemSpan.objects.filter(item=floor["wrap_up"], ended_at=None).update(kind="handling")
    ItemSpan.objects.create(item=floor["waiting"], agent=ines, kind="handling", started_at=at(6))
    repaired("item_time", "item_time", "item_time")
    spans = ItemSpan.objects.filter(ended_at=None).values_list("item", "kind", "started_at")
    assert set(spans) == {(floor["active"].pk, "handling", at(10)), (floor["wrap_up"].pk, "wrap_up", at(10))}


def test_focus_on_what_is_not_held(ines: Agent, floor: dict[str, WorkItem]) -> None:
    routing.focus(agent_id=ines.pk, item_id=floor["active"].pk, now=at(6))
    FocusSpan.objects.update(item=floor["waiting"])
    repaired("focus_time")
    assert FocusSpan.objects.get().ended_at == at(10)


def test_an_activity_that_is_not_that_of_the_items(ines: Agent, floor: dict[str, WorkItem]) -> None:
    PresenceSpan.objects.filter(agent=ines, ended_at=None).update(activity="idle")
    repaired("activity")
    span = PresenceSpan.objects.get(agent=ines, ended_at=None)
    assert (span.activity, span.started_at, span.presence) == ("on_work", at(10), "available")


def test_all_of_it_at_once(ines: Agent, floor: dict[str, WorkItem]) -> None:
    Capacity.objects.filter(agent=ines).update(chat_used=1)
    Offer.objects.all().delete()
    ItemSpan.objects.all().delete()
    PresenceSpan.objects.filter(agent=ines, ended_at=None).update(activity="wrap_up")
    repaired("ringing_without_offer", "item_time", "item_time", "activity", "capacity")


def test_rows_of_sockets_long_gone_are_removed(ines: Agent) -> None:
    DeskSocket.objects.create(
        agent=ines, key="00000000-0000-4000-8000-000000000001", process="x", opened_at=NOON, seen_at=NOON
    )
    reconcile(at(86_400))
    assert DeskSocket.objects.count() == 1
    reconcile(at(86_401))
    assert DeskSocket.objects.count() == 0


def test_the_leader_looks_every_five_seconds_and_reads_its_picture_anew(ines: Agent) -> None:
    clockwork = Clockwork()
    clockwork.turn(at(1))
    Capacity.objects.filter(agent=ines).update(chat_used=2)
    clockwork.turn(at(4.9))
    assert used(ines) == 2
    clockwork.leader.turn(at(5))
    assert used(ines) == 0
    assert clockwork.leader.picture.versions[ines.pk] == Capacity.objects.get(agent=ines).version


def test_only_what_nobody_told_of_counts_as_missed(ines: Agent, caplog: pytest.LogCaptureFixture) -> None:
    """What the leader reads may be newer than what it heard: the notification is on its way."""
    leader = Clockwork().leader
    item = ask(make_queue(), now=at(1))
    leader.check_picture()
    leader.hear({f"item {item.pk}"})
    Capacity.objects.filter(agent=ines).update(version=F("version") + 1)
    leader.check_picture()
    assert caplog.messages == []
    leader.check_picture()
    assert caplog.messages == [f"the picture was behind PostgreSQL, nobody told of: agent {ines.pk}"]
    leader.check_picture()
    assert len(caplog.messages) == 1
