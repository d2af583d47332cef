"""One socket that comes back: it repeats what was not answered and sends heartbeats."""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidMessage, InvalidStatus

Frame = dict[str, Any]
REQUESTS_A_SECOND = 15  # no faster than the server reads: a flood would be cut, come back and be cut again
ANSWERS = ("ok", "error", "conversation.snapshot")  # what was asked for may come under its own name
AWAY = (OSError, ConnectionClosed, InvalidStatus, InvalidMessage, TimeoutError, EOFError)


class Line:
    """A subclass says by `dial` where to, and what a frame does to it by `take_in`. `source` is the loopback address it
    calls from: limits count by address.
    """

    heartbeat_seconds = 2.0

    def __init__(self, *, port: int, source: str = "") -> None:
        self.port, self.source = port, source
        self.unanswered: dict[str, tuple[Frame, asyncio.Future[Frame]]] = {}
        self.socket: ClientConnection | None = None
        self.closed_with: int | None = None
        self.changed = asyncio.Condition()
        self.background: set[asyncio.Task[Any]] = set()
        self._life: asyncio.Task[None] | None = None
        self._turn = asyncio.Lock()

    async def dial(self) -> ClientConnection:
        raise NotImplementedError

    def hello(self) -> Frame:
        raise NotImplementedError

    def heartbeat(self) -> Frame:
        raise NotImplementedError

    async def take_in(self, frame: Frame) -> None:
        raise NotImplementedError

    async def connect(self, host: str, path: str, **options: Any) -> ClientConnection:
        """To 127.0.0.1, whatever the name resolves to."""
        if self.source:
            options["local_addr"] = (self.source, 0)
        return await connect(
            f"ws://{host}:{self.port}{path}",
            host="127.0.0.1",
            port=self.port,
            origin=f"http://{host}:{self.port}",  # type: ignore[arg-type]
            proxy=None,
            open_timeout=10,
            **options,
        )

    async def start(self) -> None:
        self._life = asyncio.create_task(self._live())

    async def stop(self) -> None:
        for task in list(self.background):
            task.cancel()
        if self._life:
            self._life.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._life

    def cut(self) -> None:
        """The line is dead without a farewell, and nobody dials anew until the next `start`."""
        if self._life is not None:
            self._life.cancel()
        if self.socket is not None:
            self.socket.transport.abort()

    async def ask(self, t: str, *, seconds: float = 30, **fields: Any) -> Frame:
        """Sends a request until it is answered; gives the answering frame."""
        frame = {"v": 1, "t": t, "id": str(uuid4()), **fields}
        answer: asyncio.Future[Frame] = asyncio.get_running_loop().create_future()
        self.unanswered[frame["id"]] = (frame, answer)
        await self.send(frame)
        return await asyncio.wait_for(answer, seconds)

    async def send(self, frame: Frame) -> None:
        """Now or, without a line, not at all."""
        async with self._turn:
            if self.socket is not None:
                with contextlib.suppress(ConnectionClosed):
                    await self.socket.send(json.dumps(frame))
            await asyncio.sleep(1 / REQUESTS_A_SECOND)

    def later(self, what: Awaitable[Any]) -> None:
        """Does it beside the reading of frames, and keeps hold of it so that it is not collected half-way."""

        async def quietly() -> None:
            with contextlib.suppress(TimeoutError):
                await what

        task = asyncio.ensure_future(quietly())
        self.background.add(task)
        task.add_done_callback(self.background.discard)

    async def until(self, true: Callable[[], bool], *, seconds: float = 20, what: str = "") -> None:
        """Asked anew after each frame. Raises TimeoutError."""

        async def wait() -> None:
            async with self.changed:
                await self.changed.wait_for(true)

        try:
            await asyncio.wait_for(wait(), seconds)
        except TimeoutError:
            raise TimeoutError(f"waited {seconds} s in vain: {what}") from None

    async def _live(self) -> None:
        while True:
            try:
                async with await self.dial() as socket:
                    self.socket = socket
                    await socket.send(json.dumps(self.hello()))
                    beside = [asyncio.create_task(work(socket)) for work in (self._beat, self._repeat)]
                    try:
                        async for text in socket:
                            await self._read(json.loads(text))
                    finally:
                        for task in beside:
                            task.cancel()
            except AWAY:
                pass
            finally:
                if self.socket is not None:
                    self.closed_with = self.socket.close_code
                self.socket = None
            await asyncio.sleep(random.uniform(0.1, 0.6))  # noqa: S311  clients come back one by one

    async def _beat(self, socket: ClientConnection) -> None:
        while True:
            await asyncio.sleep(self.heartbeat_seconds)
            with contextlib.suppress(ConnectionClosed):
                await socket.send(json.dumps(self.heartbeat()))

    async def _repeat(self, socket: ClientConnection) -> None:
        for frame, _ in list(self.unanswered.values()):
            if frame["id"] in self.unanswered and self.socket is socket:
                await self.send(frame)

    async def _read(self, frame: Frame) -> None:
        waiting = self.unanswered.get(frame.get("id", ""))
        if frame["t"] == "busy" and waiting:
            asyncio.get_running_loop().call_later(frame.get("retry_after", 1), self._once_more, frame["id"])
        elif frame["t"] in ANSWERS and waiting:
            del self.unanswered[frame["id"]]
            if not waiting[1].done():
                waiting[1].set_result(frame)
        async with self.changed:
            await self.take_in(frame)
            self.changed.notify_all()

    def _once_more(self, key: str) -> None:
        if key in self.unanswered and self.socket is not None:
            self.later(self.send(self.unanswered[key][0]))
