"""A word to whoever started this process, by systemd's sd_notify, which the supervisor of `make run` hears too."""

from __future__ import annotations

import os
import socket


def tell(state: str) -> None:
    """READY=1 or STOPPING=1. Nothing where nobody asked to be told."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if address:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as line:
            line.connect(f"\0{address[1:]}" if address.startswith("@") else address)
            line.sendall(state.encode())
