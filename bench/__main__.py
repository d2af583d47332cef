"""`make bench`: measures, prints a table, writes bench/results.json. BENCH=part for one part."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from bench import chat, desk, door, fan_out, sockets, start, tenants, widget
from bench.house import FEW, MANY, House, house
from bench.rows import Row, at_most
from contactcenter.demo.running import ROOT

DATA = ROOT / ".data-bench"
RESULTS = Path(__file__).with_name("results.json")
Measure = Callable[[House], list[Row]]
PARTS: dict[str, tuple[Measure, ...]] = {
    "chat": (chat.measure, sockets.measure, fan_out.measure, widget.measure),
    "desk": (desk.measure,),
    "door": (door.measure,),
    "tenants": (lambda built: tenants.measure(built.demo.environment()["DATABASE_URL"]),),
}
GROWING: dict[str, Measure] = {"chat": chat.measure, "desk": desk.measure, "door": door.measure}
MORE_IS_BETTER = ("chat.socket_ingest_x_floor", "door.calls_s")
GROWTH = 1.5
WIDTH = 150


def main() -> int:
    asked = os.environ.get("BENCH", "")
    known = ["run", *PARTS]
    if asked and asked not in known:
        print(f"BENCH={asked} is no part: choose {', '.join(known)}, or leave it out for all.")
        return 2
    parts = [asked] if asked else known
    rows = start.measure() if "run" in parts else []
    if parts != ["run"]:
        with house(DATA) as built:
            rows += in_house(built, [part for part in parts if part != "run"])
    RESULTS.write_text(json.dumps(rows, indent=1) + "\n")
    show(rows)
    return 0 if all(row["met"] for row in rows) else 1


def in_house(built: House, parts: list[str]) -> list[Row]:
    rows = [row for part in parts for measure in PARTS[part] for row in told(measure, built)]
    growing = [GROWING[part] for part in parts if part in GROWING]
    if growing:
        print(f"  … the same with {MANY} companies", flush=True)
        built.grow()
        before = {row["name"]: row for row in rows}
        rows += [growth(before[row["name"]], row) for measure in growing for row in told(measure, built)]
    return rows


def told(measure: Measure, built: House) -> list[Row]:
    rows = measure(built)
    for row in rows:
        print(f"  {row['name']:32} {row['value']:10.2f} {row['unit']:8} beside {row['limit']:.2f}", flush=True)
    return rows


def growth(few: Row, many: Row) -> Row:
    """How many times worse."""
    better = few["name"] in MORE_IS_BETTER
    value = few["value"] / many["value"] if better else many["value"] / few["value"]
    against = f"{few['value']:g} {few['unit']} with {FEW} companies, {many['value']:g} with {MANY}"
    return at_most(f"growth.{few['name']}", value, "x", GROWTH, limit=1.0, against=against)


def show(rows: list[Row]) -> None:
    table = Table(box=SIMPLE)
    for heading in ("Figure", "Value", "Beside", "Ratio", "Goal", ""):
        table.add_column(heading, justify="right" if heading in ("Value", "Ratio") else "left")
    for row in rows:
        table.add_row(
            row["name"],
            f"{row['value']:,.4g} {row['unit']}" if row["value"] < 10_000 else f"{row['value']:,.0f} {row['unit']}",
            f"{row['limit']:,.4g} ({row['limit_name']})",
            f"{row['ratio']:.2f}",
            row["goal"],
            "met" if row["met"] else "missed",
        )
    Console(width=WIDTH).print(table)


if __name__ == "__main__":
    raise SystemExit(main())
