"""The matching rule: examples by hand, and a model of its own that tries all pairs."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from contactcenter.operation.routing.policy import Agent, Item, Match, Room, match
from tests.operation.floor import NOON, at


def item(number: int, **fields: object) -> Item:
    return Item(**{"id": number, "tenant": 1, "pool": 1, "channel": "chat", "entered_at": at(number), **fields})  # type: ignore[arg-type]


def agent(number: int, *, used: int = 0, limit: int = 1, **fields: object) -> Agent:
    defaults = {"available": True, "tenants": frozenset({1}), "pools": frozenset({1})}
    return Agent(**{"id": number, "rooms": {"chat": Room(used, limit)}, **defaults, **fields})  # type: ignore[arg-type]


LATE = at(1000)


def pairs(items: list[Item], agents: list[Agent], now: datetime = LATE) -> list[tuple[int, int]]:
    return [(found.item, found.agent) for found in match(items, agents, now)]


def test_front_before_priority_before_age() -> None:
    waiting = [item(1), item(2, priority=5), item(3, front=True), item(4, priority=5)]
    assert pairs(waiting, [agent(1, limit=4)]) == [(3, 1), (2, 1), (4, 1), (1, 1)]


def test_best_skilled_then_least_occupied_then_longest_idle_then_lowest_number() -> None:
    spanish = ((7, 1),)
    skilled = [agent(1, skills={7: 2}), agent(2, skills={7: 5}, used=1, limit=3), agent(3, skills={7: 5}, limit=3)]
    assert pairs([item(1, skills=spanish)], skilled) == [(1, 3)]
    idle = [agent(1, idle_since=at(50)), agent(2, idle_since=at(20)), agent(3, idle_since=at(20))]
    assert pairs([item(1), item(2), item(3)], idle) == [(1, 2), (2, 3), (3, 1)]


def test_two_waiting_are_spread_over_two_agents() -> None:
    assert pairs([item(1), item(2)], [agent(1, limit=3), agent(2, limit=3)]) == [(1, 1), (2, 2)]


def test_who_may_not_have_it() -> None:
    for nobody in (
        agent(1, available=False),
        agent(1, tenants=frozenset({2})),
        agent(1, pools=frozenset({2})),
        agent(1, skills={7: 2}),
        agent(1, skills={7: 3}, used=1),
    ):
        assert pairs([item(1, skills=((7, 3),))], [nobody]) == []
    assert pairs([item(1, skills=((7, 3),))], [agent(1, skills={7: 3})]) == [(1, 1)]


def test_held_back_until_its_time() -> None:
    assert pairs([item(1, not_before=at(1001))], [agent(1)]) == []
    assert pairs([item(1, not_before=at(1000))], [agent(1)]) == [(1, 1)]


def test_a_decline_keeps_it_from_that_agent_for_its_time() -> None:
    declined = item(1, kept_from={1: at(1001)})
    assert pairs([declined], [agent(1)]) == []
    assert pairs([declined], [agent(1), agent(2, used=2, limit=3)]) == [(1, 2)]
    assert pairs([declined], [agent(1)], at(1001)) == [(1, 1)]


def test_who_let_it_ring_gets_it_only_when_nobody_else_can() -> None:
    rang = item(1, unanswered_by=frozenset({1}))
    assert pairs([rang], [agent(1), agent(2, used=2, limit=3)]) == [(1, 2)]
    assert pairs([rang], [agent(1)]) == [(1, 1)]


def test_meant_for_one_colleague_needs_neither_pool_nor_skill_but_the_company() -> None:
    meant = item(1, only_agent=2, skills=((7, 3),))
    assert pairs([meant], [agent(1, skills={7: 5}), agent(2, pools=frozenset())]) == [(1, 2)]
    assert pairs([meant], [agent(2, tenants=frozenset({2}))]) == []
    assert pairs([meant], [agent(1, skills={7: 5}), agent(2, used=1)]) == []


def test_the_preferred_agent_has_it_alone_for_a_while_if_they_are_there() -> None:
    known = item(1, preferred_agent=2, preferred_until=at(1060))
    busy, free = agent(2, used=1), agent(1)
    assert pairs([known], [free, agent(2)]) == [(1, 2)]
    assert pairs([known], [free, busy]) == []
    assert pairs([known], [free, busy], at(1060)) == [(1, 1)]
    assert pairs([known], [free, replace(busy, available=False)]) == [(1, 1)]
    assert pairs([replace(known, kept_from={2: at(1060)})], [free, agent(2)]) == [(1, 1)]
    assert pairs([known], [free, agent(2, limit=9, used=8)], at(1060)) == [(1, 2)]  # first of all also later


# A model of its own ---------------------------------------------------------------------------------------------------
NOW = at(100)
few = st.integers(0, 3)
moments = st.integers(0, 200).map(at)
items_drawn = st.builds(
    Item,
    id=st.integers(1, 10_000),
    tenant=st.integers(1, 2),
    pool=st.integers(1, 2),
    channel=st.just("chat"),
    entered_at=moments,
    skills=st.dictionaries(st.integers(1, 2), st.integers(1, 5), max_size=2).map(lambda d: tuple(sorted(d.items()))),
    front=st.booleans(),
    priority=st.integers(-1, 1),
    not_before=st.none() | moments,
    only_agent=st.none() | st.none() | st.integers(1, 6),
    preferred_agent=st.none() | st.integers(1, 6),
    preferred_until=moments,
    kept_from=st.dictionaries(st.integers(1, 6), moments, max_size=2),
    unanswered_by=st.frozensets(st.integers(1, 6), max_size=2),
)
agents_drawn = st.builds(
    Agent,
    id=st.integers(1, 6),
    available=st.booleans() | st.just(True),
    tenants=st.frozensets(st.integers(1, 2)) | st.just(frozenset({1, 2})),
    pools=st.frozensets(st.integers(1, 2)) | st.just(frozenset({1, 2})),
    rooms=st.tuples(few, few).map(lambda pair: {"chat": Room(min(pair), max(pair))}),
    skills=st.dictionaries(st.integers(1, 2), st.integers(1, 5), max_size=2),
    idle_since=st.none() | moments,
)
floors = st.tuples(
    st.lists(items_drawn, max_size=12, unique_by=lambda drawn: drawn.id),
    st.lists(agents_drawn, max_size=6, unique_by=lambda drawn: drawn.id),
)


def allowed(one: Item, who: Agent) -> bool:
    if not who.available or one.tenant not in who.tenants or one.kept_from.get(who.id, NOON) > NOW:
        return False
    if one.only_agent is not None:
        return who.id == one.only_agent
    return one.pool in who.pools and all(who.skills.get(skill, 0) >= level for skill, level in one.skills)


def reserved(one: Item, agents: list[Agent]) -> set[int]:
    """Whom it waits for, if it waits for somebody."""
    if one.only_agent is not None or one.preferred_until is None or one.preferred_until <= NOW:
        return set()
    return {
        who.id
        for who in agents
        if who.id == one.preferred_agent and allowed(one, who) and who.id not in one.unanswered_by
    }


def expected(items: list[Item], agents: list[Agent]) -> list[Match]:
    """All pairs, one after the other."""
    used = {who.id: who.rooms["chat"].used for who in agents}
    found = []
    for one in sorted(items, key=lambda one: (not one.front, -one.priority, one.entered_at, one.id)):
        if one.not_before and one.not_before > NOW:
            continue
        candidates = [who for who in agents if allowed(one, who) and used[who.id] < who.rooms["chat"].limit]
        for_whom = reserved(one, agents)
        candidates = [who for who in candidates if not for_whom or who.id in for_whom]
        if not candidates:
            continue

        def badness(who: Agent, one: Item = one) -> tuple[object, ...]:
            preferred = who.id == one.preferred_agent and who.id not in one.unanswered_by
            fit = min((who.skills.get(skill, 0) for skill, _ in one.skills), default=0)
            share = used[who.id] / who.rooms["chat"].limit
            return (
                not preferred,
                who.id in one.unanswered_by,
                -fit,
                share,
                who.idle_since or datetime.min.replace(tzinfo=NOW.tzinfo),
                who.id,
            )

        best = min(candidates, key=badness)
        used[best.id] += 1
        found.append(Match(one.id, best.id))
    return found


@given(floors)
def test_it_is_what_trying_all_pairs_gives(floor: tuple[list[Item], list[Agent]]) -> None:
    items, agents = floor
    assert match(items, agents, NOW) == expected(items, agents)


@given(floors, st.randoms(use_true_random=False))
def test_the_order_of_what_is_given_does_not_matter(
    floor: tuple[list[Item], list[Agent]], shuffle: random.Random
) -> None:
    items, agents = floor
    first = match(items, agents, NOW)
    shuffle.shuffle(items)
    shuffle.shuffle(agents)
    assert match(items, agents, NOW) == first


@given(floors)
def test_never_over_capacity_never_ineligible_and_nobody_waits_for_nothing(
    floor: tuple[list[Item], list[Agent]],
) -> None:
    items, agents = floor
    found = match(items, agents, NOW)
    by_id = {one.id: one for one in items}
    people = {who.id: who for who in agents}
    load = {who.id: who.rooms["chat"].used for who in agents}
    for pair in found:
        load[pair.agent] += 1
        assert allowed(by_id[pair.item], people[pair.agent])
    assert len({pair.item for pair in found}) == len(found)
    assert all(load[pair.agent] <= people[pair.agent].rooms["chat"].limit for pair in found)
    for left in set(by_id) - {pair.item for pair in found}:
        one = by_id[left]
        if one.not_before is None or one.not_before <= NOW:
            for_whom = reserved(one, agents)
            assert not [
                who
                for who in agents
                if allowed(one, who) and load[who.id] < who.rooms["chat"].limit and (not for_whom or who.id in for_whom)
            ]


def test_a_long_queue_at_a_full_floor_costs_little() -> None:
    waiting = [item(number, skills=((number % 20, 1),)) for number in range(10_000)]
    people = [agent(number, used=1, limit=1) for number in range(1_000)]
    one_free = replace(people[0], rooms={"chat": Room(0, 1)}, skills={3: 1})
    started = datetime.now()
    assert len(match(waiting, [*people[1:], one_free], at(20_000))) == 1
    assert datetime.now() - started < timedelta(seconds=1)
