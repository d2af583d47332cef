"""The floor's pure script: frames in, and what the tables show out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.faces.desk.pure_scripts import PureScripts, pure_scripts

pytestmark = pytest.mark.browser

Frame = dict[str, Any]
FILE = "../floor/state.js"
EMPTY: Frame = {"rev": None, "stale": False, "offset": 0, "link": {}} | {
    part: {} for part in ("companies", "queues", "pools", "items", "agents", "alarms", "repairs")
}
ALL = {"company": "", "pool": ""}


@pytest.fixture(scope="module")
def scripts() -> Iterator[PureScripts]:
    with pure_scripts() as opened:
        yield opened


def reduce(scripts: PureScripts, *frames: Frame, state: Frame | None = None) -> Frame:
    state = state or EMPTY
    for frame in frames:
        state = scripts.call(FILE, "reduce", state, frame)
    return state


def queue(number: int, company: str = "aurora", pool: int = 1, **more: Any) -> Frame:
    return {"id": number, "company": company, "pool": pool, "name": f"Q{number}", "channel": "chat", **more}


def item(number: int, of: int = 1, *, front: bool = False, priority: int = 0, at: int = 0, why: str = "busy") -> Frame:
    turn = [0 if front else 1, -priority, f"2026-11-24T10:00:{at:02}", number]
    return {"id": number, "company": "aurora", "queue": of, "channel": "chat", "turn": turn, "why": why}


def rows(*all_rows: Frame) -> Frame:
    return {str(row["id"]): row for row in all_rows}


def snapshot(rev: int, **parts: Frame) -> Frame:
    return {"t": "snapshot", "rev": rev, **parts}


def changed(rev: int, **parts: Frame) -> Frame:
    return {"t": "floor.changed", "rev": rev, **{part: {"put": {}, "gone": [], **parts[part]} for part in parts}}


def test_rows_are_put_and_taken_away(scripts: PureScripts) -> None:
    state = reduce(
        scripts,
        snapshot(4, items=rows(item(1), item(2))),
        changed(5, items={"put": rows(item(3)), "gone": ["1"]}),
    )
    assert (sorted(state["items"]), state["rev"], state["stale"]) == (["2", "3"], 5, False)


def test_a_gap_or_another_heartbeat_asks_anew_and_old_frames_are_nothing(scripts: PureScripts) -> None:
    state = reduce(scripts, snapshot(4, items=rows(item(1))))
    gap = reduce(scripts, changed(6, items={"gone": ["1"]}), state=state)
    assert (gap["stale"], list(gap["items"]), gap["rev"]) == (True, ["1"], 4)
    assert reduce(scripts, snapshot(6, items={}), state=gap)["stale"] is False
    assert reduce(scripts, changed(4, items={"gone": ["1"]}), state=state) == state
    beat = {"t": "heartbeat", "now": "2026-11-24T10:00:00Z"}
    assert reduce(scripts, {**beat, "rev": 4}, state=state)["stale"] is False
    assert reduce(scripts, {**beat, "rev": 5}, state=state)["stale"] is True


def test_places_are_counted_in_each_queue_as_the_router_serves(scripts: PureScripts) -> None:
    state = reduce(
        scripts,
        snapshot(
            1,
            queues=rows(queue(1), queue(2)),
            items=rows(
                item(1, at=5),
                item(2, at=1),
                item(3, at=9, priority=1),
                item(4, at=9, front=True, priority=-2),
                item(5, of=2, at=3),
                item(6, at=0, why="held"),
            ),
        ),
    )
    found = scripts.call(FILE, "waiting", state, ALL)
    assert [(row["id"], row["place"]) for row in found] == [(4, 1), (3, 2), (2, 3), (5, 1), (1, 4), (6, None)]


def test_company_and_pool_choose_what_is_shown(scripts: PureScripts) -> None:
    state = reduce(
        scripts,
        snapshot(
            1,
            companies={schema: {"schema": schema, "name": schema.title()} for schema in ("borealis", "aurora")},
            queues=rows(queue(1), queue(2, pool=2), queue(3, "borealis")),
            items=rows(item(1), item(2, of=2), {**item(3, of=3), "company": "borealis"}),
            agents=rows(
                {"id": 1, "name": "Ines", "presence": "available", "companies": ["aurora"], "pools": [1]},
                {"id": 2, "name": "Ada", "presence": "available", "companies": ["borealis"], "pools": [2]},
                {"id": 3, "name": "Bo", "presence": "not_responding", "companies": ["aurora"], "pools": [2]},
            ),
        ),
    )

    def ids(name: str, **only: object) -> list[int]:
        return [row["id"] for row in scripts.call(FILE, name, state, {**ALL, **only})]

    assert ids("waiting", company="borealis") == [3]
    assert ids("waiting", pool=2) == [2]
    assert ids("agents") == [3, 2, 1]  # who does not respond first, then by name
    assert ids("agents", company="aurora", pool="2") == [3]
    groups = scripts.call(FILE, "companies", state, ALL)
    assert [(group["company"]["schema"], [row["id"] for row in group["queues"]]) for group in groups] == [
        ("aurora", [1, 2]),
        ("borealis", [3]),
    ]


def test_where_it_may_go_and_to_whom(scripts: PureScripts) -> None:
    def agent(number: int, used: int, **more: Any) -> Frame:
        fields = {"presence": "available", "companies": ["aurora"], "limit": 4, "used": used, "name": f"A{number}"}
        return {"id": number, **fields, **more}

    state = reduce(
        scripts,
        snapshot(
            1,
            queues=rows(queue(1), queue(2), queue(3, "borealis"), queue(4, channel="email")),
            agents=rows(agent(1, 3), agent(2, 1), agent(3, 0, presence="break"), agent(4, 0, companies=["borealis"])),
        ),
    )
    one = {**item(1), "holder": 9}
    assert [row["id"] for row in scripts.call(FILE, "targets", state, one)] == [2]
    assert [row["id"] for row in scripts.call(FILE, "takers", state, one)] == [2, 1]
    assert [row["id"] for row in scripts.call(FILE, "takers", state, {**one, "holder": 2})] == [1]


def test_the_gravest_alarms_come_first(scripts: PureScripts) -> None:
    def alarm(kind: str, since: str) -> Frame:
        return {"key": f"{kind}.{since}", "kind": kind, "queue": 1, "since": since}

    raised = [alarm("breach", "1"), alarm("bounced", "2"), alarm("nobody", "4"), alarm("nobody", "3")]
    state = reduce(scripts, snapshot(1, queues=rows(queue(1)), alarms={row["key"]: row for row in raised}))
    assert [row["key"] for row in scripts.call(FILE, "alarms", state, ALL)] == [
        "nobody.3",
        "nobody.4",
        "bounced.2",
        "breach.1",
    ]
