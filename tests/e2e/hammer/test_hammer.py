"""Strangers hammer at one company, in many ways and from many addresses; those of another talk on as if nothing were
(P21)."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from contactcenter.demo.clients import Visitor
from contactcenter.demo.running import MANY_VISITORS, ROOT, Demo, start_demo
from tests.e2e.hammer.neighbours import COMPANY, Neighbours
from tests.e2e.house import ALWAYS, hours

ATTACKED = "aurora"
TOKENS = 20  # that the attackers came by
QUIET_SECONDS = 15
LONGEST_WAIT = 500.0  # ms, p95
GOING_ON = 5  # of each kind of thing that neighbours wait for, seen at least


@pytest.fixture
def fresh_demo(tmp_path: Path) -> Iterator[Demo]:
    """With as many web processes as `make run` starts by itself."""
    running = start_demo(tmp_path / "demo", more={**MANY_VISITORS, "WEB_PROCESSES": ""})
    yield running
    running.stop()


@pytest.mark.soak
async def test_a_flood_of_sockets_reaches_no_neighbour(fresh_demo: Demo) -> None:
    with hours(fresh_demo, COMPANY, ALWAYS):
        met, took = await hammer(
            fresh_demo,
            opens={"rate": 300, "seconds": 60, "many": 2000},
            deaf={"seconds": 60, "many": 20},
            giants={"seconds": 60, "many": 10},
            snails={"seconds": 70, "many": 200},
        )
    print(json.dumps({"met": met, "p95": took}, indent=1))

    assert not [what for kind in met.values() for what in kind if " 5" in f" {what}"], "0 x 5xx"
    assert sum(count for what, count in met["opens"].items() if what.split()[-1].isdigit()) > 9000
    for stranger in ("forged", "elsewhere", "nowhere"):
        assert f"{stranger} 101" not in met["opens"], "nobody is let in who has no right to"
    assert {what for what in met["opens"] if what.startswith("staff ended")} <= {
        "staff ended 4401",
        "staff ended 4429",
        "staff ended cut",
    }
    assert met["deaf"]["101"]
    assert "still there" not in met["deaf"]
    assert "still there" not in met["snails"]
    assert {what for what in met["giants"] if what.startswith("ended")} == {"ended cut"}
    for kind, milliseconds in took.items():
        assert milliseconds <= LONGEST_WAIT, f"{kind}: {milliseconds:.0f} ms"


async def hammer(demo: Demo, **attacks: dict[str, Any]) -> tuple[dict[str, dict[str, int]], dict[str, float]]:
    """What each kind of attacker met with, and for how long at most 95 of 100 neighbours waited, in ms."""
    host = demo.facts["hosts"]["companies"][ATTACKED]
    visitors = [
        Visitor(port=demo.port, host=host.split(":")[0], name="Mal", source=f"127.50.0.{number + 1}")
        for number in range(TOKENS)
    ]
    tokens = [(await asyncio.to_thread(visitor.fill_in, "hello"))["token"] for visitor in visitors]
    more = {"port": demo.port, "host": host}
    known = {**more, "tokens": tokens}
    begun = {
        "opens": {**known, "staff": demo.facts["hosts"]["shared"]},
        "deaf": known,
        "giants": known,
        "snails": more,
    }
    async with Neighbours(demo) as neighbours:
        await asyncio.sleep(QUIET_SECONDS)
        neighbours.took.clear()
        met = await asyncio.gather(*(attack(name, {**begun[name], **options}) for name, options in attacks.items()))
        assert set(neighbours.took) == {"visitor to agent", "agent to visitor", "round trip", "page"}
        assert min(len(took) for took in neighbours.took.values()) >= GOING_ON
        return dict(zip(attacks, met, strict=True)), neighbours.p95()


async def attack(name: str, options: dict[str, Any]) -> dict[str, int]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.e2e.hammer.attacks",
        name,
        json.dumps(options),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
    )
    said, _nothing = await process.communicate()
    assert process.returncode == 0
    return dict(json.loads(said))
