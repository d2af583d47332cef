"""Where this start lives: project root, data directory and port, from the environment."""

from __future__ import annotations

import fcntl
import hashlib
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from contactcenter.run.refusal import Refusal

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
VENV_PYTHON = VENV / "bin" / "python"
LONGEST_SOCKET_PATH = 107  # bytes; sun_path of Linux is 108 with its closing NUL
LONGEST_SOCKET_NAME = "/postgres/.s.PGSQL.5432.lock"


@dataclass(frozen=True)
class Place:
    data: Path
    port: int

    @property
    def run(self) -> Path:
        """Process ids and locks of what runs now."""
        return self.data / "run"

    @property
    def sockets(self) -> Path:
        """Folder of the unix sockets: in the data directory, or a short one where that is too long for a socket."""
        inside = self.data / "sockets"
        if len(os.fsencode(inside)) + len(LONGEST_SOCKET_NAME) <= LONGEST_SOCKET_PATH:
            return inside
        name = hashlib.sha256(os.fsencode(self.data)).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"contactcenter-{os.geteuid()}-{name}"

    @property
    def metrics(self) -> Path:
        """Where the processes count (contactcenter.lib.metrics)."""
        return self.run / "metrics"

    @property
    def control(self) -> Path:
        """Where the supervisor takes orders."""
        return self.sockets / "control.sock"

    @property
    def demo_file(self) -> Path:
        return self.data / "demo.json"

    @property
    def env_file(self) -> Path:
        return self.data / "env"

    @property
    def address(self) -> str:
        return f"http://localhost:{self.port}"


def place_from(environ: Mapping[str, str], *, tests: bool = False) -> Place:
    """Tests keep their services beside the demo's data, never in it."""
    data = Path(environ.get("DATA_DIR") or ROOT / ".data").expanduser().resolve()
    port = environ.get("PORT") or "8000"
    if not port.isdigit() or not 1 <= int(port) <= 65534:
        raise Refusal(f"PORT={port} is no port: choose a number from 1 to 65534, for example PORT=8000.")
    return Place(data=data.with_name(f"{data.name}-test") if tests else data, port=int(port))


def make_folders(place: Place) -> None:
    # As root, PostgreSQL runs as another user, who must be able to walk through; nothing in here is readable for him.
    mode = 0o711 if os.geteuid() == 0 else 0o700
    try:
        for folder in (place.data, place.run, place.sockets):
            folder.mkdir(parents=True, exist_ok=True)
            if folder.lstat().st_uid != os.geteuid():
                raise PermissionError
            folder.chmod(mode)
    except PermissionError:
        raise Refusal(
            f"{place.data} belongs to another user: start as that user, or choose another folder with DATA_DIR=..."
        ) from None
    except (FileExistsError, NotADirectoryError):
        raise Refusal(f"{place.data} is not a folder: choose another with DATA_DIR=...") from None
    except OSError as error:
        raise Refusal(
            f"{place.data} cannot be made ({error.strerror}): choose another folder with DATA_DIR=..."
        ) from None


def hold(place: Place) -> int:
    """The lock of a data directory, held as long as this process lives. Refuses while another one holds it."""
    lock = os.open(place.run / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = os.pread(lock, 100, 0).decode() or "another process"
        os.close(lock)
        raise Refusal(
            f"{place.data} is already in use by {holder}: stop it first (Ctrl-C there), "
            "or start beside it with another DATA_DIR=... and PORT=..."
        ) from None
    os.ftruncate(lock, 0)
    os.pwrite(lock, f"process {os.getpid()}".encode(), 0)
    return lock


def free_bytes(folder: Path) -> int:
    while not folder.exists():
        folder = folder.parent
    status = os.statvfs(folder)
    return status.f_bavail * status.f_frsize


def need_space(folder: Path, *, megabytes: int, purpose: str) -> None:
    free = free_bytes(folder) // 1_000_000
    if free < megabytes:
        raise Refusal(
            f"The disk of {folder} has {free} MB free, {purpose} needs {megabytes} MB: free some space and start again."
        )
