"""Is anybody there for a waiting item? The same answer as the router's own rule, and told when it changes."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from django.utils import timezone

from contactcenter.operation.agents import services as agents
from contactcenter.operation.agents.models import Agent, Presence
from contactcenter.operation.routing import policy
from contactcenter.operation.routing import services as routing
from contactcenter.operation.routing.models import QueueSkill, WorkItem
from contactcenter.operation.routing.picture import Picture
from tests.operation.floor import (
    NOON,
    Clockwork,
    ask,
    at,
    company,
    make_agent,
    make_pool,
    make_queue,
    make_skill,
    news,
    see,
)

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def leave(agent: Agent, presence: str = "offline", seconds: float = 10) -> None:
    agents.set_presence(agent_id=agent.pk, presence=presence, now=at(seconds))


def told() -> set[str]:
    return {object_id for _, object_id, _ in news("place.changed")}


def test_a_busy_agent_is_there_and_one_on_a_break_is_not() -> None:
    item = ask(make_queue())
    assert not routing.anybody_for(item)

    ines = make_agent("Ines", limit=1, available_at=NOON)
    Clockwork().turn(at(1))  # it rings at her: she has no room for more
    other = ask(item.queue, now=at(2))
    assert routing.anybody_for(other)

    for presence in ("break", "offline"):
        leave(ines, presence)
        assert not routing.anybody_for(other), presence


def test_who_let_it_ring_is_not_there_until_they_say_so() -> None:
    item, ines = ask(make_queue(offer_seconds=20)), make_agent("Ines", available_at=NOON)
    clockwork = Clockwork()
    clockwork.turn(at(1))
    see(ines, now=at(21))
    clockwork.turn(at(22))

    assert not routing.anybody_for(item)
    assert str(item.conversation) in told()
    agents.set_presence(agent_id=ines.pk, presence=Presence.AVAILABLE, now=at(30))
    assert routing.anybody_for(item)


def test_the_answer_is_the_router_s_on_random_floors() -> None:
    """Pools, companies, skills, languages, presence and accounts at random: each item, each floor."""
    chance = random.Random(7)
    pools = [make_pool("One"), make_pool("Two")]
    queues = []
    for number in range(6):
        schema = chance.choice(["aurora", "borealis"])
        queues.append(make_queue(schema, f"q{number}", pool=chance.choice(pools)))
        for key in chance.sample(["cards", "ferries", "es"], chance.randint(0, 2)):
            QueueSkill.objects.create(queue=queues[-1], skill=make_skill(key), level=chance.randint(1, 5))
    items = [ask(queue, language=language) for queue in queues for language in ("", "es", "de", "xx")]
    make_skill("de")
    answers = set()
    for floor in range(25):
        chosen = []
        for number in range(chance.randint(1, 3)):
            known = {key: chance.randint(1, 5) for key in chance.sample(["cards", "ferries", "es", "de"], 2)}
            served = chance.sample(["aurora", "borealis", "cumbre"], chance.randint(0, 2))
            agent = make_agent(
                f"A{floor}n{number}",
                limit=chance.choice([0, 1, 3]),
                companies=served,
                pool=chance.choice(pools),
                skills=known,
                available_at=chance.choice([NOON, NOON, None]),
            )
            agent.user.is_active = chance.random() > 0.1
            agent.user.save()
            Agent.objects.filter(pk=agent.pk).update(is_active=chance.random() > 0.1)
            chosen.append(agent.pk)
        picture = Picture()
        picture.read_all()
        for item in items:
            there = [each for each in picture.agents.values() if each.rooms["chat"].limit]
            by_router = any(policy.may_have(each, picture.items[item.pk]) for each in there)
            assert routing.anybody_for(item) == by_router, (floor, item.queue.key, item.language)
            answers.add(by_router)
        for agent_id in chosen:
            leave(Agent.objects.get(pk=agent_id))
    assert answers == {True, False}


def test_a_company_that_is_switched_off_has_nobody() -> None:
    item = ask(make_queue())
    make_agent("Ines", available_at=NOON)
    tenant = company()
    tenant.is_active = False
    tenant.save()

    assert not routing.anybody_for(item)


def test_who_is_meant_for_one_colleague_has_whoever_comes_after() -> None:
    """The colleague is gone: a second later it is everybody's."""
    item = ask(make_queue(pool=make_pool("Elsewhere")))
    ines = make_agent("Ines", available_at=NOON)  # not in that pool
    assert not routing.anybody_for(item)
    WorkItem.objects.filter(pk=item.pk).update(only_agent=ines)
    item.refresh_from_db()
    assert routing.anybody_for(item)
    leave(ines)
    assert not routing.anybody_for(item)
    make_agent("Nils", pool=make_pool("Elsewhere"), available_at=NOON)
    assert routing.anybody_for(item)


def test_an_item_that_nobody_can_read_has_nobody_and_stops_nobody() -> None:
    item, ines = ask(make_queue()), make_agent("Ines", available_at=NOON)
    WorkItem.objects.filter(pk=item.pk).update(required_skills=["cards"])
    item.refresh_from_db()

    assert not routing.anybody_for(item)
    WorkItem.objects.filter(pk=item.pk).update(required_skills={}, set_aside="its required skills cannot be read")
    item.refresh_from_db()
    assert not routing.anybody_for(item)
    leave(ines)


def test_the_last_who_goes_and_the_first_who_comes_are_told_to_whom_it_concerns() -> None:
    mine, later = ask(make_queue()), ask(make_queue(key="later"), not_before=timezone.now() + HOUR)
    foreign = ask(make_queue("borealis", pool=make_pool("Elsewhere")))
    ines = make_agent("Ines", companies=["aurora"], available_at=NOON)
    assert told() == {str(mine.conversation)}, (later.pk, foreign.pk)
    assert len(news("place.changed")) == 1

    nils = make_agent("Nils", companies=["aurora"], available_at=at(1))
    leave(ines)
    assert len(news("place.changed")) == 1, "another one is there all the while"
    leave(nils, "break")
    assert len(news("place.changed")) == 2
    leave(nils, "offline", 20)
    assert len(news("place.changed")) == 2, "from break to offline nobody is the less there"
