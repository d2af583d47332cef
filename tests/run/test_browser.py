"""Where Chromium comes from, and what is said where it cannot come."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from contactcenter.run import browser

APT = """#!/bin/sh
echo "$@" >> {folder}/asked
[ "$1" = update ] && exit 0
{install}
"""


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """A machine of its own: its programs, its apt-get, who we are on it."""
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    monkeypatch.setattr(browser, "NAMES", ("chromium-of-this-test",))

    def make(*, root: bool = True, driver: bool = True, apt: str | None = None) -> Path:
        monkeypatch.setattr(os, "geteuid", lambda: 0 if root else 1000)
        monkeypatch.setattr(browser, "_driver_starts", lambda: driver)
        if apt is None:
            monkeypatch.setenv("PATH", str(tmp_path))
        else:
            program(tmp_path / "apt-get", APT.format(folder=tmp_path, install=apt))
        return tmp_path

    return make


def program(path: Path, text: str = "#!/bin/sh\n") -> Path:
    path.write_text(text)
    path.chmod(0o755)
    return path


def test_one_that_is_there_is_taken(machine: Callable[..., Path]) -> None:
    path = program(machine() / "chromium-of-this-test")
    assert browser.chromium() == (str(path), "")


def test_root_installs_it(machine: Callable[..., Path]) -> None:
    folder = machine(apt='cp "$0" "$(dirname "$0")/chromium-of-this-test"')
    assert browser.chromium() == (str(folder / "chromium-of-this-test"), "")
    assert (folder / "asked").read_text().splitlines() == [
        "update -q",
        "install -qy --no-install-recommends chromium fonts-noto-color-emoji",
    ]


def test_others_are_told_what_to_ask_for(machine: Callable[..., Path]) -> None:
    machine(root=False, driver=False, apt="exit 1")
    reason = (
        "only root may install what the browser tests need: apt-get install chromium fonts-noto-color-emoji libatomic1"
    )
    assert browser.chromium() == ("", reason)


def test_a_browser_whose_driver_does_not_start_is_none(machine: Callable[..., Path]) -> None:
    program(machine(root=False, driver=False) / "chromium-of-this-test")
    reason = "only root may install what the browser tests need: apt-get install libatomic1"
    assert browser.chromium() == ("", reason)


def test_a_machine_without_apt(machine: Callable[..., Path]) -> None:
    machine()
    path, reason = browser.chromium()
    assert (path, reason.startswith("there is no apt-get here")) == ("", True)


def test_apt_that_fails_is_quoted(machine: Callable[..., Path]) -> None:
    machine(apt="echo 'E: Temporary failure resolving the mirror'; echo more; exit 100")
    path, reason = browser.chromium()
    assert path == ""
    assert reason == (
        "apt-get could not install chromium fonts-noto-color-emoji: E: Temporary failure resolving the mirror"
    )


def test_the_driver_of_this_environment_is_really_asked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    found = type("Spec", (), {"origin": str(tmp_path / "__init__.py")})
    monkeypatch.setattr("importlib.util.find_spec", lambda name: found)
    (tmp_path / "driver").mkdir()
    program(tmp_path / "driver" / "node", "#!/bin/sh\n[ $1 = --version ] && exit 127\n")
    assert not browser._driver_starts()
    program(tmp_path / "driver" / "node")
    assert browser._driver_starts()
