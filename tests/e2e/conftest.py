"""One running demo for the tests that only look and talk; a fresh one for those that kill."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from tests.e2e.running import Demo, start_demo


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    running = start_demo(tmp_path_factory.mktemp("demo"))
    yield running
    running.stop()


@pytest.fixture
def fresh_demo(tmp_path: Path) -> Iterator[Demo]:
    running = start_demo(tmp_path / "demo")
    yield running
    running.stop()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Where there is none, the test says why it did not run; `make test` lists those."""
    path = os.environ.get("CHROMIUM") or shutil.which("chromium") or ""
    if not path:
        pytest.skip(os.environ.get("CHROMIUM_MISSING", "no Chromium on this machine"))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path,
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
            ],
        )
        yield browser
        browser.close()


@pytest.fixture
def window(chromium: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """Makes browser profiles, like different people's machines. An error in a page's script fails the test."""
    contexts: list[BrowserContext] = []
    errors: list[str] = []

    def make(**options: Any) -> BrowserContext:
        options.setdefault("viewport", {"width": 1440, "height": 900})
        context = chromium.new_context(locale="en-GB", timezone_id="Europe/London", **options)
        context.on("weberror", lambda error: errors.append(str(error.error)))
        contexts.append(context)
        return context

    yield make
    for context in contexts:
        context.close()
    assert not errors, errors
