"""Plain HTTP over connections that stay open."""

from __future__ import annotations

import selectors
import socket
import time
from dataclasses import dataclass

LINES = 16
WARM, SECONDS = 1.0, 5.0


@dataclass
class Line:
    socket: socket.socket
    answer: bytes = b""

    def ask(self, request: bytes) -> None:
        self.answer = b""
        self.socket.sendall(request)

    def read(self) -> bool:
        """True once the whole answer is there. Raises ConnectionError unless it is 200."""
        part = self.socket.recv(65536)
        self.answer += part
        head, found, body = self.answer.partition(b"\r\n\r\n")
        if not part or (found and b" 200 " not in head[:20]):
            raise ConnectionError(self.answer[:200])
        if not found:
            return False
        length = head.lower().partition(b"content-length:")[2].split(b"\r\n")[0]
        return len(body) >= int(length)


def requests_a_second(port: int, path: str, body: bytes) -> float:
    """Posted by so many clients, each with its next request as soon as the last was answered."""
    request = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body
    selector = selectors.DefaultSelector()
    lines = [Line(socket.create_connection(("127.0.0.1", port), 10)) for _ in range(LINES)]
    for line in lines:
        selector.register(line.socket, selectors.EVENT_READ, line)
        line.ask(request)
    answered, begun = 0, time.perf_counter() + WARM
    while (now := time.perf_counter()) < begun + SECONDS:
        for key, _ in selector.select(0.5):
            if key.data.read():
                answered += now > begun
                key.data.ask(request)
    for line in lines:
        line.socket.close()
    return answered / SECONDS
