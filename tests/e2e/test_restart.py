"""`make restart` under load: nobody is refused, no request fails, every socket is back within seconds, and nothing that
was said is lost."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import subprocess
import sys
import time
from dataclasses import dataclass, field

import pytest

from contactcenter.demo.clients import Desk, Line
from contactcenter.demo.running import ROOT, Demo, clean_environment
from tests.e2e.test_faults import Floor

PATHS = ("/widget.js", "/widget/", "/widget/hours/", "/static/webchat/frame.css")
KEPT_OPEN = 10  # connections that ask again and again; the others ask once
SOCKETS = 20
BUSY = 2.0  # the test's machine does other things meanwhile; the soak has it alone


@dataclass
class Load:
    """Requests at a steady rate, half of them over connections that are kept, each from its moment whether or not the
    ones before were answered."""

    port: int
    hosts: tuple[str, str]  # the staff's, a company's
    a_second: int
    statuses: list[int] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    async def run(self) -> None:
        kept = asyncio.Queue[tuple[asyncio.StreamReader, asyncio.StreamWriter]]()
        begin = time.monotonic()
        async with asyncio.TaskGroup() as group:
            try:
                for number in itertools.count():
                    await asyncio.sleep(max(0.0, begin + number / self.a_second - time.monotonic()))
                    group.create_task(self.ask_kept(kept) if number % 2 else self.ask_once())
            except asyncio.CancelledError:
                pass  # those on their way come to their end

    async def ask_once(self) -> None:
        with self.noting_failures():
            reader, writer = await self.dial()
            await self.ask(reader, writer, last=True)
            writer.close()

    async def ask_kept(self, kept: asyncio.Queue[tuple[asyncio.StreamReader, asyncio.StreamWriter]]) -> None:
        """A kept connection that was closed before it answered anything is opened anew, as every browser and proxy does
        (RFC 9112, 9.3.1)."""
        with self.noting_failures():
            if not kept.empty():
                reader, writer = kept.get_nowait()
                with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
                    await self.ask(reader, writer)
                    kept.put_nowait((reader, writer))
                    return
            reader, writer = await self.dial()
            await self.ask(reader, writer)
            if kept.qsize() < KEPT_OPEN:
                kept.put_nowait((reader, writer))

    @contextlib.contextmanager
    def noting_failures(self):  # type: ignore[no-untyped-def]
        try:
            yield
        except (OSError, asyncio.IncompleteReadError, TimeoutError) as error:
            self.failures.append(repr(error))

    async def dial(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection("127.0.0.1", self.port)

    async def ask(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, last: bool = False) -> None:
        which = len(self.statuses) % 5
        host, path = (self.hosts[0], "/accounts/login/") if which == 0 else (self.hosts[1], PATHS[which - 1])
        ending = "Connection: close\r\n" if last else ""
        writer.write(f"GET {path} HTTP/1.1\r\nHost: {host}\r\n{ending}\r\n".encode())
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        headers = dict(line.split(": ", 1) for line in head.splitlines()[1:] if line)
        if "content-length" in headers:
            await reader.readexactly(int(headers["content-length"]))
        else:
            while size := int(await reader.readline(), 16):
                await reader.readexactly(size + len("\r\n"))
            await reader.readline()
        self.statuses.append(int(head.split()[1]))


@dataclass
class Watch:
    """How long each line was without a socket, and with which code it had been closed."""

    lines: list[Line]
    away: list[float] = field(default_factory=list)
    codes: list[int | None] = field(default_factory=list)

    async def run(self) -> None:
        since: dict[int, float] = {}
        while True:
            for number, line in enumerate(self.lines):
                if line.socket is None and number not in since:
                    since[number] = time.monotonic()
                    self.codes.append(line.closed_with)
                elif line.socket is not None and number in since:
                    self.away.append(time.monotonic() - since.pop(number))
            await asyncio.sleep(0.01)


def restart(demo: Demo) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "contactcenter.run", "restart"],
        cwd=ROOT,
        env={**clean_environment(), "DATA_DIR": str(demo.data_dir), "PORT": str(demo.port)},
        capture_output=True,
        text=True,
        check=False,
        timeout=180,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.faults
async def test_a_restart_under_load_cuts_nobody_and_loses_nothing(fresh_demo: Demo) -> None:
    await restart_under_load(fresh_demo, requests_a_second=20, back_within=5.0 * BUSY)


@pytest.mark.soak
async def test_a_restart_under_the_whole_load(fresh_demo: Demo) -> None:
    await restart_under_load(fresh_demo, requests_a_second=50, back_within=5.0)


async def restart_under_load(demo: Demo, *, requests_a_second: int, back_within: float) -> None:
    floor = Floor(demo)
    more = SOCKETS - len(floor.desks) - len(floor.visitors)
    tabs = [
        Desk(port=demo.port, email=desk.email, password=desk.password, accepts=False)
        for desk in itertools.islice(itertools.cycle(floor.desks), more)
    ]
    load = Load(demo.port, (f"localhost:{demo.port}", demo.facts["hosts"]["companies"]["aurora"]), requests_a_second)
    try:
        await floor.open()
        for tab, desk in zip(tabs, itertools.cycle(floor.desks), strict=False):
            tab.cookies = desk.cookies  # of the same browser
            await tab.start()
            await tab.until(lambda tab=tab: bool(tab.me), what="a second tab")
        watch = Watch([*floor.desks, *floor.visitors, *tabs])
        await floor.start_talking()
        beside = [asyncio.create_task(work) for work in (load.run(), watch.run())]
        before = {name: demo.pid(name) for name in ("web", "router", "relay", "worker", "beat", "postgres", "redis")}
        try:
            await asyncio.to_thread(restart, demo)
            await asyncio.sleep(back_within)
        finally:
            for task in beside:
                task.cancel()
            ended = await asyncio.gather(*beside, return_exceptions=True)
        assert all(end is None or isinstance(end, asyncio.CancelledError) for end in ended), ended
        await floor.stop_talking()
    finally:
        for tab in tabs:
            await tab.stop()
        await floor.close()

    assert load.failures == []
    assert set(load.statuses) == {200}
    assert len(load.statuses) > 10 * requests_a_second
    assert set(watch.codes) == {4012}
    assert len(watch.away) >= SOCKETS, "every socket went and came back"
    assert max(watch.away) < back_within
    changed = {name for name, pid in before.items() if demo.pid(name) != pid}
    assert changed == {"web", "router", "relay", "worker", "beat"}
