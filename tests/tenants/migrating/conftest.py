import os
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from tests.tenants.migrating.newer import ADD_COLUMN, ROOT, Newer


@pytest.fixture
def newer(committed: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any) -> Newer:
    """A version that adds a column to each company, in this process and in those that it starts."""
    newer = Newer(committed, tmp_path / f"files_{uuid4().hex}")
    newer.write(ADD_COLUMN)
    monkeypatch.syspath_prepend(tmp_path)
    settings.MIGRATION_MODULES = {"files": newer.folder.name}
    for name, value in {
        "DATABASE_URL": committed,
        "DB_POOL": "0",
        "DJANGO_SETTINGS_MODULE": "tests.tenants.migrating.more_settings",
        "FILES_MIGRATIONS": newer.folder.name,
        "PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}",
    }.items():
        monkeypatch.setenv(name, value)
    return newer
