"""Chromium for the tests, from apt: with the emoji that people send, and a library that Playwright's driver needs."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
from pathlib import Path

from contactcenter.run.install import run
from contactcenter.run.terminal import step

NAMES = ("chromium", "chromium-browser", "google-chrome")


def chromium() -> tuple[str, str]:
    """Its path, or an empty one and the reason why there is none."""
    packages = missing_packages()
    if not packages:
        return browser_path(), ""
    wanted = " ".join(packages)
    if os.geteuid() != 0:
        return "", f"only root may install what the browser tests need: apt-get install {wanted}"
    if not shutil.which("apt-get"):
        return "", f"there is no apt-get here to install what the browser tests need: {wanted}"
    with step("Installing Chromium") as note:
        code, output = run(["apt-get", "update", "-q"], note)
        if code == 0:
            code, output = run(["apt-get", "install", "-qy", "--no-install-recommends", *packages], note)
    if code != 0:
        errors = [line for line in output if line.startswith("E:")] or output[-1:]
        return "", f"apt-get could not install {wanted}: {errors[0] if errors else 'no message'}"
    left = missing_packages()
    return ("", f"apt-get left something out: {' '.join(left)}") if left else (browser_path(), "")


def browser_path() -> str:
    return next(filter(None, map(shutil.which, NAMES)), "")


def missing_packages() -> list[str]:
    packages = [] if browser_path() else ["chromium", "fonts-noto-color-emoji"]
    return packages if _driver_starts() else [*packages, "libatomic1"]


def _driver_starts() -> bool:
    playwright = importlib.util.find_spec("playwright")
    if playwright is None or playwright.origin is None:
        return False
    driver = Path(playwright.origin).parent / "driver" / "node"
    return subprocess.run([driver, "--version"], check=False, capture_output=True).returncode == 0
