"""`test`, `quick`, `soak` and `pictures`: every check on services of their own, and one summary at the end."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
import xml.etree.ElementTree as ET
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from contactcenter.run.browser import chromium
from contactcenter.run.place import Place
from contactcenter.run.refusal import Refusal
from contactcenter.run.services import SERVICE_NAMES, environment, start_services, write_env_file
from contactcenter.run.session import run_step, supervise
from contactcenter.run.supervisor import Supervisor, ending_with_us
from contactcenter.run.terminal import paint, say

CODE = ("contactcenter", "tenants", "channels_app", "bench", "manage.py")
CONNECTIONS = 300
PATIENCE_SECONDS = 60.0  # tests that started whole demos stop them before they go
PARALLEL = ("-n", "2", "--dist", "loadgroup")
TESTS = {
    "test": (*PARALLEL, "--timeout=300", "-m", "not soak and not pictures"),
    "quick": (*PARALLEL, "--timeout=60", "-m", "not slow and not browser and not faults and not soak"),
    "soak": ("--timeout=3600", "-m", "soak"),
    "pictures": ("--timeout=300", "-m", "pictures"),
}


@dataclass(frozen=True)
class Result:
    title: str
    passed: bool
    seconds: float
    words: str = ""


def run_checks(place: Place, kind: str, pytest_arguments: Sequence[str]) -> int:
    started = time.monotonic()
    path, missing = ("", "left out of the inner loop") if kind == "quick" else chromium()
    # Servers of their own whatever the environment names: a suite must never meet the data of a product that runs.
    outer = {name: value for name, value in os.environ.items() if name not in SERVICE_NAMES}

    report = place.run / "tests.xml"

    async def work(supervisor: Supervisor) -> int:
        services = await start_services(place, supervisor, outer, connections=CONNECTIONS, fsync=False)
        environ = {**environment(place, services, outer), "CHROMIUM": path, "CHROMIUM_MISSING": missing}
        write_env_file(place, environ)
        checks = _commands() if kind in ("test", "quick") else []
        results = [await _check(title, command, environ) for title, command in checks]
        results.append(await _pytest([*TESTS[kind], *_reporting_to(report), *pytest_arguments], environ, report))
        _summarise(results, _left_out(report), seconds=time.monotonic() - started)
        if os.environ.get("CI") and missing and kind == "test":
            raise Refusal(f"A build must run everything: {missing}")
        return 0 if all(result.passed for result in results) else 1

    return supervise(place, work)


def _commands() -> list[tuple[str, list[str]]]:
    def tool(name: str) -> str:
        return str(Path(sys.executable).with_name(name))

    return [
        ("Lint", [tool("ruff"), "check", "--output-format=concise", "."]),
        ("Format", [tool("ruff"), "format", "--check", "."]),
        ("Types", [tool("mypy"), *CODE]),
        ("Import contracts", [tool("lint-imports")]),
        ("Migrations", [sys.executable, "manage.py", "makemigrations", "--check", "--dry-run"]),
    ]


async def _check(title: str, command: Sequence[str], environ: Mapping[str, str]) -> Result:
    started = time.monotonic()
    try:
        await run_step(title, command, environ)
        passed = True
    except Refusal:
        passed = False
    return Result(title, passed, time.monotonic() - started)


async def _pytest(arguments: Sequence[str], environ: Mapping[str, str], report: Path) -> Result:
    started = time.monotonic()
    say("  … Tests")
    process = await asyncio.create_subprocess_exec(
        *ending_with_us([sys.executable, "-m", "pytest", *arguments]),
        env=dict(environ),
        stdin=asyncio.subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        code = await process.wait()
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGINT)
            try:
                await asyncio.wait_for(process.wait(), PATIENCE_SECONDS)
            except TimeoutError:
                process.kill()
                await process.wait()
    return Result("Tests", code == 0, time.monotonic() - started, _counts(report))


def _reporting_to(report: Path) -> list[str]:
    report.unlink(missing_ok=True)  # that of an earlier run must not speak for this one
    return [f"--junitxml={report}"]


def _counts(report: Path) -> str:
    if not report.exists():
        return "no report"
    suites = list(ET.parse(report).getroot().iter("testsuite"))  # noqa: S314 - written a moment ago by pytest
    counts = ("tests", "skipped", "failures", "errors")
    total, skipped, failures, errors = (sum(int(suite.get(name, 0)) for suite in suites) for name in counts)
    return f"{total - skipped - failures - errors} passed, {failures + errors} failed, {skipped} not run"


def _left_out(report: Path) -> dict[str, list[str]]:
    """Tests that were skipped, by reason."""
    found: dict[str, list[str]] = {}
    if report.exists():
        for case in ET.parse(report).getroot().iter("testcase"):  # noqa: S314
            if (skipped := case.find("skipped")) is not None:
                name = f"{case.get('classname', '')}.{case.get('name', '')}"
                found.setdefault(skipped.get("message", "no reason"), []).append(name)
    return found


def _summarise(results: Sequence[Result], left_out: Mapping[str, Sequence[str]], *, seconds: float) -> None:
    say("\nSummary")
    for result in results:
        mark = paint("✓", "32") if result.passed else paint("✗", "31")
        say(f"  {mark} {result.title:<18} {result.seconds:6.1f} s  {result.words}")
    for reason, names in left_out.items():
        say(f"  Not run, {len(names)} tests: {reason}")
        for name in names:
            say(f"    {name}")
    passed = all(result.passed for result in results)
    words = "All checks passed" if passed else "Failed: " + ", ".join(r.title for r in results if not r.passed)
    say(paint(f"{words} ({seconds:.0f} s)", "32;1" if passed else "31;1"))
