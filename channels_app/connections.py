"""What one connection may take of a web process, where daphne, Twisted and autobahn have no setting for it."""

from __future__ import annotations

import sys
from typing import Any, ClassVar

from autobahn.websocket import protocol as autobahn_protocol
from daphne.ws_protocol import WebSocketFactory, WebSocketProtocol
from twisted.internet import tcp
from twisted.web import http

from channels_app.shares import shares

IDLE_SECONDS = 60  # between two requests: longer than a proxy in front keeps a line it does not use
HEAD_SECONDS = 20  # until the head of a request is there
TURN_SECONDS = (
    0.0005  # that a thread calculates before the loop, which serves everybody, has its turn; Python's is ten times it
)
STEP_BACK = 0.02  # seconds; should no other process have taken who knocks, we do
BODY_SECONDS, BODY_BYTES = 20, 20_000  # in each stretch of a body so many bytes: one kilobyte a second


def bound_connections() -> None:
    """Before daphne listens. It takes these classes by their names."""
    tcp.Port = Door  # type: ignore[misc]
    http.HTTPChannel = TimelyChannel  # type: ignore[misc]
    WebSocketFactory.protocol = Socket
    autobahn_protocol.pformat = told_to_nobody  # type: ignore[attr-defined, assignment]
    sys.setswitchinterval(TURN_SECONDS)


class OneByOne:
    """How many connections Twisted takes in a turn of its loop. It would take more and more while more wait: in a flood
    hundreds, and nobody who talks already would get a word in. The rest wait in the kernel.
    """

    def __get__(self, port: tcp.Port | None, _kind: type[tcp.Port] | None = None) -> int:
        return 1

    def __set__(self, port: tcp.Port, _count: int) -> None:
        pass


class Door(tcp.Port):
    """Where those who come are taken in: one at a time, and by a process that does not hold more than its share."""

    numberAccepts = OneByOne()
    stepped_back_at = 0.0
    all: ClassVar[list[Door]] = []  # of this process, as they were opened

    def startListening(self) -> None:
        super().startListening()
        Door.all.append(self)

    def doRead(self) -> None:
        now = self.reactor.seconds()
        if shares.is_above() and now - self.stepped_back_at > 2 * STEP_BACK:
            self.stepped_back_at = now
            self.stopReading()
            self.reactor.callLater(STEP_BACK, self.come_back)
        else:
            super().doRead()

    def come_back(self) -> None:
        if self.connected:
            self.startReading()


class TimelyChannel(http.HTTPChannel):
    """A request is there in time, or its connection ends: Twisted would wait anew after each byte."""

    begun = True  # the first request has its time from the beginning
    brought = 0

    def connectionMade(self) -> None:
        self.timeOut = HEAD_SECONDS
        super().connectionMade()

    def resetTimeout(self) -> None:
        """Whatever arrives calls this."""
        if self.line_mode and not self.begun:
            self.begun = True
            self.setTimeout(HEAD_SECONDS)

    def setRawMode(self) -> None:
        """The head is there."""
        if not self._handlingRequest:
            self.brought = 0
            self.setTimeout(BODY_SECONDS)
        super().setRawMode()

    def rawDataReceived(self, data: bytes) -> None:
        self.brought += len(data)
        if self.brought >= BODY_BYTES and not self._handlingRequest:
            self.brought = 0
            self.setTimeout(BODY_SECONDS)
        super().rawDataReceived(data)

    def allContentReceived(self) -> None:
        self.begun = False
        self.timeOut = IDLE_SECONDS  # from the answer on
        super().allContentReceived()


class Socket(WebSocketProtocol):
    def onConnect(self, request: Any) -> Any:
        """daphne takes subprotocols for ASCII, and answers 500 where they are not."""
        name = "sec-websocket-protocol"
        if name in request.headers:
            request.headers[name] = request.headers[name].encode("ascii", "replace").decode()
        return super().onConnect(request)

    def handle_reply(self, message: dict[str, Any]) -> None:
        """What is sent while the other end is just leaving is not a fault."""
        if message["type"] == "websocket.send" and self.state in (self.STATE_CLOSING, self.STATE_CLOSED):
            return
        super().handle_reply(message)


def told_to_nobody(_options: object) -> str:
    """autobahn words all its options for each connection, for a log that is off: a tenth of what one costs."""
    return ""
