"""A token bucket never gives more than burst + rate x time, in Redis as in the pure rule; without Redis half."""

import asyncio
import uuid

import pytest
import redis
from hypothesis import given, settings
from hypothesis import strategies as st

from contactcenter.lib import rate_limit
from contactcenter.lib.rate_limit import LocalBuckets, allow, allow_async, take

rates = st.sampled_from([0.1, 0.5, 1.0, 20.0, 100 / 60])
bursts = st.integers(1, 40)
steps = st.lists(st.floats(0, 30, allow_nan=False), min_size=1, max_size=60)


@given(rates, bursts, steps)
@settings(deadline=None)
def test_never_more_than_burst_and_rate(rate: float, burst: int, waits: list[float]) -> None:
    bucket, now, allowed = None, 1000.0, []
    for wait in waits:
        now += wait
        bucket, refused = take(bucket, rate=rate, burst=burst, now=now)
        if not refused:
            allowed.append(now)
    for first, start in enumerate(allowed):
        for last in range(first, len(allowed)):
            assert last - first + 1 <= burst + rate * (allowed[last] - start) + 1e-6


@given(rates, bursts, steps)
@settings(deadline=None)
def test_who_waits_as_told_is_let_in(rate: float, burst: int, waits: list[float]) -> None:
    bucket, now = None, 1000.0
    for wait in waits:
        now += wait
        bucket, refused = take(bucket, rate=rate, burst=burst, now=now)
        if refused:
            now += refused + 1e-6
            bucket, refused = take(bucket, rate=rate, burst=burst, now=now)
            assert not refused


def test_by_hand() -> None:
    """Six at once, then one every ten seconds."""
    bucket, refusals = None, []
    for now in (0, 0, 0, 0, 0, 0, 0, 4, 10, 10):
        bucket, wait = take(bucket, rate=0.1, burst=6, now=float(now))
        refusals.append(wait)
    assert refusals == pytest.approx([0, 0, 0, 0, 0, 0, 10, 6, 0, 10])


@given(rates, bursts, st.lists(st.floats(-5, 30, allow_nan=False), min_size=1, max_size=15))
@settings(deadline=None, max_examples=40)
def test_redis_does_as_the_rule_says(rate: float, burst: int, waits: list[float]) -> None:
    name, bucket, now = f"test:{uuid.uuid4()}", None, 1_800_000_000.25
    for wait in waits:
        now += wait
        bucket, expected = take(bucket, rate=rate, burst=burst, now=now)
        assert allow(name, "203.0.113.7", rate=rate, burst=burst, now=now) == pytest.approx(expected, abs=1e-6)


async def test_two_kinds_of_caller_share_a_bucket() -> None:
    name = f"test:{uuid.uuid4()}"
    assert allow(name, "x", rate=0.01, burst=2, now=50.0) == 0
    assert await allow_async(name, "x", rate=0.01, burst=2, now=50.0) == 0
    assert await allow_async(name, "x", rate=0.01, burst=2, now=50.0) == pytest.approx(100)
    assert await allow_async(name, "y", rate=0.01, burst=2, now=50.0) == 0
    answers = await asyncio.gather(*(allow_async(name, "z", rate=0.01, burst=5, now=50.0) for _ in range(20)))
    assert answers.count(0) == 5


def test_no_address_reaches_redis() -> None:
    name = f"test:{uuid.uuid4()}"
    allow(name, "203.0.113.77", rate=1, burst=2, now=1.0)
    keys = [key.decode() for key in rate_limit.client().scan_iter(f"*{name}*")]
    assert len(keys) == 1
    assert "203.0.113.77" not in keys[0]
    assert 0 < rate_limit.client().pttl(keys[0]) <= 3000


def test_without_redis_half_is_allowed_and_nothing_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rate_limit, "local", LocalBuckets())
    nowhere = redis.Redis.from_url("unix:///nowhere/redis.sock")
    monkeypatch.setattr(rate_limit, "client", lambda: nowhere)
    answers = [allow("test:lost", "x", rate=1, burst=10, now=100.0) for _ in range(10)]
    assert answers.count(0) == 5
    assert answers[-1] == pytest.approx(2)  # a token every two seconds
    assert allow("test:lost", "x", rate=1, burst=10, now=102.0) == 0


def test_local_buckets_do_not_grow_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rate_limit, "LOCAL_BUCKETS", 3)
    buckets = LocalBuckets()
    for number in range(10):
        buckets.ask(str(number), rate=1, burst=2, now=0.0)
    assert len(buckets._buckets) == 3
