"""Thousands of sockets from one process: a hand-written client, so that what is measured is the server."""

from __future__ import annotations

import asyncio
import base64
import os
import struct
from collections.abc import Callable
from contextlib import suppress

from bench.house import address

AN_ADDRESS = 10  # sockets from one: fewer than a household may have
AT_ONCE = 16  # handshakes
TEXT, CLOSE, PING, PONG = 0x1, 0x8, 0x9, 0xA


class Member:
    """One socket. `on_text` is called with each frame of text; `beat` is sent again and again."""

    def __init__(self, number: int, *, port: int, host: str, path: str, headers: str = "", beat: str = "") -> None:
        self.number, self.port, self.host, self.path, self.headers, self.beat = number, port, host, path, headers, beat
        self.on_text: Callable[[int, str], None] = lambda number, text: None
        self.writer: asyncio.StreamWriter | None = None
        self.closed_with: int | None = None
        self.tasks: list[asyncio.Task[None]] = []

    async def open(self, hello: str = "") -> None:
        """Raises ConnectionError."""
        reader, self.writer = await asyncio.open_connection(
            "127.0.0.1", self.port, local_addr=(address(self.number // AN_ADDRESS), 0), limit=1 << 20
        )
        key = base64.b64encode(os.urandom(16)).decode()
        self.writer.write(
            f"GET {self.path} HTTP/1.1\r\nHost: {self.host}:{self.port}\r\nOrigin: http://{self.host}:{self.port}\r\n"
            f"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n"
            f"{self.headers}\r\n".encode()
        )
        head = await reader.readuntil(b"\r\n\r\n")
        if b" 101 " not in head[:20]:
            raise ConnectionError(head[:60])
        if hello:
            self.send(hello)
        self.tasks.append(asyncio.create_task(self._read(reader)))

    def keep_alive(self, every: float) -> None:
        self.tasks.append(asyncio.create_task(self._beat(every)))

    def send(self, text: str, kind: int = TEXT) -> None:
        if self.writer is None or self.writer.is_closing():
            return
        data, mask = text.encode(), os.urandom(4)
        length = bytes([0x80 | len(data)]) if len(data) < 126 else b"\xfe" + struct.pack("!H", len(data))
        covered = bytes(byte ^ mask[at & 3] for at, byte in enumerate(data))
        self.writer.write(bytes([0x80 | kind]) + length + mask + covered)

    async def close(self) -> None:
        for task in self.tasks:
            task.cancel()
        if self.writer is not None:
            self.writer.close()

    async def _beat(self, every: float) -> None:
        while True:
            await asyncio.sleep(every)
            self.send(self.beat)

    async def _read(self, reader: asyncio.StreamReader) -> None:
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                kind, length = await reader.readexactly(2)
                if length == 126:
                    (length,) = struct.unpack("!H", await reader.readexactly(2))
                elif length == 127:
                    (length,) = struct.unpack("!Q", await reader.readexactly(8))
                data = await reader.readexactly(length)
                match kind & 0xF:
                    case 0x1:
                        self.on_text(self.number, data.decode())
                    case 0x8:
                        self.closed_with = struct.unpack("!H", data[:2])[0]
                        return
                    case 0x9:
                        self.send(data.decode(), PONG)


async def gather(members: list[Member], hello: str = "") -> None:
    """All of them come, a few at a time."""
    coming = iter(members)

    async def some() -> None:
        for member in coming:
            await member.open(hello)

    await asyncio.gather(*(some() for _ in range(AT_ONCE)))


async def scatter(members: list[Member]) -> None:
    for member in members:
        await member.close()
    await asyncio.sleep(1)
