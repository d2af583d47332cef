"""The program: Python and its packages, as they are pinned."""

from __future__ import annotations

import platform
import re
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from django.conf import settings

from contactcenter.doctor.findings import Finding, well, wrong

OLDEST_PYTHON = (3, 11)
PIN = re.compile(r"(?P<name>[A-Za-z0-9_.-]+)(?:\[[^\]]*\])?==(?P<version>\S+)")


def python() -> Iterator[Finding]:
    if sys.version_info < OLDEST_PYTHON:
        yield wrong(f"Python {platform.python_version()}", "3.11 or newer is needed: make PYTHON=python3.11 run.")
    else:
        yield well(f"Python {platform.python_version()}")


def packages(pins: Path | None = None) -> Iterator[Finding]:
    pins = pins or settings.BASE_DIR / "requirements.txt"
    wanted = {found["name"]: found["version"] for found in map(PIN.fullmatch, pins.read_text().split()) if found}
    others = [
        f"{name} {there or 'missing'}, not {version}"
        for name, version in wanted.items()
        if (there := installed(name)) != version
    ]
    if others:
        yield wrong(
            f"Packages: {'; '.join(others)}", "Install exactly what is pinned: pip install -r requirements.txt."
        )
    else:
        yield well(f"{len(wanted)} packages as pinned")


def installed(name: str) -> str:
    """Empty where it is not."""
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return ""
