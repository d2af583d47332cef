"""Servers that the person names are looked at before anything uses them."""

from __future__ import annotations

import asyncio
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from django.conf import settings

from contactcenter.run import outside
from contactcenter.run.refusal import Refusal
from tests.run.started import command


@contextmanager
def refusal() -> Iterator[list[str]]:
    said: list[str] = []
    with pytest.raises(Refusal) as caught:
        yield said
    said.append(str(caught.value))
    assert "\n" not in said[0]
    assert "secret" not in said[0]


def database_url() -> str:
    return os.environ["DATABASE_URL"]


@pytest.fixture
def closed_port() -> Iterator[int]:
    """Held, but nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


def test_a_good_database_passes() -> None:
    outside.check_database(database_url())


def test_an_unreachable_database(closed_port: int) -> None:
    with refusal() as said:
        outside.check_database(f"postgres://me:secret@127.0.0.1:{closed_port}/mine")
    assert f"DATABASE_URL=postgres://me:***@127.0.0.1:{closed_port}/mine cannot be reached" in said[0]
    assert said[0].endswith("start that server or correct the address.")


def test_an_address_that_is_none() -> None:
    with refusal() as said:
        outside.check_database("mysql://somewhere")
    assert "write postgres://user:password@host:5432/database" in said[0]


def test_an_old_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outside, "OLDEST_POSTGRES", 99)
    with refusal() as said:
        outside.check_database(database_url())
    assert "is PostgreSQL 18: 99 or newer is needed" in said[0]


def test_missing_rights() -> None:
    with psycopg.connect(database_url(), autocommit=True) as admin:
        admin.execute("DROP DATABASE IF EXISTS cc_test_rights")
        admin.execute("CREATE DATABASE cc_test_rights")
    url = database_url().replace("/contactcenter?", "/cc_test_rights?")
    try:
        with psycopg.connect(url, autocommit=True) as owner:
            owner.execute("REVOKE CREATE ON DATABASE cc_test_rights FROM contactcenter")
        with refusal() as said:
            outside.check_database(url)
        assert 'GRANT CREATE ON DATABASE "cc_test_rights" TO "contactcenter"' in said[0]
    finally:
        with psycopg.connect(database_url(), autocommit=True) as admin:
            admin.execute("DROP DATABASE cc_test_rights WITH (FORCE)")


def test_a_pooler_in_transaction_mode() -> None:
    with pooler() as port, refusal() as said:
        outside.check_database(f"postgres://contactcenter@127.0.0.1:{port}/contactcenter?sslmode=disable")
    assert "set its pool_mode to session, or connect to PostgreSQL directly" in said[0]


def test_redis() -> None:
    outside.check_redis(settings.REDIS_URL)


def test_an_unreachable_redis(closed_port: int) -> None:
    with refusal() as said:
        outside.check_redis(f"redis://:secret@127.0.0.1:{closed_port}/0")
    assert f"REDIS_URL=redis://:***@127.0.0.1:{closed_port}/0 cannot be reached" in said[0]
    with refusal() as said:
        outside.check_redis("cache.example:6379")
    assert "write redis://host:6379/0" in said[0]


def test_a_broker() -> None:
    outside.check_broker(settings.CELERY_BROKER_URL)


@pytest.mark.parametrize("scheme", ["redis", "amqp"])
def test_an_unreachable_broker(closed_port: int, scheme: str) -> None:
    with refusal() as said:
        outside.check_broker(f"{scheme}://me:secret@127.0.0.1:{closed_port}//")
    assert said[0].startswith(f"BROKER_URL={scheme}://me:***@127.0.0.1:{closed_port}")
    assert "start that server or correct the address" in said[0]


def test_a_broker_of_unknown_kind() -> None:
    with refusal() as said:
        outside.check_broker("carrier-pigeon://loft/")
    assert "write redis://host:6379/1 or amqp://host/" in said[0]


def test_a_start_ends_with_that_one_line(tmp_path: Path, closed_port: int) -> None:
    done = command("services", DATA_DIR=str(tmp_path / "data"), DATABASE_URL=f"postgres://127.0.0.1:{closed_port}/x")
    assert done.returncode == 1
    assert done.stderr.startswith(f"DATABASE_URL=postgres://127.0.0.1:{closed_port}/x cannot be reached")
    assert done.stderr.strip().count("\n") == 0


@contextmanager
def pooler() -> Iterator[int]:
    """A pooler in transaction mode with one server connection, as pgbouncer is with default_pool_size=1: a client has
    the server from its first message until the server says that it is outside a transaction."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    port = asyncio.run_coroutine_threadsafe(_open_pool(), loop).result(10)
    try:
        yield port
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


async def _open_pool() -> int:
    info = psycopg.conninfo.conninfo_to_dict(database_url())
    reader, writer = await asyncio.open_unix_connection(f"{info['host']}/.s.PGSQL.5432")
    startup = b"\x00\x03\x00\x00user\x00contactcenter\x00database\x00contactcenter\x00\x00"
    writer.write((len(startup) + 4).to_bytes(4, "big") + startup)
    greeting = b""
    while not greeting.endswith(b"Z\x00\x00\x00\x05I"):
        greeting += await _message(reader)
    turn = asyncio.Lock()

    async def serve(client_reader: asyncio.StreamReader, client_writer: asyncio.StreamWriter) -> None:
        await client_reader.readexactly(int.from_bytes(await client_reader.readexactly(4), "big") - 4)
        client_writer.write(greeting)
        while True:
            try:
                message = await _message(client_reader)
            except asyncio.IncompleteReadError:
                return
            if message[:1] == b"X":
                return
            async with turn:
                await _transaction(message, client_reader, client_writer)

    async def _transaction(
        message: bytes, client_reader: asyncio.StreamReader, client_writer: asyncio.StreamWriter
    ) -> None:
        while True:
            writer.write(message)
            if message[:1] in (b"Q", b"S"):
                answer = b""
                while answer[:1] != b"Z":
                    answer = await _message(reader)
                    client_writer.write(answer)
                if answer.endswith(b"I"):
                    return
            message = await _message(client_reader)

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    return int(server.sockets[0].getsockname()[1])


async def _message(reader: asyncio.StreamReader) -> bytes:
    kind = await reader.readexactly(1)
    size = await reader.readexactly(4)
    return kind + size + await reader.readexactly(int.from_bytes(size, "big") - 4)
