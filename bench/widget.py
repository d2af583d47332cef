"""What a visitor's browser fetches to open a chat."""

from __future__ import annotations

import gzip
import http.client
import re
from urllib.parse import urlsplit

from bench.house import House
from bench.rows import Row, at_most

LIMIT = 30_000
COMPANY = "aurora"
PAGES = ("/widget.js", "/widget/?language=es", "/widget/brand.css")  # Spanish is the longer one


def measure(house: House) -> list[Row]:
    frame = fetch(house, PAGES[1]).decode()
    parts = {urlsplit(found).path for found in re.findall(r'(?:src|href)="([^"]+\.(?:js|css|svg))"', frame)}
    found = {path: fetch(house, path) for path in (*PAGES, *sorted(parts - set(PAGES)))}
    modules = {
        f"{path.rpartition('/')[0]}/{name}"
        for path, content in found.items()
        if path.endswith(".js")
        for name in re.findall(r"from '\./([\w.-]+)'", content.decode())
    }
    found |= {path: fetch(house, path) for path in sorted(modules - set(found))}
    value = sum(len(gzip.compress(content, 9)) for content in found.values())
    return [
        at_most(
            "chat.widget_gzip_bytes", value, "bytes", LIMIT - 1, limit=LIMIT, against=f"{len(found)} files, gzipped"
        )
    ]


def fetch(house: House, path: str) -> bytes:
    line = http.client.HTTPConnection("127.0.0.1", house.port, timeout=30)
    line.request("GET", path, headers={"Host": f"{house.host(COMPANY)}:{house.port}"})
    answer = line.getresponse()
    if answer.status != http.client.OK:
        raise RuntimeError(f"{path} answered {answer.status}")
    return answer.read()
