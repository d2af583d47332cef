"""Which processes live in a folder."""

from __future__ import annotations

from pathlib import Path


def processes_in(folder: Path) -> set[int]:
    """Living ones whose working directory it is, as it is of each PostgreSQL process. A zombie has none."""
    found = set()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                if (entry / "cwd").readlink() == folder:
                    found.add(int(entry.name))
            except OSError:  # gone meanwhile, a zombie, or somebody else's
                continue
    return found
