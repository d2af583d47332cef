"""All doors, by where they are."""

from __future__ import annotations

from collections.abc import Sequence

from contactcenter.access.who import Place
from tests.access.admin_doors import HOUSE, admin_sites
from tests.access.company_doors import API, PORTAL, WIDGET
from tests.access.doors import Door
from tests.access.entrance_doors import entrance
from tests.access.staff_doors import DESK, FLOOR

# Answered before any route is looked up.
PREFIXED = [
    Door("/static/css/app.css", "for-anybody"),
    Door("/livez", "for-anybody"),
    Door("/readyz", "for-anybody"),
    Door("/metrics", "scraper"),
]
STAFF_ENTRANCE = entrance(letter="staff letter's key", uid="staff reset uid", key="staff reset key")
COMPANY_ENTRANCE = entrance(letter="letter's key", uid="reset uid", key="reset key")
AREAS: dict[str, tuple[Place, Sequence[Door]]] = {
    "staff's entrance": (Place.SHARED, [*PREFIXED, *STAFF_ENTRANCE]),
    "desk": (Place.SHARED, DESK),
    "floor": (Place.SHARED, FLOOR),
    "admin": (Place.SHARED, [*HOUSE, *admin_sites()]),
    "company's entrance": (Place.COMPANY, [*PREFIXED, *COMPANY_ENTRANCE]),
    "portal": (Place.COMPANY, PORTAL),
    "widget": (Place.COMPANY, WIDGET),
    "API": (Place.COMPANY, API),
}


def doors_at(place: Place) -> list[Door]:
    return [door for at, doors in AREAS.values() if at is place for door in doors]
