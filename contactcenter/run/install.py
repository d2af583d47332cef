"""The virtual environment with its pinned packages. Standard library alone."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from contactcenter.run.place import ROOT, VENV, VENV_PYTHON, free_bytes, need_space
from contactcenter.run.refusal import Refusal
from contactcenter.run.terminal import say, step

RUN_PINS = ("requirements.txt",)
TEST_PINS = ("requirements.txt", "requirements-test.txt")
UNFINISHED = VENV / "unfinished"  # there while pip works: what a killed one leaves cannot be trusted
SPACE_MEGABYTES = 1500


def inside() -> bool:
    return Path(sys.prefix).resolve() == VENV.resolve()


def go_inside(arguments: Sequence[str]) -> int:
    """Becomes the same command under the environment's own Python."""
    os.execv(VENV_PYTHON, [str(VENV_PYTHON), "-m", "contactcenter.run", *arguments])  # noqa: S606


def install(*, with_tests: bool) -> None:
    """Returns at once when the stamp says that exactly these pins are in."""
    pins = TEST_PINS if with_tests else RUN_PINS
    if _stamped(pins):
        return
    with _alone():
        if _stamped(pins):
            return
        need_space(ROOT, megabytes=SPACE_MEGABYTES, purpose="the installation")
        if UNFINISHED.exists() or (VENV.exists() and not _works()):
            say("  The installation here is unfinished or was moved: making it anew.")
            shutil.rmtree(VENV)
        if not VENV.exists():
            _make_environment()
        _install_packages(pins)


def run(command: list[str], note: Callable[[str], None] | None = None) -> tuple[int, list[str]]:
    """Code and output lines; the last line so far goes to `note`."""
    environ = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environ
    )
    assert process.stdout is not None
    output = []
    for line in process.stdout:
        if text := line.strip():
            output.append(text)
            if note:
                note(text[:60])
    return process.wait(), output


def _make_environment() -> None:
    if importlib.util.find_spec("ensurepip") is None:
        version = f"{sys.version_info[0]}.{sys.version_info[1]}"
        raise Refusal(f"Python's venv module is not complete: apt-get install python{version}-venv, then start again.")
    with step("Making the Python environment"):
        code, output = run([sys.executable, "-m", "venv", str(VENV)])
    if code != 0:
        raise Refusal(_why("The Python environment could not be made", output))


def _install_packages(pins: Sequence[str]) -> None:
    files = [part for name in pins for part in ("--requirement", str(ROOT / name))]
    command = [str(VENV_PYTHON), "-m", "pip", "install", "--disable-pip-version-check", "--no-input", *files]
    UNFINISHED.touch()
    with step("Installing packages") as note:
        code, output = run(command, note)
    if code != 0:
        raise Refusal(_why("The packages could not be installed", output))
    for covered in (RUN_PINS, pins):
        _stamp(covered).write_text(_fingerprint(covered))
    UNFINISHED.unlink()


def _why(what: str, output: Sequence[str]) -> str:
    if free_bytes(ROOT) < 50_000_000 or any(os.strerror(errno.ENOSPC) in line for line in output):
        return f"{what}: the disk of {ROOT} is full. Free {SPACE_MEGABYTES} MB and start again."
    errors = [line for line in output if "ERROR" in line or "error:" in line] or list(output[-1:])
    reason = errors[0] if errors else "no message"
    return f"{what}: {reason} (check the network or pip's settings, then start again; it goes on where it can)."


def _works() -> bool:
    """False too for one that was moved or copied here: its scripts start the Python of where it was made."""
    try:
        made_here = str(VENV) in (VENV / "bin" / "pip").read_text()
        tried = subprocess.run([VENV_PYTHON, "-m", "pip", "--version"], check=False, capture_output=True)
    except OSError:
        return False
    return made_here and tried.returncode == 0


def _stamp(pins: Sequence[str]) -> Path:
    return VENV / f"installed-{'test' if len(pins) > 1 else 'run'}"


def _stamped(pins: Sequence[str]) -> bool:
    try:
        return _stamp(pins).read_text() == _fingerprint(pins) and VENV_PYTHON.exists() and not UNFINISHED.exists()
    except FileNotFoundError:
        return False


def _fingerprint(pins: Sequence[str]) -> str:
    """Of the pins, and of where the environment stands."""
    digest = hashlib.sha256(os.fsencode(ROOT))
    for name in pins:
        digest.update((ROOT / name).read_bytes())
    return digest.hexdigest()


@contextmanager
def _alone() -> Iterator[None]:
    """Two commands started together install once."""
    folder = os.open(ROOT, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)
