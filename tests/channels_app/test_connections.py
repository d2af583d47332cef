"""A request arrives in time or not at all: by Twisted's own clock and transport."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from twisted.internet.task import Clock
from twisted.internet.testing import StringTransport
from twisted.web import http

from channels_app.connections import BODY_BYTES, TimelyChannel

HEAD = b"POST /widget/start/ HTTP/1.1\r\nHost: aurora.localhost\r\nContent-Length: %d\r\n"


class Answered(http.Request):
    def process(self) -> None:
        self.write(b"done")
        self.finish()


class Line:
    def __init__(self) -> None:
        self.clock, self.transport = Clock(), StringTransport()
        self.channel = TimelyChannel()
        self.channel.requestFactory = Answered
        self.channel.timeOut = 60
        self.channel.callLater = self.clock.callLater
        self.channel.makeConnection(self.transport)

    def bring(self, data: bytes, *, every: float, times: int) -> None:
        for _ in range(times):
            if not self.ended:
                self.channel.dataReceived(data)
                self.clock.advance(every)

    @property
    def ended(self) -> bool:
        return self.transport.disconnecting

    @property
    def answers(self) -> int:
        return self.transport.value().count(b"200 OK")


@pytest.fixture
def line() -> Iterator[Line]:
    line = Line()
    yield line
    line.channel.setTimeout(None)


def test_a_head_that_comes_byte_by_byte_is_cut_after_twenty_seconds(line: Line) -> None:
    line.bring(b"P", every=1, times=19)
    assert not line.ended
    line.bring(b"P", every=1, times=2)
    assert line.ended


def test_a_body_that_comes_byte_by_byte_is_cut(line: Line) -> None:
    line.channel.dataReceived(HEAD % 60_000 + b"\r\n")
    line.bring(b"x", every=1, times=19)
    assert not line.ended
    line.bring(b"x", every=1, times=2)
    assert line.ended
    assert not line.answers


def test_a_slow_line_that_does_bring_something_arrives(line: Line) -> None:
    """A hundred kilobytes in a minute and a half."""
    piece = b"x" * (BODY_BYTES // 10)
    line.bring(HEAD % (len(piece) * 50), every=5, times=1)
    line.channel.dataReceived(b"\r\n")
    line.bring(piece, every=1.8, times=50)
    assert (line.answers, line.ended) == (1, False)


def test_the_next_request_has_its_own_time_after_a_minute_of_silence(line: Line) -> None:
    whole = b"GET / HTTP/1.1\r\nHost: aurora.localhost\r\n\r\n"
    line.bring(whole, every=59, times=1)
    line.bring(b"GET / HTTP/1.1\r\nHost: ", every=15, times=1)
    line.bring(b"aurora.localhost\r\n\r\n", every=59, times=1)
    assert (line.answers, line.ended) == (2, False)
    line.clock.advance(2)
    assert line.ended
