"""`manage.py relay` as it runs, through kills of itself and of Redis, and cuts from PostgreSQL."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from channels_redis.pubsub import RedisPubSubChannelLayer
from django.db import connection

from contactcenter.operation.outbox import services
from contactcenter.operation.outbox.models import Event
from contactcenter.run.redis_server import binary
from tenants.door import in_shared

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[3]
PREFIX = "test-relay"


class Redis:
    """A server of the test's own, to be killed."""

    def __init__(self, folder: Path) -> None:
        self.socket = folder / "redis.sock"
        self.url = f"unix://{self.socket}?db=0"
        self.start()

    def start(self) -> None:
        self.process = subprocess.Popen(
            [str(binary()), "--port", "0", "--unixsocket", str(self.socket), "--save", "", "--loglevel", "warning"],
            cwd=self.socket.parent,
            stdout=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + 10
        while not self.socket.exists():
            assert time.monotonic() < deadline
            time.sleep(0.01)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(10)
        self.socket.unlink(missing_ok=True)


@pytest.fixture
def redis() -> Iterator[Redis]:
    with tempfile.TemporaryDirectory(prefix="cc-relay-") as folder:
        server = Redis(Path(folder))
        yield server
        server.kill()


class Relay:
    def __init__(self, database_url: str, redis: Redis, log: Path) -> None:
        self.log = log
        broker = f"redis+socket://{redis.socket}?virtual_host=1"
        self.environ = {
            "DATABASE_URL": database_url,
            "REDIS_URL": redis.url,
            "BROKER_URL": broker,
            "REDIS_PREFIX": PREFIX,
        }
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "relay"],
                cwd=ROOT,
                env={**os.environ, **self.environ},
                stdout=output,
                stderr=output,
            )

    def end(self, number: signal.Signals = signal.SIGKILL) -> int:
        self.process.send_signal(number)
        return self.process.wait(10)

    @property
    def said(self) -> str:
        return self.log.read_text()


@pytest.fixture
def relay(committed: str, redis: Redis, tmp_path: Path) -> Iterator[Relay]:
    running = Relay(committed, redis, tmp_path / "relay.log")
    yield running
    if running.process.poll() is None:
        running.end()


@pytest.fixture
async def heard(redis: Redis) -> AsyncIterator[list[dict[str, Any]]]:
    layer, messages = RedisPubSubChannelLayer(hosts=[{"address": redis.url}], prefix=PREFIX), []
    channel = await layer.new_channel()
    await layer.group_add("agent.1", channel)

    async def listen() -> None:
        while True:
            messages.append(await layer.receive(channel))

    listening = asyncio.create_task(listen())
    yield messages
    listening.cancel()
    with contextlib.suppress(OSError):
        await layer.flush()


async def push(number: int) -> None:
    await in_shared(services.push, name="item.changed", group="agent.1", object_id=str(number), revision=number)


async def until(is_so: Callable[[], object], seconds: float = 30) -> float:
    start = time.monotonic()
    async with asyncio.timeout(seconds):
        while not is_so():  # noqa: ASYNC110  of another process
            await asyncio.sleep(0.005)
    return time.monotonic() - start


async def nothing_left() -> None:
    async with asyncio.timeout(30):
        while await in_shared(Event.objects.exists):  # noqa: ASYNC110  of another process
            await asyncio.sleep(0.05)


def numbers(heard: list[dict[str, Any]]) -> set[int]:
    return {message["revision"] for message in heard}


async def test_it_is_woken_at_once_and_ends_when_asked(relay: Relay, heard: list[dict[str, Any]]) -> None:
    await push(0)
    await until(lambda: numbers(heard) == {0})  # it has started
    waits = []
    for number in range(1, 11):
        await push(number)
        waits.append(await until(lambda number=number: number in numbers(heard)))
    assert sorted(waits)[4] < 0.3  # the poll alone would need half a second
    assert relay.end(signal.SIGTERM) == 0
    assert relay.said == ""


async def test_killed_again_and_again_it_loses_nothing(
    committed: str, redis: Redis, heard: list[dict[str, Any]], tmp_path: Path
) -> None:
    for kill in range(3):
        relay = Relay(committed, redis, tmp_path / f"{kill}.log")
        for number in range(kill * 50, kill * 50 + 50):
            await push(number)
        await until(lambda kill=kill: len(numbers(heard)) > kill * 50)
        await asyncio.to_thread(relay.end)
    relay = Relay(committed, redis, tmp_path / "last.log")
    await until(lambda: numbers(heard) == set(range(150)))
    await nothing_left()
    await asyncio.to_thread(relay.end)


async def test_while_redis_is_away_it_keeps_all_and_says_so_in_two_lines(
    relay: Relay, redis: Redis, heard: list[dict[str, Any]]
) -> None:
    await push(0)
    await until(lambda: numbers(heard) == {0})
    await asyncio.to_thread(redis.kill)
    for number in range(1, 21):
        await push(number)
    await until(lambda: "Redis is away" in relay.said)
    assert await in_shared(Event.objects.count) == 20
    await asyncio.to_thread(redis.start)
    await nothing_left()
    assert relay.said.count("Redis is away") == relay.said.count("Redis is back") == 1
    assert "Traceback" not in relay.said
    assert relay.process.poll() is None


async def test_cut_off_from_postgresql_it_comes_back(committed: str, relay: Relay, heard: list[dict[str, Any]]) -> None:
    await push(0)
    await until(lambda: numbers(heard) == {0})
    name = connection.settings_dict["NAME"]
    async with await psycopg.AsyncConnection.connect(
        committed.replace(f"/{name}", "/postgres"), autocommit=True
    ) as line:
        await line.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        await line.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
        await until(lambda: "PostgreSQL is away" in relay.said)
        await line.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
    await push(1)
    await until(lambda: 1 in numbers(heard))
    assert "Traceback" not in relay.said
    assert "PostgreSQL is back" in relay.said


def start_worker(relay: Relay, log: Path) -> subprocess.Popen[bytes]:
    with log.open("wb") as output:
        return subprocess.Popen(
            [sys.executable, "-m", "celery", "-A", "contactcenter.celery", "worker", "--pool=solo", "--loglevel=INFO"],
            cwd=ROOT,
            env={**os.environ, **relay.environ, "DB_POOL": "0"},
            stdout=output,
            stderr=output,
        )


async def test_a_broker_that_loses_its_messages_loses_no_work(
    committed: str, relay: Relay, redis: Redis, tmp_path: Path
) -> None:
    """Sent while no worker runs, lost with the broker, sent again, done once the worker is there."""
    await in_shared(services.handle, name="wrap_up.expired", schema="aurora", object_id="999999")

    def tries() -> int | None:
        return Event.objects.values_list("tries", flat=True).first()

    async with asyncio.timeout(20):
        while await in_shared(tries) == 0:  # noqa: ASYNC110  of another process
            await asyncio.sleep(0.05)
    await asyncio.to_thread(redis.kill)
    await asyncio.to_thread(redis.start)
    log = tmp_path / "worker.log"
    worker = start_worker(relay, log)
    try:
        await nothing_left()
    finally:
        worker.kill()
        worker.wait(10)
    assert "conversations.flag_wrap_up_missing" in log.read_text()
