"""A Django site of one file, on daphne with the stock channel layer: a view that only inserts and notifies, and a
consumer that only passes on. `daphne bench.peers.site:application` with PEER_URL and REDIS_URL.
"""

from __future__ import annotations

import json
import os
from typing import Any
from urllib.parse import parse_qs, urlsplit

import django
from asgiref.sync import async_to_sync
from django.conf import settings

AT = urlsplit(os.environ["PEER_URL"])
settings.configure(
    SECRET_KEY="bench",  # noqa: S106
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    MIDDLEWARE=[],
    INSTALLED_APPS=["channels"],
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": AT.path.lstrip("/"),
            "USER": AT.username,
            "HOST": parse_qs(AT.query)["host"][0],
            "OPTIONS": {"pool": {"min_size": 2, "max_size": 8}},
        }
    },
    CHANNEL_LAYERS={
        "default": {
            "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
            "CONFIG": {"hosts": [os.environ["REDIS_URL"]], "prefix": "bench-peer"},
        }
    },
)
django.setup()

from channels.generic.websocket import AsyncWebsocketConsumer  # noqa: E402
from channels.layers import get_channel_layer  # noqa: E402
from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402
from django.core.asgi import get_asgi_application  # noqa: E402
from django.db import connection  # noqa: E402
from django.http import HttpRequest, HttpResponse  # noqa: E402
from django.urls import path  # noqa: E402


def ingest(request: HttpRequest) -> HttpResponse:
    body = json.loads(request.body)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO bare_message (chat, text) VALUES (%s, %s) RETURNING id", [body["chat"], body["text"]]
        )
        cursor.execute("SELECT pg_notify('bare', %s)", [str(cursor.fetchone()[0])])
    return HttpResponse("ok")


def push(request: HttpRequest) -> HttpResponse:
    group = f"group{request.GET['group']}"
    async_to_sync(get_channel_layer().group_send)(group, {"type": "news", "text": request.body.decode()})
    return HttpResponse("ok")


class Passing(AsyncWebsocketConsumer):
    async def connect(self) -> None:
        self.groups.append(f"group{parse_qs(self.scope['query_string'].decode())['group'][0]}")
        await self.channel_layer.group_add(self.groups[0], self.channel_name)
        await self.accept()

    async def news(self, message: dict[str, Any]) -> None:
        await self.send(text_data=message["text"])


urlpatterns = [path("ingest", ingest), path("push", push)]
application = ProtocolTypeRouter(
    {"http": get_asgi_application(), "websocket": URLRouter([path("ws", Passing.as_asgi())])}
)
