"""What must be kept: files and backups."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings

from contactcenter.doctor.findings import Finding, warning, well, wrong
from contactcenter.health import disk_has_room
from contactcenter.lib.clock import now

FRESH = timedelta(hours=26)
OF_EVERYTHING = "contactcenter-all-*.backup.zip"


def files(folder: Path | None = None) -> Iterator[Finding]:
    folder = folder or settings.FILES_DIR
    try:
        with tempfile.TemporaryFile(dir=next(there for there in (folder, *folder.parents) if there.exists())):
            pass
    except OSError as error:
        yield wrong(
            f"{folder} cannot be written to ({error.strerror})", "Give it to the user that the product runs as."
        )
        return
    if folder.exists() and folder.stat().st_mode & 0o007:
        yield warning(f"Everybody on this machine may look into {folder}", f"chmod o-rwx {folder}")
    if disk_has_room():
        yield well(f"{folder} can be written to, and its disk has room")
    else:
        yield wrong(f"The disk of {settings.DATA_DIR} is nearly full", "Free a tenth of it, or 5 GB.")


def backups(folder: Path | None = None) -> Iterator[Finding]:
    folder = folder or settings.DATA_DIR / "backups"
    made = [path.stat().st_mtime for path in folder.glob(OF_EVERYTHING)] if folder.is_dir() else []
    cure = "manage.py backup, every day, and a copy of it elsewhere (docs/backup.md)."
    if not made:
        yield warning(f"There is no backup of everything in {folder}", cure)
        return
    age = now() - datetime.fromtimestamp(max(made), UTC)
    words = f"The newest backup of everything is {age.total_seconds() / 3600:.0f} h old"
    yield well(words) if age <= FRESH else warning(words, cure)
