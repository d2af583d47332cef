"""How many visitors one web process holds, what each costs, and how soon one of them hears what is meant for them."""

from __future__ import annotations

import asyncio
import http.client
import json
import random
import time
from collections.abc import Callable
from dataclasses import dataclass

from bench.crowd import Member, gather, scatter
from bench.house import House, house
from bench.peers.running import Peer, peer
from bench.rows import Row, at_least, at_most, percentile
from contactcenter.demo.running import ROOT

HELD = 4_000
STOCK = 1_000
ADDRESSED = 250  # of those held, whose talk goes on
PUSHES, A_SECOND = 200, 8.0
HEARTBEAT = 10.0
COMPANY = "cumbre"
DATA = ROOT / ".data-bench-one"
HELLO = json.dumps({"v": 1, "t": "hello", "rev": 0})
BEAT = json.dumps({"v": 1, "t": "heartbeat", "rev": 0})


@dataclass
class Held:
    kb_each: float
    open: int
    p99: float


def measure(_many: House) -> list[Row]:
    with house(DATA, WEB_PROCESSES="1") as one:
        ours = asyncio.run(hold(one))
        with peer(one, site=True) as site:
            stock = asyncio.run(hold_stock(site))
    name = f"stock consumer on daphne, {STOCK} sockets"
    held = at_least(
        "chat.sockets_held", ours.open, "sockets", HELD, limit=STOCK, against=f"{name}: p99 {stock.p99:.0f} ms"
    )
    return [
        at_most("chat.sockets_kb_each", ours.kb_each, "kB", 60, limit=stock.kb_each, against=name),
        held,
        at_most("chat.addressed_push_p99_ms", ours.p99, "ms", 200, limit=stock.p99, against=name),
    ]


async def hold(one: House) -> Held:
    talks = await asyncio.to_thread(one.inside, "make_talks", COMPANY, HELD, ADDRESSED)
    host = one.host(COMPANY)
    members = [
        Member(
            number,
            port=one.port,
            host=host,
            path="/ws/widget/",
            headers=f"Sec-WebSocket-Protocol: contactcenter.v1, token.{talk['token']}\r\n",
            beat=BEAT,
        )
        for number, talk in enumerate(talks)
    ]
    before = one.memory_kb("web")
    await gather(members, HELLO)
    for member in members:
        member.beat = json.dumps({"v": 1, "t": "heartbeat", "rev": 1_000_000})  # everything that was sent arrived
        member.keep_alive(HEARTBEAT)
    await asyncio.sleep(15)
    kb_each = (one.memory_kb("web") - before) / HELD
    took = await push(
        members[:ADDRESSED],
        lambda number, text: post(one, talks[number]["conversation"], text),
    )
    still = sum(1 for member in members if member.closed_with is None and member.writer is not None)
    await scatter(members)
    return Held(kb_each, still, percentile(took, 0.99))


def post(house: House, conversation: str, text: str) -> None:
    line = http.client.HTTPConnection("127.0.0.1", house.port, timeout=30)
    headers = {
        "Host": f"{house.host(COMPANY)}:{house.port}",
        "Authorization": f"Bearer {house.api_token(COMPANY)}",
        "Content-Type": "application/json",
        "Idempotency-Key": text,
    }
    line.request("POST", f"/api/v1/conversations/{conversation}/messages", json.dumps({"text": text}), headers)
    answer = line.getresponse()
    if answer.status != http.client.CREATED:
        raise RuntimeError(f"the API answered {answer.status}: {answer.read()[:300]!r}")
    line.close()


async def hold_stock(site: Peer) -> Held:
    members = [Member(number, port=site.port, host="localhost", path=f"/ws?group={number}") for number in range(STOCK)]
    before = site.memory_kb()
    await gather(members)
    await asyncio.sleep(5)
    kb_each = (site.memory_kb() - before) / STOCK
    took = await push(members, lambda number, text: stock_post(site, number, text))
    await scatter(members)
    return Held(kb_each, STOCK, percentile(took, 0.99))


def stock_post(site: Peer, group: int | str, text: str) -> None:
    line = http.client.HTTPConnection("127.0.0.1", site.port, timeout=30)
    line.request("POST", f"/push?group={group}", text)
    line.getresponse().read()
    line.close()


async def push(members: list[Member], send: Callable[[int, str], None]) -> list[float]:
    """To one of them each time: ms from the request until it stands on that socket."""
    arrived: dict[str, float] = {}
    wanted: set[str] = set()
    all_here = asyncio.Event()

    def look(_number: int, text: str) -> None:
        for mark in [mark for mark in wanted if mark in text]:
            arrived[mark] = time.perf_counter()
            wanted.discard(mark)
        if not wanted:
            all_here.set()

    for member in members:
        member.on_text = look
    sent: dict[str, float] = {}
    for number in range(PUSHES):
        mark = f"push-{number}-{random.getrandbits(40):x}"
        wanted.add(mark)
        all_here.clear()
        sent[mark] = time.perf_counter()
        await asyncio.to_thread(send, random.randrange(len(members)), mark)  # noqa: S311
        await asyncio.sleep(max(0.0, 1 / A_SECOND - (time.perf_counter() - sent[mark])))
    try:
        await asyncio.wait_for(all_here.wait(), 20)
    except TimeoutError:
        raise RuntimeError(f"{len(wanted)} pushes never arrived") from None
    return [(arrived[mark] - at) * 1000 for mark, at in sent.items()]
