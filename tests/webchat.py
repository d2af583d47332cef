"""A company with a widget, and visitors: over HTTP as its page asks, over sockets as the product serves them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import jwt
from asgiref.testing import ApplicationCommunicator
from django.conf import settings
from django.test import Client

from channels_app.routing import sockets
from contactcenter.operation.routing.models import Pool, Queue
from tenants.models import Endpoint, Tenant

Frame = dict[str, Any]
SITE = "https://www.aurora.example"
SECRETS = {"aurora": "a-secret-of-aurora-of-32-bytes-or-more", "borealis": "a-secret-of-borealis-of-32-bytes-or-more"}


def give_widget(schema: str, **more: Any) -> Endpoint:
    """With a default queue and one more."""
    tenant = Tenant.objects.get(schema_name=schema)
    pool, _ = Pool.objects.get_or_create(name="Everybody")
    for key, names in {"help": {"en": "Help", "es": "Ayuda"}, "sales": {"en": "Sales", "es": "Ventas"}}.items():
        Queue.objects.get_or_create(
            tenant=tenant, key=key, defaults={"pool": pool, "name": key, "names": names, "is_default": key == "help"}
        )
    chosen = {"origins": [SITE], "identity_secret": SECRETS.get(schema, ""), **more}
    endpoint, _ = Endpoint.objects.update_or_create(
        tenant=tenant, channel="chat", address="widget", defaults={"settings": chosen, "is_active": True}
    )
    return endpoint


def host(schema: str) -> str:
    return f"{schema}.localhost:{settings.PORT}"


def origin(schema: str) -> str:
    return f"http://{host(schema)}"


def visitor_client(schema: str = "aurora", token: str = "", **headers: str) -> Client:
    more = {"Authorization": f"Bearer {token}"} if token else {}
    return Client(headers={"Host": host(schema), **more, **headers})


def form(**more: Any) -> dict[str, Any]:
    return {"id": str(uuid4()), "name": "Helen Marsh", "text": "Where is my booking?", "language": "en", **more}


def start(schema: str = "aurora", *, token: str = "", **more: Any) -> dict[str, Any]:
    """{token, conversation, deferred}"""
    answer = visitor_client(schema, token).post("/widget/start/", form(**more), content_type="application/json")
    assert answer.status_code == 201, answer.content
    return dict(answer.json())


def identity(schema: str = "aurora", **claims: Any) -> str:
    from contactcenter.lib.clock import now

    at = int(now().timestamp())
    known = {
        "sub": "AT-1",
        "name": "Helen Marsh",
        "email": "helen@example.com",
        "aud": schema,
        "iat": at,
        "exp": at + 300,
    }
    return jwt.encode({**known, **claims}, SECRETS[schema], algorithm="HS256")


class Widget:
    """A visitor's socket. What comes unasked stays in `told`."""

    def __init__(self, token: str, schema: str = "aurora", **more: str) -> None:
        given = {"host": host(schema), "origin": origin(schema), **more}
        headers = [(name.replace("_", "-").encode(), value.encode()) for name, value in given.items() if value]
        scope = {
            "type": "websocket",
            "path": "/ws/widget/",
            "headers": headers,
            "subprotocols": ["contactcenter.v1", f"token.{token}"],
        }
        # Not channels' own communicator: it keeps connections open, and a test's database could not be dropped.
        self.socket = ApplicationCommunicator(sockets, scope)
        self.told: list[Frame] = []
        self.heard = 0
        self.closed_with: int | None = None

    async def connect(self) -> bool:
        await self.socket.send_input({"type": "websocket.connect"})
        answer = await self.socket.receive_output(timeout=5)
        self.subprotocol = answer.get("subprotocol")
        return bool(answer["type"] == "websocket.accept")

    async def open(self, rev: int = 0, **more: Any) -> Frame:
        assert await self.connect()
        await self.send("hello", rev=rev, **more)
        return await self.next("welcome")

    async def send(self, t: str, **fields: Any) -> None:
        await self.raw(json.dumps({"v": 1, "t": t, **fields}))

    async def raw(self, text: str) -> None:
        await self.socket.send_input({"type": "websocket.receive", "text": text})

    async def ask(self, t: str, **fields: Any) -> Frame:
        key = fields.setdefault("id", str(uuid4()))
        await self.send(t, **fields)
        return await self.until(lambda frame: frame.get("id") == key)

    async def say(self, text: str, **fields: Any) -> Frame:
        return await self.ask("message.send", text=text, files=[], **fields)

    async def beat(self, rev: int, **more: Any) -> Frame:
        await self.send("heartbeat", rev=rev, **more)
        return await self.next("heartbeat")

    async def next(self, t: str) -> Frame:
        return await self.until(lambda frame: frame["t"] == t)

    async def until(self, true: Callable[[Frame], bool]) -> Frame:
        async with asyncio.timeout(5):
            while True:
                frame = await self.receive()
                assert frame is not None, f"closed with {self.closed_with} after {self.told}"
                if true(frame):
                    return frame
                self.told.append(frame)

    async def receive(self) -> Frame | None:
        output = await self.socket.receive_output(timeout=5)
        if output["type"] == "websocket.close":
            self.closed_with = output["code"]
            return None
        frame: Frame = json.loads(output["text"])
        self.heard += 1
        assert frame.pop("n") == self.heard, "frames are numbered, none is missing"
        return frame

    async def closed(self) -> int | None:
        while (frame := await self.receive()) is not None:
            self.told.append(frame)
        return self.closed_with

    async def leave(self) -> None:
        await self.socket.send_input({"type": "websocket.disconnect", "code": 1000})
        await self.socket.wait(timeout=5)


def texts(messages: list[Frame]) -> list[str]:
    return [message["text"] for message in messages if message["author"] != "system"]
