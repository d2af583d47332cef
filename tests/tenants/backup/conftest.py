from __future__ import annotations

from pathlib import Path

import pytest
from pytest_django import Settings


@pytest.fixture(autouse=True)
def own_files(settings: Settings, tmp_path: Path) -> None:
    """What a backup takes is what its test stored, whichever tests came before."""
    settings.FILES_DIR = tmp_path / "files"
    settings.FILES_DIR.mkdir()
