"""The door of a web process: who holds more than its share steps back for a moment, and no longer."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest
from twisted.internet import selectreactor
from twisted.internet.protocol import Factory, Protocol

from channels_app import connections
from channels_app.connections import STEP_BACK, Door


class Shares:
    above = True

    def is_above(self) -> bool:
        return self.above


class Caller(Protocol):
    def connectionMade(self) -> None:
        self.factory.taken.append(self.transport)  # type: ignore[union-attr]


class House(Factory):
    protocol = Caller

    def __init__(self) -> None:
        self.taken: list[object] = []


@pytest.fixture
def shares(monkeypatch: pytest.MonkeyPatch) -> Shares:
    monkeypatch.setattr(Door, "all", [])
    monkeypatch.setattr(connections, "shares", mine := Shares())
    return mine


@pytest.fixture
def reactor() -> Iterator[selectreactor.SelectReactor]:
    reactor = selectreactor.SelectReactor()
    yield reactor
    reactor.disconnectAll()


def turns(reactor: selectreactor.SelectReactor, seconds: float) -> None:
    until = reactor.seconds() + seconds
    while reactor.seconds() < until:
        reactor.iterate(0.005)


@pytest.fixture
def door(shares: Shares, reactor: selectreactor.SelectReactor) -> Door:
    door = Door(0, House(), reactor=reactor)
    door.startListening()
    return door


def knock(door: Door) -> socket.socket:
    return socket.create_connection(("127.0.0.1", door.getHost().port))


def test_who_holds_more_steps_back_once_and_then_takes_who_still_stands_there(
    door: Door, reactor: selectreactor.SelectReactor
) -> None:
    with knock(door):
        turns(reactor, STEP_BACK / 2)
        assert door.factory.taken == []
        turns(reactor, STEP_BACK * 3)
        assert len(door.factory.taken) == 1


def test_who_does_not_takes_at_once(shares: Shares, door: Door, reactor: selectreactor.SelectReactor) -> None:
    shares.above = False
    with knock(door):
        turns(reactor, STEP_BACK / 2)
        assert len(door.factory.taken) == 1


def test_one_that_ends_while_it_steps_back_takes_nobody_any_more(
    door: Door, reactor: selectreactor.SelectReactor
) -> None:
    with knock(door):
        turns(reactor, STEP_BACK / 2)
        for each in Door.all:
            each.stopListening()
        turns(reactor, STEP_BACK * 3)
        assert door.factory.taken == []
