"""A burst on the floor until the last of many watchers has seen all of it, beside a group of the stock channel layer.

The stock layer sends each watcher each change; the floor is read once for all of them and sent as it then is.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor

from bench.crowd import Member, gather, scatter
from bench.house import House, address
from bench.peers.running import Peer, peer
from bench.rows import Row, at_least
from bench.sockets import stock_post
from contactcenter.demo.clients import Desk, Visitor

WATCHERS, A_PERSON = 300, 5
CHANGES = 60
CALLERS = 4
HELLO = json.dumps({"v": 1, "t": "hello"})
STOCK_TEXT = 300  # characters of a change beside its mark, as a row of the floor has them
PATIENCE = 120.0


def measure(house: House) -> list[Row]:
    with peer(house, site=True) as site:
        stock = asyncio.run(watch_stock(site))
    ours = asyncio.run(watch(house))
    house.inside("end_talks")
    return [
        at_least(
            "chat.fanout_x_stock",
            ours / stock,
            "x",
            1.0,
            limit=1.0,
            against=f"stock layer, {stock:.1f} changes/s to {WATCHERS}",
        )
    ]


async def watch(house: House) -> float:
    """Changes a second: visitors who begin to wait, on the floor of every supervisor."""
    people = house.staff("supervisors", WATCHERS // A_PERSON)
    cookies = await asyncio.to_thread(sign_in, house, people)
    members = [
        Member(
            number,
            port=house.port,
            host="localhost",
            path="/ws/floor/",
            headers=f"Cookie: {cookies[number // A_PERSON]}\r\n",
            beat=json.dumps({"v": 1, "t": "heartbeat", "rev": 1_000_000}),
        )
        for number in range(WATCHERS)
    ]
    await gather(members, HELLO)
    for member in members:
        member.keep_alive(10.0)
    await asyncio.sleep(3)
    rate = await burst(members, lambda number: begin(house, number))
    await scatter(members)
    return rate


def sign_in(house: House, people: list[dict[str, str]]) -> list[str]:
    desks = [
        Desk(port=house.port, source=address(1000 + number), email=each["email"], password=each["password"])
        for number, each in enumerate(people)
    ]
    for desk in desks:
        desk.sign_in()
    return [desk.cookie() for desk in desks]


def begin(house: House, number: int) -> str:
    visitor = Visitor(
        port=house.port, host=house.host("borealis"), name=f"Burst {number}", source=address(2000 + number)
    )
    return str(visitor.fill_in("hello")["conversation"])


async def watch_stock(site: Peer) -> float:
    members = [Member(number, port=site.port, host="localhost", path="/ws?group=all") for number in range(WATCHERS)]
    await gather(members)

    def change(number: int) -> str:
        mark = f"mark-{number:05}"
        stock_post(site, "all", mark.ljust(STOCK_TEXT, "."))
        return mark

    rate = await burst(members, change)
    await scatter(members)
    return rate


async def burst(members: list[Member], change: Callable[[int], str]) -> float:
    """`change` makes one and gives the mark by which a watcher knows it."""
    seen: list[list[str]] = [[] for _ in members]
    heard = asyncio.Event()

    def look(number: int, text: str) -> None:
        seen[number].append(text)
        heard.set()

    for member in members:
        member.on_text = look
    started = time.perf_counter()
    with ThreadPoolExecutor(CALLERS) as callers:
        loop = asyncio.get_running_loop()
        made: list[Awaitable[str]] = [loop.run_in_executor(callers, change, number) for number in range(CHANGES)]
        marks = await asyncio.gather(*made)
    left = [set(marks) for _ in members]
    known: dict[str, set[str]] = {}  # many get the same frame
    while any(left):
        if time.perf_counter() > started + PATIENCE:
            raise RuntimeError(f"{sum(map(bool, left))} watchers did not see all of it")
        heard.clear()
        for number, frames in enumerate(seen):
            for text in frames:
                if text not in known:
                    known[text] = {mark for mark in marks if mark in text}
                left[number] -= known[text]
            frames.clear()
        if any(left):
            await asyncio.wait_for(heard.wait(), PATIENCE)
    return CHANGES / (time.perf_counter() - started)
