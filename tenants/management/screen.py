"""Progress of a long command: a bar where a terminal shows one, else a line now and then."""

from __future__ import annotations

import time
from typing import IO

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

SPOKEN_EVERY = 5.0  # seconds


class Screen:
    def __init__(self, out: IO[str], *, quiet: bool = False) -> None:
        self.out = out
        self.quiet = quiet
        self.bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=Console(file=out),
            disable=quiet or not out.isatty(),
        )
        self.task = self.bar.add_task("", total=None)
        self.spoken = time.monotonic()

    def __enter__(self) -> Screen:
        self.bar.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.bar.stop()

    def follow(self, done: int, total: int, what: str) -> None:
        self.bar.update(self.task, completed=done, total=total, description=what)
        if self.bar.disable and not self.quiet and time.monotonic() - self.spoken > SPOKEN_EVERY:
            self.spoken = time.monotonic()
            self.out.write(f"{done} of {total} {what}\n")

    def say(self, line: str) -> None:
        self.bar.console.print(line, markup=False, soft_wrap=True)
