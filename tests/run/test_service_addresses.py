"""The addresses of the embedded services are understood by each library that reads them."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import environ
import psycopg
import pytest
import redis
from channels_redis.pubsub import RedisPubSubChannelLayer
from django.conf import settings
from kombu import Connection

from contactcenter.run import outside, postgres, redis_server
from contactcenter.run.place import Place
from tests.run.started import ROOT

CAPITALS = Place(data=Path("/tmp/Of Somebody/Data"), port=8000)  # a host part of an address would be made lower case


def test_django_environ_and_libpq_read_the_same_from_the_database_address() -> None:
    url = postgres.database_url(CAPITALS)
    parsed = environ.Env.db_url_config(url)
    assert (parsed["USER"], parsed["NAME"]) == ("contactcenter", "contactcenter")
    assert parsed["OPTIONS"] == {"host": "/tmp/Of Somebody/Data/sockets/postgres"}
    libpq = psycopg.conninfo.conninfo_to_dict(url)
    assert libpq == {
        "user": "contactcenter",
        "dbname": "contactcenter",
        "host": "/tmp/Of Somebody/Data/sockets/postgres",
    }


def test_settings_make_the_socket_folder_the_host() -> None:
    script = "from django.conf import settings as s; d = s.DATABASES['default']; print(d['HOST'], d['OPTIONS'])"
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env={**os.environ, "DB_POOL": "0", "DATABASE_URL": postgres.database_url(CAPITALS)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "/tmp/Of Somebody/Data/sockets/postgres {}"


@pytest.mark.parametrize("data", ["/tmp/plain", "/tmp/Of Somebody/Data"])
def test_redis_reads_its_socket_and_database(data: str) -> None:
    url = redis_server.redis_url(Place(data=Path(data), port=8000))
    arguments = redis.Redis.from_url(url).connection_pool.connection_kwargs
    assert (arguments["path"], arguments["db"]) == (f"{data}/sockets/redis.sock", 0)


async def test_a_push_crosses_the_channel_layer() -> None:
    layer = RedisPubSubChannelLayer(
        hosts=[{"address": settings.REDIS_URL, "socket_timeout": None}], prefix="test-addresses"
    )
    channel = await layer.new_channel()
    await layer.group_add("group", channel)
    await layer.group_send("group", {"type": "news"})
    assert await asyncio.wait_for(layer.receive(channel), 5) == {"type": "news"}
    await layer.group_discard("group", channel)


def test_a_message_crosses_the_broker() -> None:
    with Connection(settings.CELERY_BROKER_URL) as connection:
        queue = connection.SimpleQueue("test-addresses")
        queue.put({"number": 7})
        message = queue.get(timeout=5)
        message.ack()
        assert message.payload == {"number": 7}
        queue.close()


@pytest.mark.parametrize(
    ("given", "broker"),
    [
        ("redis://cache.example:6379/0", "redis://cache.example:6379/1"),
        ("redis://cache.example:6379", "redis://cache.example:6379/1"),
        ("rediss://:secret@cache.example/4", "rediss://:secret@cache.example/5"),
        ("unix:///run/redis.sock?db=0", "redis+socket:///run/redis.sock?virtual_host=1"),
        ("unix:///run/redis.sock", "redis+socket:///run/redis.sock?virtual_host=1"),
    ],
)
def test_without_a_broker_address_celery_takes_the_next_database_of_redis(given: str, broker: str) -> None:
    assert outside.broker_beside(given) == broker
