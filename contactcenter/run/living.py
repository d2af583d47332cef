"""Which processes live. Reads only what everybody may: in a container, root cannot look into other users' processes."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path


def cluster_name(data: Path) -> str:
    """What each process of the PostgreSQL in this folder carries in its title."""
    return f"contactcenter-{hashlib.sha256(os.fsencode(data)).hexdigest()[:16]}"


def postgres_processes(data: Path) -> set[int]:
    """The server of this folder and all it forked. Zombies have no title."""
    forked = f"postgres: {cluster_name(data)}:".encode()
    server = f"cluster_name={cluster_name(data)}".encode()
    found = set()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                title = (entry / "cmdline").read_bytes()
            except OSError:  # gone meanwhile
                continue
            if title.startswith(forked) or server in title.split(b"\0"):
                found.add(int(entry.name))
    return found


def alive(pid: int) -> bool:
    """A zombie is dead, however long its parent takes to notice."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"
