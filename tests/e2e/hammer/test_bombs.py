"""Twelve files that hurt whoever unpacks or believes them, sent by a visitor: each is refused in words or kept as the
bytes it is, quickly, and the process grows by little (P20)."""

from __future__ import annotations

import http.client
import json
import os
import time
from pathlib import Path
from typing import NamedTuple

import pytest

from contactcenter.demo.clients import Visitor
from contactcenter.demo.running import Demo
from tests.e2e.hammer.bombs import Bomb, bombs

SECONDS, GROWTH = 2.0, 300 * 1024**2
KEPT, REFUSED = http.client.CREATED, {http.client.BAD_REQUEST, http.client.REQUEST_ENTITY_TOO_LARGE}


class Answer(NamedTuple):
    status: int
    headers: http.client.HTTPMessage
    body: bytes


class Sender:
    def __init__(self, demo: Demo, number: int) -> None:
        self.demo, self.source = demo, f"127.51.0.{number + 1}"
        self.host = demo.facts["hosts"]["companies"]["borealis"]
        visitor = Visitor(port=demo.port, host=self.host.split(":")[0], name="Mal", source=self.source)
        self.token = visitor.fill_in("hello")["token"]

    def ask(self, method: str, path: str, body: bytes = b"", kind: str = "") -> Answer:
        line = http.client.HTTPConnection("127.0.0.1", self.demo.port, timeout=30, source_address=(self.source, 0))
        headers = {"Host": self.host, "Authorization": f"Bearer {self.token}"}
        try:
            line.request(method, path, body or None, headers | ({"Content-Type": kind} if kind else {}))
            answer = line.getresponse()
            return Answer(answer.status, answer.headers, answer.read())
        finally:
            line.close()

    def send(self, bomb: Bomb) -> Answer:
        if bomb.body:
            return self.ask("POST", "/widget/files/", bomb.content, bomb.body)
        head = f'--b\r\nContent-Disposition: form-data; name="file"; filename="{bomb.name}"\r\n\r\n'.encode()
        return self.ask(
            "POST", "/widget/files/", head + bomb.content + b"\r\n--b--\r\n", "multipart/form-data; boundary=b"
        )


def memory_of(pid: int) -> int:
    """Bytes that it has resident: proc(5)."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


@pytest.mark.faults
def test_twelve_bombs(fresh_demo: Demo) -> None:
    demo = fresh_demo  # whose visitors are left waiting
    web = demo.pid("web")
    number = 0
    for number, bomb in enumerate(bombs(), start=1):
        sender = Sender(demo, number)
        before, began = memory_of(web), time.monotonic()
        answer = sender.send(bomb)
        took, grown = time.monotonic() - began, memory_of(web) - before
        assert took < SECONDS, f"{bomb.title}: {took:.1f} s"
        assert grown < GROWTH, f"{bomb.title}: {grown} bytes"
        if answer.status == KEPT:
            kept = sender.ask("GET", f"/widget/files/{json.loads(answer.body)['file']['id']}/")
            assert kept.body == bomb.content, bomb.title
            assert kept.headers["Content-Disposition"].startswith("attachment"), bomb.title
            assert kept.headers["X-Content-Type-Options"] == "nosniff", bomb.title
        else:
            assert answer.status in REFUSED, f"{bomb.title}: {answer.status}"
            assert answer.body, f"{bomb.title}: refused without a word"
    assert number == 12
    assert demo.pid("web") == web, "still the same process"
    assert not Path("/tmp/slipped.txt").exists()
