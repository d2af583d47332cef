"""Hears what a child says of itself by sd_notify: that it is ready. Only the child's own word counts."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager

CREDENTIALS = struct.Struct("3i")  # pid, uid, gid: the kernel's word for who sent it
LONGEST = 4096


@contextmanager
def hearing(on_ready: Callable[[int], None]) -> Iterator[str]:
    """Gives the NOTIFY_SOCKET for the child. `on_ready` gets the process that said READY=1."""
    line = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
    line.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
    line.bind("")  # a name that the kernel chooses, in no folder

    def read() -> None:
        try:
            said, about, _flags, _address = line.recvmsg(LONGEST, socket.CMSG_SPACE(CREDENTIALS.size))
        except BlockingIOError:
            return
        for level, kind, data in about:
            if (level, kind) == (socket.SOL_SOCKET, socket.SCM_CREDENTIALS) and b"READY=1" in said.split(b"\n"):
                on_ready(CREDENTIALS.unpack(data[: CREDENTIALS.size])[0])

    loop = asyncio.get_running_loop()
    loop.add_reader(line, read)
    try:
        yield "@" + line.getsockname()[1:].decode()
    finally:
        loop.remove_reader(line)
        line.close()
