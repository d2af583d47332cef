"""What the person at the terminal sees: steps with their seconds, colours only where a terminal shows them."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

HEARTBEAT_SECONDS = 10.0
REDRAW_SECONDS = 0.5


def shows_colour() -> bool:
    return sys.stdout.isatty() and "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb"


def paint(text: str, colour: str) -> str:
    """`colour` is an SGR code such as "32" (green)."""
    return f"\x1b[{colour}m{text}\x1b[0m" if shows_colour() else text


def say(text: str = "") -> None:
    print(text, flush=True)


def complain(text: str) -> None:
    print(paint(text, "31"), file=sys.stderr, flush=True)


@contextmanager
def step(title: str) -> Iterator[Callable[[str], None]]:
    """One line of progress. The body may report where it is by calling what it is given."""
    started = time.monotonic()
    detail = ""
    over = threading.Event()
    redraws = shows_colour()

    def note(text: str) -> None:
        nonlocal detail
        detail = text

    def tick() -> None:
        spoken = started
        while not over.wait(REDRAW_SECONDS):
            now = time.monotonic()
            line = f"  … {title}  {now - started:.0f} s  {detail}"
            if redraws:
                print(f"\r\x1b[K{line[:100]}", end="", flush=True)
            elif now - spoken >= HEARTBEAT_SECONDS:
                spoken = now
                say(line)

    ticker = threading.Thread(target=tick, daemon=True)
    ticker.start()
    mark, colour = "✗", "31"
    try:
        yield note
        mark, colour = "✓", "32"
    finally:
        over.set()
        ticker.join()
        if redraws:
            print("\r\x1b[K", end="")
        say(f"  {paint(mark, colour)} {title}  {time.monotonic() - started:.1f} s")
