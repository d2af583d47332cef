from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connections

from tests.access.furnish import furnish
from tests.access.house import House
from tests.access.walk import Outcome
from tests.access.witness import Witness
from tests.conftest import WORKER, admin, clone, drop, on_a_clone, use_database


@pytest.fixture(scope="session")
def furnished_database(
    template_database: str, django_db_setup: None, django_db_blocker: Any
) -> Iterator[tuple[str, House]]:
    """Once for each worker."""
    name = f"cc_furnished_{WORKER}"
    clone(template_database, name)
    with django_db_blocker.unblock():
        use_database(name)
        house = furnish()
        use_database(f"cc_test_{WORKER}")
    yield name, house
    with admin() as connection:
        drop(connection, name)


@pytest.fixture
def house(furnished_database: tuple[str, House], django_db_blocker: Any, settings: Any) -> Iterator[House]:
    """To look at; what is changed must be taken back."""
    settings.METRICS_ALLOWED = []  # whoever walks comes from an address of this machine
    name, house = furnished_database
    with django_db_blocker.unblock():
        use_database(name)
        yield house
        connections["default"].close()
        use_database(f"cc_test_{WORKER}")


@pytest.fixture
def living_house(furnished_database: tuple[str, House], django_db_blocker: Any) -> Iterator[House]:
    """To use: a copy."""
    name, house = furnished_database
    with django_db_blocker.unblock(), on_a_clone(name):
        yield house


@pytest.fixture
def witness(house: House) -> Iterator[Witness]:
    found = Witness()
    with found.listening():
        yield found


@pytest.fixture
def judge(request: pytest.FixtureRequest) -> Callable[[Outcome], None]:
    """Says how often was tried, in the report, and what was wrong."""

    def say(outcome: Outcome) -> None:
        request.node.user_properties += [("tried", outcome.tried), ("wrong", len(outcome.wrong))]
        assert outcome.tried
        assert not outcome.wrong, "\n".join(outcome.wrong)

    return say
