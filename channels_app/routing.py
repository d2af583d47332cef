"""Addresses of sockets. Anything else is refused like a foreign one."""

from __future__ import annotations

from typing import Any

from channels_app.desk import DeskConsumer
from channels_app.floor import FloorConsumer
from channels_app.middleware import Application, OnCompanyHost, OnSharedHost, Scope, refuse
from channels_app.wall import WallConsumer
from channels_app.widget import OnVisitorToken, WidgetConsumer

ADDRESSES: dict[str, Application] = {
    "/ws/desk/": OnSharedHost(DeskConsumer.as_asgi()),
    "/ws/floor/": OnSharedHost(FloorConsumer.as_asgi()),
    "/ws/wall/": OnSharedHost(WallConsumer.as_asgi()),
    "/ws/widget/": OnCompanyHost(OnVisitorToken(WidgetConsumer.as_asgi())),
}


async def sockets(scope: Scope, receive: Any, send: Any) -> None:
    application = ADDRESSES.get(scope["path"])
    if application is None:
        await refuse(receive, send)
        return
    await application(scope, receive, send)
