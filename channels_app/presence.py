"""Which visitors are still there: heartbeats of one web process, told to PostgreSQL together, one update a company.

Nobody waits for a disconnect: a visitor whose heartbeats stop is simply not named any more.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from uuid import UUID

from channels_app.frames import DATABASE_AWAY
from channels_app.rounds import Rounds
from contactcenter.lib import clock
from contactcenter.records.conversations.services import see_customers
from tenants.door import in_tenant

TOLD_EVERY = 10.0  # seconds

log = logging.getLogger(__name__)
_seen: defaultdict[str, set[UUID]] = defaultdict(set)


def seen(schema: str, conversation: UUID) -> None:
    """Call on each heartbeat, from the event loop."""
    _seen[schema].add(conversation)
    _rounds.begin()


async def tell_now() -> None:
    for schema in list(_seen):
        conversations = _seen.pop(schema)
        try:
            await in_tenant(schema, see_customers, conversations=conversations, now=clock.now())
        except DATABASE_AWAY as error:
            log.warning("database away: visitors of %s are told of later (%s)", schema, type(error).__name__)
            _seen[schema] |= conversations


_rounds = Rounds(tell_now, every=TOLD_EVERY, needed=lambda: _seen)
