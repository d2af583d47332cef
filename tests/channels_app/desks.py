"""A desk's socket without a browser: the product's own ASGI application, spoken to in frames."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from http.cookies import SimpleCookie
from typing import Any
from uuid import uuid4

from asgiref.testing import ApplicationCommunicator
from channels.layers import get_channel_layer
from django.conf import settings

from channels_app.routing import sockets
from contactcenter.operation.accounts.models import User
from contactcenter.operation.outbox.models import Event
from tenants.door import in_shared
from tests.signed_in import signed_in

Frame = dict[str, Any]
ADDRESS = f"localhost:{settings.PORT}"


def session_of(user: User) -> str:
    return signed_in(user).cookies[settings.SESSION_COOKIE_NAME].value


class Desk:
    """Keeps what comes unasked in `told`."""

    path = "/ws/desk/"
    subprotocols: tuple[str, ...] = ()

    def __init__(self, session: str, *, origin: str = f"http://{ADDRESS}") -> None:
        cookie: SimpleCookie = SimpleCookie({settings.SESSION_COOKIE_NAME: session})
        headers = [
            (b"host", ADDRESS.encode()),
            (b"origin", origin.encode()),
            (b"cookie", cookie.output(header="", sep=";").strip().encode()),
        ]
        self.dial({"path": self.path, "headers": headers, "subprotocols": list(self.subprotocols)})

    def dial(self, scope: dict[str, Any]) -> None:
        # Not channels' own communicator: it keeps connections open, and a test's database could not be dropped.
        self.socket = ApplicationCommunicator(sockets, {"type": "websocket", **scope})
        self.told: list[Frame] = []
        self.heard = 0
        self.closed_with: int | None = None

    async def connect(self) -> bool:
        await self.socket.send_input({"type": "websocket.connect"})
        return bool((await self.socket.receive_output(timeout=5))["type"] == "websocket.accept")

    async def open(self) -> Frame:
        """Connected, with its first snapshot."""
        assert await self.connect()
        await self.send("hello")
        return await self.next("snapshot")

    async def send(self, t: str, **fields: Any) -> None:
        await self.send_raw(json.dumps({"v": 1, "t": t, **fields}))

    async def send_raw(self, text: str) -> None:
        await self.socket.send_input({"type": "websocket.receive", "text": text})

    async def ask(self, t: str, **fields: Any) -> Frame:
        """The answer, of whichever name."""
        key = fields.setdefault("id", str(uuid4()))
        await self.send(t, **fields)
        return await self.until(lambda frame: frame.get("id") == key)

    async def next(self, t: str, *, seconds: float = 5) -> Frame:
        return await self.until(lambda frame: frame["t"] == t, seconds=seconds)

    async def until(self, true: Callable[[Frame], bool], *, seconds: float = 5) -> Frame:
        """The next frame of which it is true; what came before it stays in `told`."""
        async with asyncio.timeout(seconds):
            while True:
                frame = await self.receive(seconds)
                assert frame is not None, f"closed with {self.closed_with} after {self.told}"
                if true(frame):
                    return frame
                self.told.append(frame)

    async def receive(self, seconds: float = 5) -> Frame | None:
        """None when the server closed."""
        output = await self.socket.receive_output(timeout=seconds)
        if output["type"] == "websocket.close":
            self.closed_with = output["code"]
            return None
        frame: Frame = json.loads(output["text"])
        self.heard += 1
        assert frame.pop("n") == self.heard, "frames are numbered, none is missing"
        return frame

    async def closed(self, *, seconds: float = 5) -> int | None:
        while await self.receive(seconds) is not None:
            pass
        return self.closed_with

    async def leave(self) -> None:
        await self.socket.send_input({"type": "websocket.disconnect", "code": 1000})
        await self.socket.wait(timeout=5)


async def relay() -> None:
    """What the transactions so far want to be told, told."""
    layer = get_channel_layer()
    for event in await in_shared(take_events):
        await layer.group_send(
            event.group,
            {
                "type": "news",
                "name": event.name,
                "schema": event.schema,
                "object_id": event.object_id,
                "revision": event.revision,
            },
        )


def take_events() -> list[Event]:
    events = list(Event.objects.filter(kind=Event.Kind.PUSH).order_by("pk"))
    Event.objects.all().delete()
    return events
