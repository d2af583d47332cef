"""Why each waits, and what a supervisor is warned of: examples by hand, and what must hold whoever is there."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from contactcenter.operation.routing.alarms import Alarm, Kind, Reach, Waiting, Why, alarms, why
from contactcenter.operation.routing.policy import Agent, Item, Room, match
from tests.operation.floor import NOON, at

SPANISH = 7
WITHIN = 20


def waiting(number: int = 1, *, since: float = 0, queue: int = 1, **fields: object) -> Waiting:
    of_item = {name: fields.pop(name) for name in list(fields) if name in Item.__dataclass_fields__}
    item = Item(**{"id": number, "tenant": 1, "pool": 1, "channel": "chat", "entered_at": at(since), **of_item})  # type: ignore[arg-type]
    return Waiting(**{"item": item, "queue": queue, "since": at(since), "within_seconds": WITHIN, **fields})  # type: ignore[arg-type]


def agent(number: int, *, used: int = 0, limit: int = 1, **fields: object) -> Agent:
    defaults = {"available": True, "tenants": frozenset({1}), "pools": frozenset({1})}
    return Agent(**{"id": number, "rooms": {"chat": Room(used, limit)}, **defaults, **fields})  # type: ignore[arg-type]


def reason(one: Waiting, *agents: Agent, now: float = 1) -> Why:
    return why(one, Reach(agents), at(now))


def raised(one: Waiting, *agents: Agent, now: float = 1) -> list[Kind]:
    return [alarm.kind for alarm in alarms([one], Reach(agents), at(now))]


def test_nobody_there_could_have_it() -> None:
    spanish = waiting(skills=((SPANISH, 2),))
    for nobody in (
        agent(1, available=False, skills={SPANISH: 5}),
        agent(1, tenants=frozenset({2}), skills={SPANISH: 5}),
        agent(1, pools=frozenset({2}), skills={SPANISH: 5}),
        agent(1, skills={SPANISH: 1}),
        agent(1, skills={SPANISH: 5}, limit=0),
    ):
        assert reason(spanish, nobody) is Why.NOBODY
        assert raised(spanish, nobody) == [Kind.NOBODY]
    assert reason(spanish) is Why.NOBODY
    assert raised(spanish, agent(1, skills={SPANISH: 2}, used=1)) == []


def test_who_could_but_rests_is_counted() -> None:
    resting = [agent(1, available=False), agent(2, available=False), agent(3, available=False, pools=frozenset())]
    [alarm] = alarms([waiting(5)], Reach(resting), at(1))
    assert alarm == Alarm(kind=Kind.NOBODY, tenant=1, queue=1, items=(5,), since=NOON, resting=2)


def test_each_reason_to_wait() -> None:
    free, busy = agent(1), agent(1, used=1)
    assert reason(waiting(), free) is Why.NEXT
    assert reason(waiting(), busy) is Why.BUSY
    assert reason(waiting(), busy, agent(2)) is Why.NEXT
    assert reason(waiting(ringing=True), busy) is Why.RINGING
    assert reason(waiting(not_before=at(60)), free) is Why.HELD
    assert reason(waiting(not_before=at(60)), free, now=60) is Why.NEXT
    assert reason(waiting(set_aside="its skills cannot be read"), free) is Why.SET_ASIDE
    assert reason(waiting(only_agent=1), busy) is Why.FOR_ONE
    assert reason(waiting(only_agent=1, skills=((SPANISH, 1),)), busy) is Why.FOR_ONE  # asks no skill of that one
    reserved = waiting(preferred_agent=1, preferred_until=at(60))
    assert reason(reserved, busy, agent(2)) is Why.RESERVED
    assert reason(reserved, busy, agent(2), now=60) is Why.NEXT


def test_about_to_breach_from_ten_seconds_before_the_threshold() -> None:
    busy = agent(1, used=1)
    assert raised(waiting(), busy, now=10) == []
    assert raised(waiting(), busy, now=10.1) == [Kind.BREACH]
    [alarm] = alarms([waiting(1), waiting(2, since=15), waiting(3, since=25)], Reach([busy]), at(26))
    assert (alarm.items, alarm.late, alarm.since) == ((1, 2), 1, NOON)  # 26 s and 11 s; only the first is past 20
    assert raised(waiting(measured=False), busy, now=500) == []
    assert raised(waiting(not_before=at(900)), busy, now=500) == []


def test_bounced_three_times_and_set_aside() -> None:
    free = agent(1)
    assert raised(waiting(bounces=2), free) == []
    assert raised(waiting(bounces=3), free) == [Kind.BOUNCED]
    assert raised(waiting(set_aside="reason", bounces=3), free) == [Kind.SET_ASIDE, Kind.BOUNCED]


def test_one_alarm_a_kind_and_queue_the_worst_first() -> None:
    found = alarms(
        [waiting(1, since=5, queue=2), waiting(2, queue=2), waiting(3, since=3, bounces=3), waiting(4, tenant=2)],
        Reach([agent(1, used=1)]),
        at(16),
    )
    assert [(alarm.kind, alarm.queue, alarm.items) for alarm in found] == [
        (Kind.NOBODY, 1, (4,)),
        (Kind.BOUNCED, 1, (3,)),
        (Kind.BREACH, 2, (2, 1)),  # as long as the next: of the company made first
        (Kind.BREACH, 1, (4,)),
        (Kind.BREACH, 1, (3,)),
    ]


numbers = st.integers(1, 3)
people = st.lists(
    st.builds(
        lambda available, tenants, pools, used, limit, level: (available, tenants, pools, used, limit, level),
        st.booleans(),
        st.frozensets(numbers),
        st.frozensets(numbers),
        st.integers(0, 2),
        st.integers(0, 2),
        st.integers(0, 3),
    ),
    max_size=6,
).map(
    lambda rows: [
        agent(number, available=row[0], tenants=row[1], pools=row[2], used=row[3], limit=row[4], skills={7: row[5]})
        for number, row in enumerate(rows, 1)
    ]
)
queued = st.lists(
    st.tuples(numbers, numbers, st.integers(0, 3), st.integers(0, 60), st.integers(0, 4)), max_size=8
).map(
    lambda rows: [
        waiting(number, tenant=row[0], pool=row[1], skills=((7, row[2]),), since=row[3], bounces=row[4])
        for number, row in enumerate(rows, 1)
    ]
)


@given(queued, people, st.integers(0, 100))
def test_what_the_router_can_place_has_somebody(items: list[Waiting], agents: list[Agent], now: int) -> None:
    matches = match([each.item for each in items], agents, at(now))
    nobody = {
        item for alarm in alarms(items, Reach(agents), at(now)) if alarm.kind is Kind.NOBODY for item in alarm.items
    }
    assert nobody.isdisjoint(found.item for found in matches)
    free = {each.item.id for each in items if why(each, Reach(agents), at(now)) is Why.BUSY}
    assert free.isdisjoint(found.item for found in matches)


@given(queued, people, st.integers(0, 100), st.randoms())
def test_order_does_not_matter_and_a_universal_agent_only_helps(
    items: list[Waiting], agents: list[Agent], now: int, chance: object
) -> None:
    before = alarms(items, Reach(agents), at(now))
    mixed, others = list(items), list(agents)
    chance.shuffle(mixed)  # type: ignore[attr-defined]
    chance.shuffle(others)  # type: ignore[attr-defined]
    assert alarms(mixed, Reach(others), at(now)) == before
    helper = agent(99, tenants=frozenset({1, 2, 3}), pools=frozenset({1, 2, 3}), skills={7: 5})
    after = alarms(items, Reach([*agents, helper]), at(now))
    assert [alarm for alarm in before if alarm.kind is not Kind.NOBODY] == after


@given(queued, people, st.integers(0, 100), st.integers(0, 100))
def test_waiting_longer_takes_no_breach_away(items: list[Waiting], agents: list[Agent], now: int, more: int) -> None:
    def late(seconds: int) -> set[int]:
        found = alarms(items, Reach(agents), at(seconds), margin=timedelta(0))
        return {item for alarm in found if alarm.kind is Kind.BREACH for item in alarm.items}

    assert late(now) <= late(now + more)
    assert late(now) == {each.item.id for each in items if now - (each.since - NOON).total_seconds() > WITHIN}


def test_reach_asks_once_for_those_who_ask_the_same() -> None:
    reach = Reach([agent(1)])
    first = waiting(1)
    assert reach.of(first.item) is reach.of(replace(first.item, id=2, entered_at=at(5)))
