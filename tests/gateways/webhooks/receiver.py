"""A receiver of webhooks that may fail: it checks signatures by itself and keeps what it took."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Receiver:
    port: int = 0
    fails: float = 0.0  # of how many requests
    sleeps: float = 0.0  # seconds before each answer
    chance: random.Random = field(default_factory=lambda: random.Random(9))
    asked: int = 0
    taken: list[tuple[str, dict[str, Any]]] = field(default_factory=list)  # (webhook-id, body)
    headers: list[dict[str, str]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hooks"

    def answer(self, headers: dict[str, str], body: bytes) -> int:
        time.sleep(self.sleeps)
        with self.lock:
            self.asked += 1
            if self.chance.random() < self.fails:
                return 503
            self.headers.append(headers)
            self.bodies.append(body)
            self.taken.append((headers["webhook-id"], json.loads(body)))
            return 204

    def verifies(self, secret: str, index: int = -1) -> bool:
        """As docs/webhooks.md tells receivers to."""
        headers, body = self.headers[index], self.bodies[index]
        key = base64.b64decode(secret.removeprefix("whsec_"))
        signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
        expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
        signatures = [one.partition(",")[2] for one in headers["webhook-signature"].split()]
        fresh = abs(time.time() - int(headers["webhook-timestamp"])) < 300
        return fresh and any(hmac.compare_digest(expected, one) for one in signatures)


@contextmanager
def receiving(**options: Any) -> Iterator[Receiver]:
    receiver = Receiver(**options)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status = receiver.answer({name.lower(): value for name, value in self.headers.items()}, body)
            self.send_response(status)
            self.end_headers()

        def log_message(self, *args: Any) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    receiver.port = server.server_port
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
