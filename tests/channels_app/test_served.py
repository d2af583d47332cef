"""Sockets as daphne serves them, with its own limits and its own end, spoken to by a real client."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
import redis
from django.conf import settings
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from channels_app.bodies import LARGEST_BODY
from contactcenter.run.processes import FRAME_BYTES
from tests.webchat import form, give_widget

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Web:
    port: int
    process: subprocess.Popen[bytes]
    database: str
    log: Path

    @property
    def host(self) -> str:
        return f"aurora.localhost:{self.port}"

    def ask(self, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        headers = {"Host": self.host, "Content-Type": "application/json", "Origin": f"http://{self.host}"}
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", data=data, headers=headers)
        with urllib.request.urlopen(request, timeout=15) as answer:
            return dict(json.loads(answer.read()))

    def begin(self) -> str:
        return str(self.ask("/widget/start/", form())["token"])

    async def dial(self, token: str, **more: Any) -> ClientConnection:
        return await connect(
            f"ws://{self.host}/ws/widget/",
            host="127.0.0.1",
            port=self.port,
            origin=f"http://{self.host}",  # type: ignore[arg-type]
            subprotocols=["contactcenter.v1", f"token.{token}"],  # type: ignore[list-item]
            proxy=None,
            compression=None,
            max_size=None,
            **more,
        )


@contextmanager
def served(door: socket.socket, database: str, log: Path, redis_prefix: str) -> Iterator[Web]:
    port, limit = door.getsockname()[1], str(FRAME_BYTES)
    with log.open("wb") as written:
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "daphne", "--verbosity", "0", "--fd", str(door.fileno())),
                *("--websocket-max-frame-size", limit, "--websocket-max-message-size", limit),
                "contactcenter.asgi:application",
            ],
            cwd=ROOT,
            env={**os.environ, "DATABASE_URL": database, "PORT": str(port), "REDIS_PREFIX": redis_prefix},
            pass_fds=(door.fileno(),),
            stdout=written,
            stderr=written,
        )
    try:
        yield Web(port=port, process=process, database=database, log=log)
    finally:
        process.kill()
        process.wait(10)


@pytest.fixture
def web(committed: str, tmp_path: Path) -> Iterator[Web]:
    give_widget("aurora")
    with (
        socket.create_server(("127.0.0.1", 0)) as door,
        served(door, committed, tmp_path / "log", f"test-{uuid4().hex}") as web,
    ):
        wait_alive(web)
        yield web


def wait_alive(web: Web) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        assert web.process.poll() is None, web.log.read_text()
        with suppress(OSError, urllib.error.URLError):
            web.ask("/livez")
            return
    raise AssertionError(web.log.read_text())


async def hello(line: ClientConnection, rev: int = 0) -> dict[str, Any]:
    await line.send(json.dumps({"v": 1, "t": "hello", "rev": rev}))
    return dict(json.loads(await asyncio.wait_for(line.recv(), 5)))


async def closed(line: ClientConnection) -> int | None:
    with suppress(ConnectionClosed):
        while True:
            await asyncio.wait_for(line.recv(), 10)
    return line.close_code


@pytest.mark.slow
async def test_hostile_frames_cost_one_socket_and_no_neighbour(web: Web) -> None:
    token = await asyncio.to_thread(web.begin)
    neighbour = await web.dial(token)
    assert (await hello(neighbour))["t"] == "welcome"
    cases: list[tuple[str | bytes, set[int]]] = [
        ("{", {4400}),
        (b"\x00\xff", {4400}),
        ('{"v": 3, "t": "hello"}', {4412}),
        ('{"v": 1, "t": "hello", "x": "' + "x" * 65_536 + '"}', {4413}),
        ("x" * (FRAME_BYTES - 10), {4413}),
        ("x" * 10_000_000, {1006, 1009}),  # daphne's own limit: a bare cut
    ]
    for frame, codes in cases:
        line = await web.dial(token)
        assert (await hello(line))["t"] == "welcome"
        with suppress(ConnectionClosed):
            await line.send(frame)
        assert await closed(line) in codes, str(frame[:40])

    flood = await web.dial(token)
    with suppress(ConnectionClosed):
        for _ in range(200):
            await flood.send('{"v": 1, "t": "typing", "on": true}')
    assert await closed(flood) == 4429

    started = time.monotonic()
    assert (await hello(neighbour))["t"] == "welcome"
    assert time.monotonic() - started < 0.5
    assert "Traceback" not in web.log.read_text()


@pytest.mark.slow
async def test_one_who_does_not_read_is_let_go(web: Web) -> None:
    """It asks for everything again and again, and its window stays shut: the queue would only grow."""
    token = await asyncio.to_thread(web.begin)
    line = await web.dial(token, max_queue=1)
    line.transport.pause_reading()
    with pytest.raises(ConnectionClosed):
        for _ in range(500):
            await line.send('{"v": 1, "t": "hello", "rev": 0}')
            await asyncio.sleep(0.06)
    line.transport.resume_reading()

    assert await closed(line) in (4408, 1006), "told so, and cut when it did not hear that either"


@pytest.mark.slow
@pytest.mark.parametrize("what", ["origin", "token", "path", "host"])
async def test_refusals_come_before_accept(web: Web, what: str) -> None:
    token = await asyncio.to_thread(web.begin)
    given = {"origin": f"http://{web.host}", "token": token, "path": "/ws/widget/", "host": web.host}
    given[what] = {
        "origin": "https://evil.example",
        "token": "forged",
        "path": "/ws/",
        "host": f"cumbre.localhost:{web.port}",
    }[what]

    with pytest.raises(InvalidStatus) as refused:
        await connect(
            f"ws://{given['host']}{given['path']}",
            host="127.0.0.1",
            port=web.port,
            origin=given["origin"],  # type: ignore[arg-type]
            subprotocols=["contactcenter.v1", f"token.{given['token']}"],  # type: ignore[list-item]
            proxy=None,
        )

    assert refused.value.response.status_code == 403
    assert token not in web.log.read_text(), "no token in a log"


@pytest.mark.slow
async def test_the_end_of_a_process_cuts_nobody(web: Web) -> None:
    """SIGTERM with an open socket and a request that waits for the database."""
    token = await asyncio.to_thread(web.begin)
    line = await web.dial(token)
    await hello(line)
    with psycopg.connect(psycopg_address(web.database)) as blocker:
        blocker.execute("LOCK TABLE aurora.customers_customer IN ACCESS EXCLUSIVE MODE")
        answered: list[Any] = []
        request = threading.Thread(target=lambda: answered.append(web.ask("/widget/start/", form())))
        request.start()
        await asyncio.sleep(0.7)
        web.process.send_signal(signal.SIGTERM)
        assert await closed(line) == 4012
        await asyncio.sleep(0.5)
        assert web.process.poll() is None, "it waits for the request"
        blocker.rollback()
    await asyncio.to_thread(request.join, 10)

    assert answered
    assert answered[0]["token"]
    assert await asyncio.to_thread(web.process.wait, 5) == 0
    told = web.log.read_text()
    assert re.search(r"INFO access POST widget:start 201 \d+ ms company=aurora request_id=[0-9a-f]{32}\n", told)
    assert re.search(r"INFO sockets widget ended with 4012 after \S+ s: 1 frames in, 1 out company=aurora ", told)


def psycopg_address(url: str) -> str:
    return url.replace("postgres://", "postgresql://", 1)


@pytest.mark.slow
@pytest.mark.parametrize("announced", [True, False])
def test_a_body_without_end_is_cut_before_it_is_kept(web: Web, announced: bool) -> None:
    head = f"POST /widget/start/ HTTP/1.1\r\nHost: {web.host}\r\nContent-Type: application/json\r\n"
    piece = b"x" * 1024**2
    with socket.create_connection(("127.0.0.1", web.port), timeout=10) as line:
        if announced:
            line.sendall(f"{head}Content-Length: {LARGEST_BODY + 1}\r\n\r\n".encode())
        else:
            line.sendall(f"{head}Transfer-Encoding: chunked\r\n\r\n".encode())
            with suppress(ConnectionError):
                for _ in range(LARGEST_BODY // len(piece) + 1):
                    line.sendall(b"%x\r\n%s\r\n" % (len(piece), piece))
        with suppress(ConnectionResetError):  # it was still being sent to
            answer = b"".join(iter(lambda: line.recv(1000), b""))
            assert answer.startswith(b"HTTP/1.1 413 ")
            assert answer.endswith(b"}"), "a word for programs, and the end"
    web.ask("/livez")


@pytest.mark.slow
def test_a_form_as_large_as_may_be_arrives_whole(web: Web) -> None:
    body = b"x" * LARGEST_BODY
    request = urllib.request.Request(
        f"http://127.0.0.1:{web.port}/widget/start/",
        data=body,
        headers={"Host": web.host, "Content-Type": "text/plain", "Origin": f"http://{web.host}"},
    )
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request, timeout=15)
    assert refused.value.code == 415, "read to its end, and answered by the view"


@pytest.fixture
def two(committed: str, tmp_path: Path) -> Iterator[tuple[Web, Callable[[], list[int]]]]:
    """Processes at one door, and how many sockets each says it holds."""
    give_widget("aurora")
    prefix = f"test-{uuid4().hex}"

    def held() -> list[int]:
        told = redis.Redis.from_url(settings.REDIS_URL).hgetall(f"{prefix}:sockets-held")
        return [int(each.split()[0]) for each in told.values()]  # type: ignore[union-attr]

    with (
        socket.create_server(("127.0.0.1", 0)) as door,
        served(door, committed, tmp_path / "one", prefix) as web,
        served(door, committed, tmp_path / "other", prefix),
    ):
        wait_alive(web)
        while len(held()) < 2:
            time.sleep(0.1)
        yield web, held


@pytest.mark.slow
async def test_two_processes_at_one_door_share_those_who_come(two: tuple[Web, Callable[[], list[int]]]) -> None:
    """They come slowly, while both are idle: whichever wakes first would take most of them."""
    web, held = two
    token = await asyncio.to_thread(web.begin)
    lines = []
    for number in range(18):  # as many as one visitor may have, nearly
        lines.append(await web.dial(token, local_addr=(f"127.9.0.{number + 1}", 0)))
        assert (await hello(lines[-1]))["t"] == "welcome"
        await asyncio.sleep(0.15)
    await asyncio.sleep(1.5)
    assert sum(held()) == 18
    assert min(held()) >= 6
