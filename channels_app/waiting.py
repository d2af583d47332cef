"""Places in the queue, told to all visitors of this process who wait: read at most twice a second, in one hop a
company, however often a queue moves.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from typing import Protocol
from uuid import UUID

from channels_app.frames import DATABASE_AWAY
from channels_app.middleware import Company
from channels_app.rounds import Rounds
from contactcenter.operation.routing.places import Place, places
from tenants.door import in_shared

AT_MOST_EVERY = 0.5  # seconds

log = logging.getLogger(__name__)


class Waiting(Protocol):
    """As much of a visitor's socket as is needed."""

    talk: UUID | None

    async def show_place(self, place: Place | None) -> None: ...


_asking: defaultdict[Company, set[Waiting]] = defaultdict(set)


def ask(company: Company, socket: Waiting) -> None:
    """Its place may have changed. Call from the event loop."""
    _asking[company].add(socket)
    _rounds.begin()


def forget(company: Company, socket: Waiting) -> None:
    _asking[company].discard(socket)


async def tell_now() -> None:
    for company in list(_asking):
        sockets = _asking.pop(company)
        talks = {socket.talk for socket in sockets if socket.talk is not None}
        try:
            found = await in_shared(places, tenant_id=company.id, conversations=talks)
        except DATABASE_AWAY as error:
            log.warning("database away: places in %s are told later (%s)", company.schema, type(error).__name__)
            _asking[company] |= sockets
            continue
        for socket in sockets:
            await socket.show_place(found.get(socket.talk) if socket.talk is not None else None)


_rounds = Rounds(tell_now, every=AT_MOST_EVERY, needed=lambda: any(_asking.values()))
