"""One running demo for the tests that only look and talk; a fresh one for those that kill."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from contactcenter.demo.running import Demo, running_demo, start_demo
from tests.e2e.axe import Axe
from tests.e2e.people import AgentInBrowser, VisitorInBrowser

QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# Playwright switches the partitioning of storage off, and then Chromium refuses it to frames of other sites. Its last
# --disable-features counts: without that word the browser behaves as people's do.
WITH_STORAGE = ["--disable-features=HttpsUpgrades,HttpsFirstBalancedModeAutoEnable"]


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    up = os.environ.get("DEMO_DIR")
    running = running_demo(Path(up)) if up else start_demo(tmp_path_factory.mktemp("demo"))
    yield running
    running.stop()


@pytest.fixture
def fresh_demo(tmp_path: Path) -> Iterator[Demo]:
    running = start_demo(tmp_path / "demo")
    yield running
    running.stop()


# For one module: as long as it lives, Playwright's loop is in the way of every asynchronous test of this process.
@pytest.fixture(scope="module")
def browsers() -> Iterator[Callable[[list[str]], Browser]]:
    """Starts Chromium with more arguments. Where there is none, the test says why; `make test` lists those."""
    path = os.environ.get("CHROMIUM") or shutil.which("chromium") or ""
    if not path:
        pytest.skip(os.environ.get("CHROMIUM_MISSING", "no Chromium on this machine"))
    with sync_playwright() as playwright:
        launched: list[Browser] = []

        def launch(arguments: list[str]) -> Browser:
            launched.append(playwright.chromium.launch(executable_path=path, args=[*QUIET, *arguments]))
            return launched[-1]

        yield launch
        for browser in launched:
            browser.close()


@pytest.fixture(scope="module")
def chromium(browsers: Callable[[list[str]], Browser]) -> Browser:
    return browsers(WITH_STORAGE)


@pytest.fixture
def window(chromium: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """Makes browser profiles, like different people's machines. An error in a page's script fails the test."""
    contexts: list[BrowserContext] = []
    errors: list[str] = []

    def make(**options: Any) -> BrowserContext:
        options.setdefault("viewport", {"width": 1440, "height": 900})
        options = {"locale": "en-GB", "timezone_id": "Europe/London", **options}
        context = chromium.new_context(**options)
        context.on("weberror", lambda error: errors.append(str(error.error)))
        contexts.append(context)
        return context

    yield make
    for context in contexts:
        context.close()
    assert not errors, errors


@pytest.fixture
def agents(demo: Demo, window: Callable[..., BrowserContext]) -> Iterator[Callable[..., AgentInBrowser]]:
    """Gives people at a desk, signed in. Whatever the test found, in the end they are offline and hold nothing."""
    present: list[AgentInBrowser] = []

    def make(email: str, *, available: bool = True, signs_in: bool = True, **options: Any) -> AgentInBrowser:
        role = "supervisor" if email.startswith("sam@") else "agent"
        agent = AgentInBrowser(demo, window(**options), email, role)
        present.append(agent)
        if signs_in:
            agent.sign_in()
        if signs_in and available:
            agent.become_available()
        return agent

    yield make
    for agent in present:
        agent.leave()


@pytest.fixture
def visitors(
    demo: Demo, window: Callable[..., BrowserContext], agents: Callable[..., AgentInBrowser]
) -> Iterator[Callable[..., VisitorInBrowser]]:
    """Gives people on a company's website; in the end, before the agents leave, none of them waits or talks."""
    present: list[VisitorInBrowser] = []

    def make(company: str, **options: Any) -> VisitorInBrowser:
        visitor = VisitorInBrowser(demo, window(**options), company)
        present.append(visitor)
        return visitor

    yield make
    for visitor in present:
        visitor.leave()


@pytest.fixture
def axe() -> Iterator[Axe]:
    """What it found is told at the end of the test, all of it at once."""
    looking = Axe()
    yield looking
    assert not looking.found, "\n".join(looking.found)
