"""The agent's page while much is open on the floor."""

from __future__ import annotations

import http.client
import time

from bench.house import House
from bench.rows import Row, at_most, percentile
from contactcenter.demo.clients import Desk

OPEN = 500
LOOKS = 60
COMPANIES = ("aurora", "borealis")


def measure(house: House) -> list[Row]:
    for schema in COMPANIES:
        house.inside("make_talks", schema, OPEN // len(COMPANIES), OPEN // len(COMPANIES))
    [login] = house.staff("agents", 1)
    desk = Desk(port=house.port, email=login["email"], password=login["password"])
    desk.sign_in()
    took = [look(house, desk.cookie(), "/desk/") for _ in range(LOOKS + 5)][5:]
    bare = [look(house, desk.cookie(), "/livez") for _ in range(LOOKS + 5)][5:]
    queries = house.inside("desk_queries", login["email"])
    house.inside("end_talks")
    limit = percentile(bare, 0.95)
    return [
        at_most(
            "desk.page_p95_ms", percentile(took, 0.95), "ms", 250, limit=limit, against="/livez of the same process"
        ),
        at_most("desk.page_queries", queries, "queries", 30, limit=1, against="one query"),
    ]


def look(house: House, cookie: str, path: str) -> float:
    """ms."""
    line = http.client.HTTPConnection("127.0.0.1", house.port, timeout=30)
    started = time.perf_counter()
    line.request("GET", path, headers={"Host": f"localhost:{house.port}", "Cookie": cookie})
    answer = line.getresponse()
    answer.read()
    took = (time.perf_counter() - started) * 1000
    line.close()
    if answer.status != http.client.OK:
        raise RuntimeError(f"{path} answered {answer.status}")
    return took
