"""The supervisor's socket: docs/protocol.md, section 1, "Floor". What it shows is read by `boards`."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar

from django.utils import translation

from channels_app import floor_requests as requests
from channels_app import staff
from channels_app.boards import Board, Right, board
from channels_app.frames import RETRY_SECONDS, Frame, FrameConsumer, Refused, answers, hears, number_of
from channels_app.lanes import COMING
from contactcenter.lib import clock, groups
from contactcenter.operation.accounts.models import User
from contactcenter.operation.accounts.sessions import Visit
from tenants.door import SHARED_SCHEMA, in_shared

R = TypeVar("R")

PATIENCE = 5.0  # seconds for the first reading


class FloorConsumer(FrameConsumer):
    """`revision` is the board's as it was sent here."""

    def __init__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        super().__init__(scope, receive, send)
        self.board = board()
        self.visit: Visit | None = None
        self.right: Right | None = None  # from the snapshot on
        self.revision = 0

    async def opened(self) -> None:
        await self._as_supervisor(lambda user: None)

    async def ended(self) -> None:
        self.board.leave(self)

    # Told by the board ------------------------------------------------------------------------------------------------

    async def see(self, board: Board) -> None:
        if board.revision == self.revision + 1:
            self.revision = board.revision
            await self.send_text(board.news)
        elif board.revision != self.revision:
            await self._send_snapshot()

    def sent_up_to(self) -> int:
        return self.revision

    async def lose_right(self) -> None:
        self.right = None
        if self.visit is not None:
            await self.close(await in_shared(staff.why_over, self.visit))

    async def news(self, message: Frame) -> None:
        """`rights.changed`: the check is all of it."""
        await self._as_supervisor(lambda user: None)

    # Asked by the supervisor ------------------------------------------------------------------------------------------

    @hears("hello")
    async def hello(self, frame: Frame) -> None:
        await self._as_supervisor(lambda user: None)
        self.board.join(self)
        try:
            async with asyncio.timeout(PATIENCE):
                await self.board.ready()
        except TimeoutError:
            await self.send_frame("busy", retry_after=RETRY_SECONDS)
            return
        self.right = self.visit
        await self._send_snapshot()

    @hears("heartbeat")
    async def heartbeat(self, frame: Frame) -> None:
        await self._as_supervisor(lambda user: None)
        if self.right is None:
            raise Refused("hello_first")
        self.unread.acknowledge(number_of(frame, "rev", default=0), highest=self.revision)
        await self.send_frame("heartbeat", now=clock.now().isoformat(), rev=self.revision)

    @answers("item.move")
    async def move_item(self, frame: Frame) -> Frame:
        return await self._ask(requests.move_item, frame)

    @answers("item.reassign")
    async def reassign_item(self, frame: Frame) -> Frame:
        return await self._ask(requests.reassign_item, frame)

    @answers("item.reprioritise")
    async def reprioritise_item(self, frame: Frame) -> Frame:
        return await self._ask(requests.reprioritise_item, frame)

    @answers("item.story")
    async def tell_story(self, frame: Frame) -> Frame:
        return await self._ask(requests.tell_story, frame)

    @answers("agent.force")
    async def force_presence(self, frame: Frame) -> Frame:
        return await self._ask(requests.force_presence, frame)

    @answers("agent.day")
    async def tell_day(self, frame: Frame) -> Frame:
        return await self._ask(requests.tell_day, frame)

    # In one hop with the check ----------------------------------------------------------------------------------------

    async def _ask(self, request: requests.Request, frame: Frame) -> Frame:
        now = clock.now()
        with requests.refusals():
            return await self._as_supervisor(lambda user: request(user, frame, now))

    async def _as_supervisor(self, work: Callable[[User], R]) -> R:
        """Raises CloseSocket."""
        visit = self.visit or await self._enter()
        return await in_shared(lambda: work(staff.entitled(visit, self.scope["path"])))

    async def _enter(self) -> Visit:
        with COMING(SHARED_SCHEMA):
            visit, user = await in_shared(staff.enter, self.scope)
        self.visit = visit
        translation.activate(user.language)
        await self.join(groups.user(user.pk))
        return visit

    async def _send_snapshot(self) -> None:
        self.revision = self.board.revision
        await self.send_text(self.board.snapshot())
        await self.send_frame("heartbeat", now=clock.now().isoformat(), rev=self.revision)
