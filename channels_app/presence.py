"""Which visitors are still there: heartbeats of one web process, told to PostgreSQL together, one update a company.

Nobody waits for a disconnect: a visitor whose heartbeats stop is simply not named any more.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from uuid import UUID

from channels_app.frames import DATABASE_AWAY
from contactcenter.lib import clock
from contactcenter.records.conversations.services import see_customers
from tenants.door import in_tenant

TELL_EVERY = 10.0  # seconds

log = logging.getLogger(__name__)
_seen: defaultdict[str, set[UUID]] = defaultdict(set)
_teller: asyncio.Task[None] | None = None


def seen(schema: str, conversation: UUID) -> None:
    """Call on each heartbeat, from the event loop."""
    global _teller  # noqa: PLW0603  one task a process, begun by its first heartbeat
    _seen[schema].add(conversation)
    if _teller is None or _teller.done() or _teller.get_loop() is not asyncio.get_running_loop():
        _teller = asyncio.create_task(_tell())


async def _tell() -> None:
    """Ends by itself when no widget is open."""
    while _seen:
        await asyncio.sleep(TELL_EVERY)
        await tell_now()


async def tell_now() -> None:
    for schema in list(_seen):
        conversations = _seen.pop(schema)
        try:
            await in_tenant(schema, see_customers, conversations=conversations, now=clock.now())
        except DATABASE_AWAY as error:
            log.warning("database away: visitors of %s are told of later (%s)", schema, type(error).__name__)
            _seen[schema] |= conversations
