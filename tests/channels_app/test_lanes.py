"""Who waits for the database waits for their own company, not for another."""

from __future__ import annotations

import asyncio
import threading
import time
from typing import Any

from channels_app.lanes import Lane
from tenants.door import in_shared


async def test_one_company_that_asks_without_end_does_not_delay_another(committed: str) -> None:
    lane = Lane("test", threads=3, each=2)
    done: list[str] = []

    async def ask(company: str, seconds: float) -> None:
        with lane(company):
            await in_shared(time.sleep, seconds)
        done.append(company)

    flood = [asyncio.create_task(ask("aurora", 0.05)) for _ in range(40)]
    await asyncio.sleep(0.02)
    started = asyncio.get_running_loop().time()

    await ask("borealis", 0.01)

    assert asyncio.get_running_loop().time() - started < 0.2, "not behind a whole second of the others' work"
    await asyncio.gather(*flood)
    assert len(done) == 41


async def test_companies_take_turns(committed: str) -> None:
    lane, order = Lane("test", threads=1, each=1), []

    async def ask(company: str) -> None:
        with lane(company):
            await in_shared(order.append, company)

    blocker = threading.Event()
    with lane("x"):
        first = asyncio.create_task(in_shared(blocker.wait))
    await asyncio.sleep(0.05)
    waiting = [asyncio.create_task(ask(company)) for company in ("a", "a", "a", "a", "b", "b", "c")]
    await asyncio.sleep(0.05)
    blocker.set()
    await asyncio.gather(first, *waiting)

    assert order == ["a", "b", "c", "a", "b", "a", "a"]


async def test_no_more_than_its_threads_at_once_and_an_error_is_told(committed: str) -> None:
    lane, at_once, most = Lane("test", threads=3, each=2), 0, 0
    lock = threading.Lock()

    def work() -> None:
        nonlocal at_once, most
        with lock:
            at_once += 1
            most = max(most, at_once)
        time.sleep(0.01)
        with lock:
            at_once -= 1

    def fail() -> None:
        raise ValueError("told")

    with lane("aurora"):
        await asyncio.gather(*(in_shared(work) for _ in range(10)))
        answers: list[Any] = await asyncio.gather(in_shared(fail), in_shared(work), return_exceptions=True)
    assert most == 2
    assert isinstance(answers[0], ValueError)
    assert answers[1] is None


async def test_a_caller_who_has_left_holds_up_nobody(committed: str) -> None:
    lane, done = Lane("test", threads=1, each=1), []
    blocker = threading.Event()
    with lane("a"):
        first = asyncio.create_task(in_shared(blocker.wait))
        await asyncio.sleep(0.05)
        second = asyncio.create_task(in_shared(done.append, "second"))
        third = asyncio.create_task(in_shared(done.append, "third"))
    await asyncio.sleep(0.05)
    second.cancel()
    await asyncio.sleep(0.05)
    blocker.set()
    await asyncio.gather(first, third)
    assert done[-1] == "third"
