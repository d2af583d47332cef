"""Who comes to the demo, and when."""

from __future__ import annotations

import ipaddress
from collections import Counter
from itertools import islice, pairwise

from hypothesis import given
from hypothesis import strategies as st

from contactcenter.demo.companies import COMPANIES
from contactcenter.demo.simulate.plan import SERVED_BY_ROBOTS, Arrival, Plan, arrivals
from contactcenter.demo.simulate.stories import ANSWERS, NAMES, STORIES

MANY = 3000


def first(number: int, plan: Plan) -> list[Arrival]:
    return list(islice(arrivals(plan), number))


@given(st.integers(), st.floats(0.1, 600))
def test_the_same_seed_brings_the_same_people_at_the_same_times(seed: int, rate: float) -> None:
    plan = Plan(seed=seed, rate=rate)
    people = first(20, plan)
    assert people == first(20, plan)
    assert all(earlier.at <= later.at for earlier, later in pairwise(people))
    for arrival in people:
        assert ipaddress.ip_address(arrival.source).is_loopback
        assert arrival.patience >= 15
        assert arrival.story.lines[arrival.language]


def test_as_many_come_as_were_asked_for() -> None:
    """Of a Poisson process the mean gap's standard error over 3000 is 1.8 %: 8 % is more than four of them."""
    people = first(MANY, Plan(seed=7, rate=12, for_people=0.25, languages={"en": 1, "es": 3}))
    assert abs(people[-1].at / MANY - 5.0) < 0.4
    spoken = Counter(arrival.language for arrival in people)
    assert abs(spoken["es"] / MANY - 0.75) < 0.04
    to_people = sum(arrival.story.company != SERVED_BY_ROBOTS for arrival in people)
    assert abs(to_people / MANY - 0.25) < 0.04


def test_nobody_comes_to_people_unless_asked() -> None:
    assert {arrival.story.company for arrival in first(200, Plan(for_people=0))} == {SERVED_BY_ROBOTS}


def test_every_story_is_told_in_every_language_and_at_a_company_of_the_demo() -> None:
    schemas = {company.schema for company in COMPANIES}
    for story in STORIES:
        assert story.company in schemas
        assert set(story.lines) == set(NAMES) == set(ANSWERS)
        assert len({len(lines) for lines in story.lines.values()}) == 1
