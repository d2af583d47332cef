"""Who may open each socket, and on which kind of host."""

from __future__ import annotations

from collections.abc import Mapping

from contactcenter.access.rule import Verdict, asker, decide, place_of
from contactcenter.access.who import DESK, FLOOR, SCREENS, VISITORS, Place, Who
from contactcenter.operation.accounts.models import User
from tenants.models import Tenant

SOCKETS: Mapping[str, tuple[Place, frozenset[Who]]] = {
    "/ws/desk/": (Place.SHARED, DESK),
    "/ws/floor/": (Place.SHARED, FLOOR),
    "/ws/wall/": (Place.SHARED, SCREENS),
    "/ws/widget/": (Place.COMPANY, VISITORS),
}


def may_open_socket(path: str, *, user: User | None, tenant: Tenant) -> Verdict:
    """In the shared schema. An unknown path, and a known one on the wrong kind of host, is forbidden."""
    place, allowed = SOCKETS.get(path, (None, frozenset[Who]()))
    if place is not place_of(tenant):
        return Verdict.FORBIDDEN
    return decide(allowed, asker(user, tenant))
