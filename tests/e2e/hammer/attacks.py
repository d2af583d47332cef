"""Those who would bring the house down, each kind in a process of its own, from many loopback addresses:
`python -m tests.e2e.hammer.attacks NAME '{"port": ..., ...}'` prints what they met with as JSON.
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import random
import resource
import struct
import sys
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

Met = Counter[str]
Line = tuple[str, asyncio.StreamReader, asyncio.StreamWriter]  # the status first
LOST = (OSError, asyncio.IncompleteReadError, TimeoutError)
PATIENCE = 20.0


def address(number: int) -> str:
    """Of the so-manyeth attacker."""
    return f"127.{100 + number // 62_500}.{number // 250 % 250}.{number % 250 + 1}"


def handshake(host: str, path: str, *, origin: str = "", token: str = "", cookie: str = "") -> bytes:
    key = base64.b64encode(os.urandom(16)).decode()
    lines = [
        f"GET {path} HTTP/1.1",
        f"Host: {host}",
        f"Origin: {origin or f'http://{host}'}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        f"Sec-WebSocket-Key: {key}",
        "Sec-WebSocket-Version: 13",
        *([f"Sec-WebSocket-Protocol: contactcenter.v1, token.{token}"] if token else []),
        *([f"Cookie: {cookie}"] if cookie else []),
    ]
    return "\r\n".join([*lines, "", ""]).encode()


def frame(data: bytes, kind: int = 1) -> bytes:
    """Masked with zeros, which is allowed."""
    size = len(data)
    if size < 126:
        head = struct.pack("!BB", 0x80 | kind, 0x80 | size)
    elif size < 65_536:
        head = struct.pack("!BBH", 0x80 | kind, 0x80 | 126, size)
    else:
        head = struct.pack("!BBQ", 0x80 | kind, 0x80 | 127, size)
    return head + bytes(4) + data


async def knock(met: Met, port: int, source: str, head: bytes, *, who: str = "") -> Line | None:
    """Writes down what it met with. None where nobody answered."""
    try:
        line = await dial(port, source, head)
    except LOST as error:
        met[f"{who}{type(error).__name__}"] += 1
        return None
    met[f"{who}{line[0]}"] += 1
    return line


async def dial(port: int, source: str, head: bytes) -> Line:
    async with asyncio.timeout(PATIENCE):
        reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=(source, 0))
        writer.write(head)
        answer = await reader.readuntil(b"\r\n\r\n")
    return answer.split(b" ", 2)[1].decode(), reader, writer


async def end_of(reader: asyncio.StreamReader) -> str:
    """Reads on; how the line ended: the code of the close, or `cut`."""
    with suppress(*LOST):
        while True:
            kind, size = await reader.readexactly(2)
            if size >= 126:
                size = int.from_bytes(await reader.readexactly(2 if size == 126 else 8))
            data = await reader.readexactly(size)
            if kind & 0xF == 0x8:
                return str(int.from_bytes(data[:2]))
    return "cut"


async def opens(*, port: int, rate: int, seconds: float, host: str, staff: str, tokens: list[str], many: int) -> Met:
    """So many new sockets a second from so many addresses, by all kinds of doors; who gets in stays."""
    met: Met = Counter()
    held: list[asyncio.Task[None]] = []
    chance = random.Random(4)

    async def one(number: int) -> None:
        kinds: list[tuple[str, Callable[[], bytes]]] = [
            *([("known", lambda: handshake(host, "/ws/widget/", token=chance.choice(tokens)))] * 4),
            *([("forged", lambda: handshake(host, "/ws/widget/", token=os.urandom(24).hex()))] * 3),
            ("elsewhere", lambda: handshake(host, "/ws/widget/", token=tokens[0], origin="https://evil.example")),
            ("nowhere", lambda: handshake(f"n{number}.localhost", "/ws/widget/", token=tokens[0])),
            ("staff", lambda: handshake(staff, "/ws/desk/", cookie=f"session_{port}={os.urandom(16).hex()}")),
        ]
        name, head = kinds[number % len(kinds)]
        if (line := await knock(met, port, address(number % many), head(), who=f"{name} ")) is None:
            return
        status, reader, writer = line
        if status == "101":
            met[f"{name} ended {await end_of(reader)}"] += 1
        writer.close()

    loop = asyncio.get_running_loop()
    began = loop.time()
    for number in range(int(rate * seconds)):
        await asyncio.sleep(max(0.0, began + number / rate - loop.time()))
        held.append(asyncio.create_task(one(number)))
    met["seconds"] = round(loop.time() - began)
    await asyncio.sleep(3)
    for task in held:
        task.cancel()
    await asyncio.gather(*held, return_exceptions=True)
    return met


async def deaf(*, port: int, seconds: float, host: str, tokens: list[str], many: int) -> Met:
    """They ask for everything again and again, and read nothing of it."""
    met: Met = Counter()

    async def one(number: int) -> None:
        head = handshake(host, "/ws/widget/", token=tokens[number % len(tokens)])
        if (line := await knock(met, port, address(60_000 + number), head)) is None:
            return
        _status, _reader, writer = line
        try:
            writer.transport.pause_reading()  # type: ignore[attr-defined]
            async with asyncio.timeout(seconds):
                while True:
                    writer.write(frame(b'{"v": 1, "t": "hello", "rev": 0}'))
                    await writer.drain()
                    await asyncio.sleep(0.06)
        except TimeoutError:
            met["still there"] += 1
        except LOST:
            met["let go"] += 1

    await asyncio.gather(*(one(number) for number in range(many)))
    return met


async def giants(*, port: int, seconds: float, host: str, tokens: list[str], many: int) -> Met:
    """Frames of one megabyte, one after the other."""
    met: Met = Counter()
    giant = frame(b'{"v": 1, "t": "hello", "x": "' + b"x" * 10**6 + b'"}')
    loop = asyncio.get_running_loop()
    until = loop.time() + seconds

    async def one(number: int) -> None:
        while loop.time() < until:
            head = handshake(host, "/ws/widget/", token=tokens[number % len(tokens)])
            if (line := await knock(met, port, address(61_000 + number), head)) is None:
                continue
            status, reader, writer = line
            with suppress(*LOST):
                writer.write(giant)
                await writer.drain()
            if status == "101":
                met[f"ended {await end_of(reader)}"] += 1
            writer.close()
            await asyncio.sleep(0.5)

    await asyncio.gather(*(one(number) for number in range(many)))
    return met


async def snails(*, port: int, seconds: float, host: str, many: int) -> Met:
    """Requests that never end, a byte a second: half of them in the head, half in the body."""
    met: Met = Counter()
    head = f"POST /widget/start/ HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n"

    async def one(number: int) -> None:
        try:
            reader, writer = await asyncio.open_connection(
                "127.0.0.1", port, local_addr=(address(62_000 + number % 20), 0)
            )
            writer.write((f"{head}Content-Length: 60000\r\n\r\n" if number % 2 else f"{head}X-Slow: ").encode())
            crawling = asyncio.create_task(crawl(writer))
            try:
                async with asyncio.timeout(seconds):
                    answer = await reader.read(100)
                met[f"told {answer.split(b' ')[1].decode()}" if answer else "let go"] += 1
            finally:
                crawling.cancel()
                writer.close()
        except TimeoutError:
            met["still there"] += 1
        except LOST:
            met["let go"] += 1

    await asyncio.gather(*(one(number) for number in range(many)))
    return met


async def crawl(writer: asyncio.StreamWriter) -> None:
    while True:
        writer.write(b"x")
        await asyncio.sleep(1)


ATTACKS: dict[str, Callable[..., Awaitable[Met]]] = {each.__name__: each for each in (opens, deaf, giants, snails)}


def main(name: str, options: dict[str, Any]) -> None:
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    print(json.dumps(asyncio.run(ATTACKS[name](**options))))  # type: ignore[arg-type]


if __name__ == "__main__":
    main(sys.argv[1], json.loads(sys.argv[2]))
