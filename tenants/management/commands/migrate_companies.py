"""`manage.py migrate_companies`: the database brought to this version, before the version starts."""

from __future__ import annotations

import os
import time
from argparse import ArgumentParser
from typing import IO, Any, cast

from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from tenants.migrating.migrator import Result
from tenants.migrating.run import AlreadyRunning, Outcome, Stopped, Told, migrate_everything

SOME_FENCED, STOPPED, RUNNING, INTERRUPTED = 1, 2, 3, 130  # exit codes
SPOKEN_EVERY = 5.0  # seconds, where no terminal shows a bar


class Command(BaseCommand):
    help = (
        "Migrates the shared schema, then each company that is behind. Safe to stop and to start again. "
        "Exit code 1: some companies failed and are fenced; 2: stopped, the rest is untouched; 3: another one runs."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--jobs", type=int, default=os.cpu_count() or 2, help="companies at once; default: cores")
        parser.add_argument(
            "--allow-fenced",
            action="store_true",
            help="exit with 0 although companies failed: the others can be served",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["jobs"] < 1:
            raise CommandError("--jobs: at least 1")
        started = time.monotonic()
        try:
            with Screen(cast(IO[str], self.stdout), quiet=options["verbosity"] == 0) as screen:
                outcome = migrate_everything(jobs=options["jobs"], told=Told(screen.stage, screen.step))
        except Stopped as stopped:
            raise CommandError(f"Stopped. {stopped}.", returncode=STOPPED) from None
        except AlreadyRunning:
            raise CommandError(
                "Another migrate_companies is at work: wait until it ends.", returncode=RUNNING
            ) from None
        except KeyboardInterrupt:
            raise CommandError(
                "Interrupted between two migrations; start it again to go on.", returncode=INTERRUPTED
            ) from None
        if options["verbosity"]:
            self.tell(outcome, time.monotonic() - started)
        if outcome.failed:
            words = (
                f"{len(outcome.failed)} failed and are fenced: their hosts say that they are being updated. Mend the "
                "cause and start this command again (docs/migrations.md)."
            )
            if not options["allow_fenced"]:
                raise CommandError(words, returncode=SOME_FENCED)
            self.stderr.write(words)

    def tell(self, outcome: Outcome, seconds: float) -> None:
        for schema in outcome.freed:
            self.stdout.write(f"{schema} is no longer fenced.")
        self.stdout.write(
            f"{len(outcome.migrated)} schemas migrated, {outcome.current} companies had nothing to do "
            f"({seconds:.1f} s)."
        )


class Screen:
    """A bar where a terminal shows one, else a line now and then. Failures are always a line."""

    def __init__(self, out: IO[str], *, quiet: bool) -> None:
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
        self.name, self.total, self.done, self.spoken = "", 0, 0, 0.0

    def __enter__(self) -> Screen:
        self.bar.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.bar.stop()

    def stage(self, name: str, total: int) -> None:
        self.name, self.total, self.done, self.spoken = name, total, 0, time.monotonic()
        self.task = self.bar.add_task(name, total=total)
        if self.bar.disable and not self.quiet:
            self.out.write(f"{name}: {total}\n")

    def step(self, result: Result) -> None:
        self.done += 1
        self.bar.advance(self.task)
        if result.failed:
            self.bar.console.print(f"{result.schema} failed: {result.error}", markup=False, soft_wrap=True)
        elif self.bar.disable and not self.quiet and time.monotonic() - self.spoken > SPOKEN_EVERY:
            self.spoken = time.monotonic()
            self.out.write(f"{self.name}: {self.done} of {self.total}\n")
