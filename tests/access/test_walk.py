"""Promise P10: nobody reaches another company, by any door of the policy table."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from contactcenter.access.admin import ADMIN_ACTIONS
from contactcenter.access.routes import PREFIXES, ROUTES
from contactcenter.access.who import Place
from tests.access.areas import AREAS, PREFIXED, doors_at
from tests.access.askers import HOSTS, askers
from tests.access.house import House
from tests.access.walk import Outcome, Walk
from tests.access.witness import Witness
from tests.signed_in import signed_in

OTHER_KIND = {Place.SHARED: Place.COMPANY, Place.COMPANY: Place.SHARED}


@pytest.mark.parametrize("area", AREAS)
def test_every_door_as_everybody(area: str, house: House, witness: Witness, judge: Callable[[Outcome], None]) -> None:
    place, doors = AREAS[area]
    outcome = Walk(place, askers(house, place), witness).through(doors)
    judge(outcome)
    assert outcome.tried >= 9 * 2 * sum(not door.again for door in doors), "nine roles, by two methods at least"


@pytest.mark.parametrize("place", Place)
def test_no_door_of_the_table_is_forgotten(place: Place) -> None:
    """By the walk: by who hung it, test_table.py sees to."""
    doors = [door for door in doors_at(place) if door not in PREFIXED]
    assert {door.route for door in doors} == set(ROUTES[place])
    actions = {door.called for door in doors if "action" in door.sends()}
    assert actions == (set(ADMIN_ACTIONS) if place is Place.SHARED else set())
    assert {prefix for prefix in PREFIXES for door in PREFIXED if door.route.startswith(prefix)} == set(PREFIXES)


@pytest.mark.parametrize("place", Place)
def test_no_door_of_one_kind_of_host_is_on_the_other(place: Place, house: House, witness: Witness) -> None:
    """Not even for an admin with a session that says it was made there."""
    walk, there = Walk(place, askers(house, place), witness), OTHER_KIND[place]
    admin = signed_in(house.people["admin"], host=HOSTS[there])
    for door in doors_at(place):
        if door.route not in ROUTES[there] and door not in PREFIXED:
            own = next(walk.cases(door, walk.askers["manager"], "GET", "in"))
            assert admin.get(walk.address(own)).status_code == 404, door.name
