"""Web processes share the sockets. Each `Shares` here stands for a process; two real ones share a door in
test_served."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from channels_app.shares import Shares, key
from contactcenter.lib import redis_clients

NOW = 1_800_000_000.0


@pytest.fixture(autouse=True)
def nobody() -> Iterator[None]:
    redis_clients.client().delete(key())
    yield
    redis_clients.client().delete(key())


async def tell(*several: Shares, now: float = NOW) -> None:
    for _ in range(2):  # the first to tell has not heard of the others
        for shares in several:
            await shares.tell(now)


async def test_alone_it_takes_everybody() -> None:
    one = Shares(lambda: 500)
    await tell(one)
    assert not one.is_above()


@pytest.mark.parametrize(
    ("mine", "theirs", "above"),
    [(4, 0, False), (5, 0, True), (104, 100, False), (110, 100, False), (111, 100, True), (0, 50, False)],
)
async def test_who_holds_more_by_a_tenth_and_by_four_steps_back(mine: int, theirs: int, above: bool) -> None:
    one, other = Shares(lambda: mine), Shares(lambda: theirs)
    await tell(one, other)
    assert one.is_above() is above


async def test_nobody_waits_for_one_that_ended_or_died() -> None:
    one, ended, died = Shares(lambda: 50), Shares(lambda: 0), Shares(lambda: 0)
    await tell(one, ended, died)
    assert one.others == [0, 0]
    await ended.end()
    await one.tell(NOW + 1)
    assert one.others == [0]
    await one.tell(NOW + 6)
    assert not one.is_above()


async def test_nobody_steps_back_without_redis(monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = Shares(lambda: 50), Shares(lambda: 0)
    await tell(one, other)
    assert one.is_above()

    class Away:
        def pipeline(self, *, transaction: bool) -> None:
            raise ConnectionError

    monkeypatch.setattr("channels_app.shares.async_client", Away)
    await one.tell(NOW + 1)
    assert not one.is_above()
