"""One line for each socket when it ends: which kind, how long, how many frames each way, and who ended it why."""

from __future__ import annotations

import logging
from collections import Counter
from time import monotonic
from typing import Any
from uuid import uuid4

from channels_app.close_codes import Close
from channels_app.middleware import Application, Scope
from contactcenter.lib import metrics
from contactcenter.lib.logs import about

REFUSED, CUT = 403, 1006  # before it was accepted; by whoever was at the other end, without a word
KNOWN_CODES = {*Close, REFUSED, CUT, 1000, 1001}  # the other end may say any from 3000 on: such are counted together

log = logging.getLogger("sockets")
open_by_kind: Counter[str] = Counter()  # of this process


class SocketLine:
    """Around one socket: sees each frame pass."""

    def __init__(self, kind: str, receive: Any, send: Any) -> None:
        self.kind, self._receive, self._send = kind, receive, send
        self.accepted = False
        self.code = CUT
        self.frames_in = self.frames_out = 0
        self.metric_in, self.metric_out = (metrics.frames.labels(kind, direction) for direction in ("in", "out"))

    async def receive(self) -> dict[str, Any]:
        message: dict[str, Any] = await self._receive()
        if message["type"] == "websocket.receive":
            self.frames_in += 1
            self.metric_in.inc()
        elif message["type"] == "websocket.disconnect" and self.code == CUT:
            self.code = message.get("code") or CUT
        return message

    async def send(self, message: dict[str, Any]) -> None:
        if message["type"] == "websocket.send":
            self.frames_out += 1
            self.metric_out.inc()
        elif message["type"] == "websocket.accept":
            self.accepted = True
            open_by_kind[self.kind] += 1
        elif message["type"] == "websocket.close":
            self.code = int(message.get("code") or CUT) if self.accepted else REFUSED
        await self._send(message)

    async def run(self, application: Application, scope: Scope) -> None:
        about.begin(request_id=uuid4().hex, socket=self.kind)
        begun = monotonic()
        try:
            await application(scope, self.receive, self.send)
        finally:
            if self.accepted:
                open_by_kind[self.kind] -= 1
            metrics.sockets_closed.labels(self.kind, str(self.code) if self.code in KNOWN_CODES else "other").inc()
            seconds = round(monotonic() - begun, 1)
            counts = {"code": self.code, "seconds": seconds, "frames_in": self.frames_in, "frames_out": self.frames_out}
            level = logging.INFO if self.accepted else logging.DEBUG  # who knocks in vain is counted, and no news
            log.log(
                level, "%s ended with %d after %.1f s: %d frames in, %d out", self.kind, *counts.values(), extra=counts
            )
