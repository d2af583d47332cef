"""The first start of a fresh clone, with everything it installs, and the second."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.rows import Row, at_most
from contactcenter.demo.running import ROOT, clean_environment, free_ports

PATIENCE = 400.0


def measure() -> list[Row]:
    with tempfile.TemporaryDirectory() as folder:
        clone = Path(folder) / "contactcenter"
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
        cold, warm = until_ready(clone), until_ready(clone)
        started = time.perf_counter()
        subprocess.run(
            [str(clone / ".venv/bin/python"), "-c", "import django; django.setup()"], check=True, env=setup()
        )
        bare = time.perf_counter() - started
    return [
        at_most("run.cold_start_s", cold, "s", 180, limit=warm, against="the second start"),
        at_most("run.warm_start_s", warm, "s", 10, limit=bare, against="start of Django alone"),
    ]


def setup() -> dict[str, str]:
    return {**os.environ, "DJANGO_SETTINGS_MODULE": "django.conf.global_settings"}


def until_ready(clone: Path) -> float:
    """Seconds from the command to the line that says it is ready; then it is stopped."""
    environ = {name: value for name, value in clean_environment().items() if name not in ("VIRTUAL_ENV", "DATA_DIR")}
    process = subprocess.Popen(
        ["make", "run", f"PYTHON={base_python()}"],
        cwd=clone,
        env={**environ, "PORT": str(free_ports())},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    started = time.perf_counter()
    lines: list[str] = []
    assert process.stdout is not None
    try:
        for line in process.stdout:
            lines.append(line)
            if "Ready after" in line:
                return time.perf_counter() - started
            if time.perf_counter() - started > PATIENCE:
                break
        raise RuntimeError("the clone did not start:\n" + "".join(lines[-30:]))
    finally:
        os.killpg(process.pid, signal.SIGINT)
        process.communicate(timeout=60)


def base_python() -> str:
    """The one that made our environment: a newcomer has none yet."""
    return str(Path(sys.base_prefix) / "bin" / "python3")
