"""The socket of a screen on the wall: docs/protocol.md, section 1, "Wall". It only listens."""

from __future__ import annotations

import asyncio
from typing import Any

from channels_app.boards import Board, Right, board
from channels_app.close_codes import Close
from channels_app.frames import RETRY_SECONDS, CloseSocket, Frame, FrameConsumer, Refused, hears, number_of
from channels_app.lanes import VISITORS
from contactcenter.faces.floor.walls import wall_of
from contactcenter.lib import clock
from contactcenter.operation.wallboards.services import wallboard_of
from tenants.door import in_shared

PROTOCOL = "contactcenter.v1"
TOKEN_PREFIX = "token."  # noqa: S105
PATIENCE = 5.0


class WallConsumer(FrameConsumer):
    """Accepted before its token is read, so that a screen that was switched off is told so and stays dark."""

    subprotocol = PROTOCOL
    lane = VISITORS

    def __init__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        super().__init__(scope, receive, send)
        self.board = board()
        self.right: Right | None = None
        self.schema: str | None = None
        self.shown: object = None
        self.revision = 0

    async def ended(self) -> None:
        self.board.leave(self)

    async def see(self, board: Board) -> None:
        if board.reading is None:
            return
        wall = wall_of(board.reading, self.schema)
        if wall != self.shown:
            self.shown = wall
            self.revision += 1
            await self.send_frame("wall.changed", rev=self.revision, now=clock.now().isoformat(), **wall)

    def sent_up_to(self) -> int:
        return self.revision

    async def lose_right(self) -> None:
        self.right = None
        await self.close(Close.REVOKED)

    @hears("hello")
    async def hello(self, frame: Frame) -> None:
        await self._enter()
        self.board.join(self)
        try:
            async with asyncio.timeout(PATIENCE):
                reading = await self.board.ready()
        except TimeoutError:
            await self.send_frame("busy", retry_after=RETRY_SECONDS)
            return
        self.shown = wall = wall_of(reading, self.schema)
        self.revision += 1
        await self.send_frame("snapshot", rev=self.revision, now=clock.now().isoformat(), **wall)

    @hears("heartbeat")
    async def heartbeat(self, frame: Frame) -> None:
        if self.right is None:
            raise Refused("hello_first")
        self.unread.acknowledge(number_of(frame, "rev", default=0), highest=self.revision)
        await self.send_frame("heartbeat", now=clock.now().isoformat(), rev=self.revision)

    async def _enter(self) -> None:
        """Raises CloseSocket."""
        tokens = [each for each in self.scope["subprotocols"] if each.startswith(TOKEN_PREFIX)]
        found = await in_shared(found_by, tokens[0].removeprefix(TOKEN_PREFIX)) if len(tokens) == 1 else None
        if found is None:
            raise CloseSocket(Close.REVOKED)
        self.right, self.schema = found


def found_by(token: str) -> tuple[int, str | None] | None:
    wallboard = wallboard_of(token, now=clock.now())
    if wallboard is None:
        return None
    return wallboard.pk, wallboard.tenant.schema_name if wallboard.tenant else None
