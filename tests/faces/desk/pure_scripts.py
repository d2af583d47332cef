"""The desk's pure scripts (state.js, lists.js) in a real Chromium, called from Python with data and giving data."""

from __future__ import annotations

import mimetypes
import os
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Route, sync_playwright

STATIC = Path(__file__).resolve().parents[3] / "static"
ADDRESS = "http://desk.test"
CALL = """async ([file, name, given]) => {
  const module = await import(`/static/js/desk/${file}`);
  return module[name](...given);
}"""
REDUCE = """async ([actions, given]) => {
  const { initial, reduce } = await import("/static/js/desk/state.js");
  return actions.reduce(reduce, given ?? initial);
}"""
# Days begin and end in the reader's zone; here in UTC.
TIMELINE = """async ([talk, outbox]) => {
  const { timeline } = await import("/static/js/desk/lists.js");
  return timeline(talk, outbox, (at) => at.slice(0, 10));
}"""


class PureScripts:
    def __init__(self, page: Page, thread: ThreadPoolExecutor) -> None:
        self.page, self.thread = page, thread

    def call(self, file: str, name: str, *given: object) -> Any:
        return self._evaluate(CALL, [file, name, list(given)])

    def reduce(self, actions: list[dict[str, Any]], state: dict[str, Any] | None = None) -> dict[str, Any]:
        reduced: dict[str, Any] = self._evaluate(REDUCE, [actions, state])
        return reduced

    def timeline(self, talk: dict[str, Any], outbox: list[dict[str, Any]]) -> list[dict[str, Any]]:
        entries: list[dict[str, Any]] = self._evaluate(TIMELINE, [talk, outbox])
        return entries

    def _evaluate(self, script: str, given: object) -> Any:
        return self.thread.submit(self.page.evaluate, script, given).result()


@contextmanager
def pure_scripts() -> Iterator[PureScripts]:
    """In a thread of its own: Playwright's loop would else be in the way of every test that runs one."""
    path = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if not path:
        pytest.skip(os.environ.get("CHROMIUM_MISSING") or "no Chromium on this machine")
    with ThreadPoolExecutor(1) as thread:
        playwright = thread.submit(sync_playwright().start).result()
        browser = thread.submit(playwright.chromium.launch, executable_path=path, args=["--no-sandbox"]).result()
        try:
            page = thread.submit(browser.new_page).result()
            thread.submit(page.route, "**/*", serve).result()
            thread.submit(page.goto, ADDRESS).result()
            yield PureScripts(page, thread)
        finally:
            thread.submit(browser.close).result()
            thread.submit(playwright.stop).result()


def serve(route: Route) -> None:
    path = route.request.url.removeprefix(ADDRESS).lstrip("/")
    if path.startswith("static/"):
        file = STATIC / path.removeprefix("static/")
        route.fulfill(path=file, content_type=mimetypes.guess_type(file.name)[0] or "text/plain")
    else:
        route.fulfill(body="<!doctype html><title>pure</title>", content_type="text/html")
