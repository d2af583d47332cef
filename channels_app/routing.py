"""Addresses of sockets. Anything else is refused like a foreign one."""

from __future__ import annotations

from typing import Any

from channels_app.desk import DeskConsumer
from channels_app.floor import FloorConsumer
from channels_app.middleware import Application, Gated, OnCompanyHost, OnSharedHost, Scope, refuse
from channels_app.socket_lines import SocketLine
from channels_app.visitor_tokens import OnVisitorToken, WithToken
from channels_app.wall import WallConsumer
from channels_app.widget import WidgetConsumer

ANYBODY, STAFF = "SOCKETS_AN_ADDRESS", "STAFF_SOCKETS_AN_ADDRESS"  # who need not sign in, and who must

ADDRESSES: dict[str, Application] = {
    "/ws/desk/": OnSharedHost(Gated(DeskConsumer.as_asgi(), STAFF)),
    "/ws/floor/": OnSharedHost(Gated(FloorConsumer.as_asgi(), STAFF)),
    "/ws/wall/": OnSharedHost(Gated(WallConsumer.as_asgi(), ANYBODY)),
    "/ws/widget/": OnCompanyHost(WithToken(Gated(OnVisitorToken(WidgetConsumer.as_asgi()), ANYBODY))),
}


async def sockets(scope: Scope, receive: Any, send: Any) -> None:
    application = ADDRESSES.get(scope["path"])
    if application is None:
        await refuse(receive, send)
        return
    kind = scope["path"].strip("/").removeprefix("ws/")
    await SocketLine(kind, receive, send).run(application, scope)
