"""How late the loop of this process is, which serves everybody in it. While it is late, newcomers are turned away at
the threshold, so that those inside go on; they come back by themselves a moment later.
"""

from __future__ import annotations

import asyncio

LOOK_EVERY = 0.05  # seconds
KEPT = 0.8  # of what was seen at the look before: it is forgotten in half a second
TOO_LATE = 0.25  # seconds
TOO_LATE_FOR_STAFF = 1.0  # who works here is turned away last
STAFF = {b"/ws/desk/", b"/ws/floor/"}


class Lateness:
    def __init__(self) -> None:
        self.seconds = 0.0
        self._task: asyncio.Task[None] | None = None

    def begin(self) -> None:
        """In the event loop of the web process."""
        self._task = asyncio.create_task(self._watch())

    def turns_away(self, path: bytes) -> bool:
        return self.seconds > (TOO_LATE_FOR_STAFF if path in STAFF else TOO_LATE)

    async def _watch(self) -> None:
        clock = asyncio.get_running_loop().time
        while True:
            due = clock() + LOOK_EVERY
            await asyncio.sleep(LOOK_EVERY)
            self.seconds = max(clock() - due, self.seconds * KEPT)


lateness = Lateness()
