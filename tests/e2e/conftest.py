"""One running demo for the tests that only look and talk; a fresh one for those that kill."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

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
