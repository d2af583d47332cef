"""Which processes live."""

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


def alive(pid: int) -> bool:
    """A zombie is dead, however long its parent takes to notice."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"
