"""The product's own pages in a real browser, with the product's own views and sockets of this very process behind
them, and a line between that loses frames and brings them twice."""

from __future__ import annotations

import asyncio
import json
import mimetypes
import os
import random
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.test import Client
from playwright.async_api import Browser, BrowserContext, Page, Route, WebSocketRoute, async_playwright

from channels_app.routing import sockets
from tenants.door import in_shared

STATIC = Path(__file__).resolve().parents[2] / "static"
# A page's seconds pass several times as fast, so that its patience and its heartbeats are soon over.
HASTE = """
  const start = Date.now(), now = Date.now, later = setTimeout, again = setInterval
  Date.now = () => start + (now() - start) * HASTE
  window.setTimeout = (work, wait = 0, ...more) => later(work, wait / HASTE, ...more)
  window.setInterval = (work, wait = 0, ...more) => again(work, wait / HASTE, ...more)
"""
TICKER = "setInterval(() => postMessage(null), 500 / HASTE)"


class Chaos:
    """`lost` and `twice` are shares of the frames from the server to a page."""

    def __init__(self, seed: int, *, lost: float, twice: float) -> None:
        self.chance = random.Random(seed)
        self.lost, self.twice = lost, twice
        self.over = False
        self.frames = self.dropped = self.doubled = self.lines = 0

    def times(self) -> int:
        if self.over:
            return 1
        self.frames += 1
        fate = self.chance.random()
        if fate < self.lost:
            self.dropped += 1
            return 0
        if fate < self.lost + self.twice:
            self.doubled += 1
            return 2
        return 1


class Window:
    """One person's browser. `haste`: how much faster its time passes."""

    def __init__(self, context: BrowserContext, chaos: Chaos, haste: int) -> None:
        self.context, self.chaos, self.haste = context, chaos, haste
        self.sockets: set[asyncio.Task[None]] = set()
        self.errors: list[str] = []

    async def open(self, address: str) -> Page:
        page = await self.context.new_page()
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        await page.goto(address)
        return page

    async def serve(self, route: Route) -> None:
        address = urlsplit(route.request.url)
        if address.path.endswith("/ticker.js"):
            await route.fulfill(body=TICKER.replace("HASTE", str(self.haste)), content_type="text/javascript")
        elif address.path.startswith("/static/"):
            file = STATIC / address.path.removeprefix("/static/")
            await route.fulfill(path=file, content_type=mimetypes.guess_type(file.name)[0] or "text/plain")
        else:
            status, headers, body = await in_shared(self.ask, route.request.method, address, await self.headers(route))
            await route.fulfill(status=status, headers=headers, body=body)

    async def headers(self, route: Route) -> dict[str, str]:
        return {name: value for name, value in (await route.request.all_headers()).items() if name[0] != ":"}

    def ask(self, method: str, address: Any, headers: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
        target = f"{address.path}?{address.query}" if address.query else address.path
        client = Client(headers={**headers, "host": address.netloc})
        client.cookies = SimpleCookie(headers.get("cookie", ""))
        answer = client.generic(method, target)
        return answer.status_code, dict(answer.headers), answer.getvalue()

    async def connect(self, line: WebSocketRoute) -> None:
        """A new line never comes from the same address: limits by address are not what is tried here."""
        self.chaos.lines += 1
        address = urlsplit(line.url)
        cookies = await self.context.cookies(f"http://{address.netloc}")
        cookie = "; ".join(f"{each['name']}={each['value']}" for each in cookies)
        number = self.chaos.lines
        scope = {
            "type": "websocket",
            "path": address.path,
            "headers": [
                (b"host", address.netloc.encode()),
                (b"origin", f"http://{address.netloc}".encode()),
                (b"cookie", cookie.encode()),
            ],
            "subprotocols": line.protocols,
            "client": [f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}", 1],
        }
        heard: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        heard.put_nowait({"type": "websocket.connect"})
        line.on_message(lambda text: heard.put_nowait({"type": "websocket.receive", "text": text}))

        async def ended(code: int | None, reason: str | None) -> None:
            heard.put_nowait({"type": "websocket.disconnect", "code": code or 1000})
            await line.close(code=code, reason=reason)

        line.on_close(ended)

        async def send(message: dict[str, Any]) -> None:
            if message["type"] == "websocket.send":
                for _ in range(self.chaos.times()):
                    line.send(message["text"])
            elif message["type"] == "websocket.close":
                await line.close(code=message.get("code", 4403))

        task = asyncio.create_task(sockets(scope, heard.get, send))
        self.sockets.add(task)
        task.add_done_callback(self.sockets.discard)

    async def close(self) -> None:
        await self.context.close()
        for task in list(self.sockets):
            task.cancel()
        await asyncio.gather(*self.sockets, return_exceptions=True)
        assert not self.errors, self.errors


class Screens:
    def __init__(self, browser: Browser, *, haste: int) -> None:
        self.browser, self.haste = browser, haste
        self.windows: list[Window] = []

    async def window(
        self, chaos: Chaos, *, session: str = "", storage: dict[str, str] | None = None, haste: int | None = None
    ) -> Window:
        context = await self.browser.new_context(locale="en-GB", timezone_id="UTC")
        window = Window(context, chaos, haste or self.haste)
        self.windows.append(window)
        if session:
            address = f"http://localhost:{settings.PORT}"
            await context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": address}])
        kept = "".join(f"localStorage.setItem({json.dumps(k)}, {json.dumps(v)});" for k, v in (storage or {}).items())
        await context.add_init_script(f"{{{HASTE.replace('HASTE', str(window.haste))}{kept}}}")
        await context.route("**/*", window.serve)
        await context.route_web_socket("**/ws/**", window.connect)
        return window


@asynccontextmanager
async def screens(*, haste: int = 4) -> AsyncIterator[Screens]:
    path = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if not path:
        pytest.skip(os.environ.get("CHROMIUM_MISSING") or "no Chromium on this machine")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        made = Screens(browser, haste=haste)
        try:
            yield made
            for window in made.windows:
                await window.close()
        finally:
            await browser.close()
