"""Sockets of one address are counted over all web processes, and the count heals whatever dies. Each `Places` here
stands for a process."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator
from uuid import uuid4

import pytest

from channels_app import places as module
from channels_app.places import Places
from contactcenter.lib import redis_clients

ADDRESS = "203.0.113.7"


@pytest.fixture
def whose() -> Iterator[str]:
    """An address at a company that no other test knows."""
    yield f"{uuid4()} {ADDRESS}"


def keys() -> list[str]:
    return [key.decode() for key in redis_clients.client().scan_iter(redis_clients.key_of("*"))]


async def enter(places: Places, whose: str, times: int, *, most: int = 5) -> list[bool]:
    return [await places.enter(whose, most=most) for _ in range(times)]


async def test_as_many_as_may_over_all_processes(whose: str) -> None:
    one, other = Places(), Places()
    assert await enter(one, whose, 3) == [True] * 3
    assert await enter(other, whose, 3) == [True, True, False]
    assert await enter(one, whose, 1) == [False]

    await other.leave(whose)

    assert await enter(one, whose, 2) == [True, False]
    assert await enter(one, f"{whose}8", 1) == [True], "another address is none of its business"


async def test_a_crowd_that_comes_and_goes_is_never_more_and_leaves_no_place_taken(whose: str) -> None:
    several, chance, inside = [Places() for _ in range(3)], random.Random(1), 0

    async def visit(places: Places) -> bool:
        nonlocal inside
        await asyncio.sleep(chance.random() / 20)
        if not await places.enter(whose, most=5):
            return False
        inside += 1
        assert inside <= 5
        await asyncio.sleep(chance.random() / 50)
        inside -= 1
        await places.leave(whose)
        return True

    got = await asyncio.gather(*(visit(chance.choice(several)) for _ in range(150)))

    assert 5 < sum(got) < 150
    assert await enter(several[0], whose, 6) == [True] * 5 + [False]


async def test_what_a_killed_process_held_is_free_again(whose: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SIGN_LASTS", 0.3)
    monkeypatch.setattr(module, "SIGN_EVERY", 60.0)  # it gives no further sign
    killed, living = Places(), Places()
    assert await enter(killed, whose, 5) == [True] * 5
    assert await enter(living, whose, 1) == [False]

    await asyncio.sleep(0.35)

    assert await enter(living, whose, 6) == [True] * 5 + [False]


async def test_what_redis_forgot_is_told_again(whose: str) -> None:
    one, other = Places(), Places()
    await enter(one, whose, 4)
    redis_clients.client().delete(*keys())

    await one.give_sign()

    assert await enter(other, whose, 2) == [True, False]


async def test_without_redis_each_process_counts_its_own(whose: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redis_clients.settings, "REDIS_URL", "unix:///nowhere/redis.sock")
    monkeypatch.setattr(redis_clients, "_async_clients", {})
    places = Places()
    assert await enter(places, whose, 6) == [True] * 5 + [False]
    await places.leave(whose)
    assert await enter(places, whose, 2) == [True, False]


async def test_nothing_stays_behind_and_no_address_is_kept(whose: str) -> None:
    places, before = Places(), set(keys())
    await enter(places, whose, 2)
    new = set(keys()) - before
    assert len(new) == 2, "a count and a sign of life"
    assert not any(ADDRESS in key for key in new)
    assert all(redis_clients.client().pttl(key) > 0 for key in new)

    for _ in range(2):
        await places.leave(whose)

    assert [key for key in set(keys()) - before if "sockets" in key] == []
    assert not places.held
