"""The walk sees what it is there to see: each permission of broken.py makes it fail, at that very door."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from contactcenter.access.who import Place
from tenants.door import in_shared
from tests.access import broken
from tests.access.areas import doors_at
from tests.access.askers import askers
from tests.access.house import House
from tests.access.lines import walk_along
from tests.access.task_walk import walk_tasks
from tests.access.walk import Walk
from tests.access.witness import Witness


@pytest.mark.parametrize("breaks", broken.PAGES, ids=lambda breaks: breaks.__name__)
def test_a_broken_page_makes_the_walk_fail_there(
    breaks: Callable[[pytest.MonkeyPatch], None], house: House, witness: Witness, monkeypatch: pytest.MonkeyPatch
) -> None:
    place, names = broken.PAGES[breaks]
    doors = [door for door in doors_at(place) if door.name in names]
    assert {door.name for door in doors} == names
    breaks(monkeypatch)
    outcome = Walk(place, askers(house, place), witness).through(doors)
    assert {name for name in names for wrong in outcome.wrong if wrong.startswith(f"{name}: ")} == names


async def test_a_broken_socket_makes_it_fail_there(living_house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    broken.floor_open_to_agents(monkeypatch)
    who = await in_shared(lambda: {asker.name: asker for asker in askers(living_house, Place.SHARED)})
    outcome = await walk_along(Place.SHARED, "/ws/floor/", who)
    assert "/ws/floor/: agent: in, not no" in outcome.wrong


def test_a_broken_task_makes_it_fail_there(living_house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    broken.task_of_a_company_without_one(monkeypatch)
    outcome = walk_tasks(["webhooks.sweep"], monkeypatch)
    assert "webhooks.sweep: with none it stood in ['public'], not in None" in outcome.wrong
