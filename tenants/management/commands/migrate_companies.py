"""`manage.py migrate_companies`: the database brought to this version, before the version starts."""

from __future__ import annotations

import os
import time
from argparse import ArgumentParser
from typing import IO, Any, cast

from django.core.management.base import BaseCommand, CommandError

from tenants.management.screen import Screen
from tenants.migrating.migrator import Result
from tenants.migrating.run import AlreadyRunning, Outcome, Stopped, Told, migrate_everything

SOME_FENCED, STOPPED, RUNNING, INTERRUPTED = 1, 2, 3, 130  # exit codes


class Command(BaseCommand):
    requires_system_checks = []  # they import every page, which takes longer than to find that nothing is to do
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
                stages = Stages(screen)
                outcome = migrate_everything(jobs=options["jobs"], told=Told(stages.stage, stages.step))
        except Stopped as stopped:
            raise CommandError(f"Stopped. {stopped}.", returncode=STOPPED) from None
        except AlreadyRunning:
            raise CommandError(
                "Another migrate_companies or a backup is at work: wait until it ends.", returncode=RUNNING
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


class Stages:
    """What the walk tells, on the screen."""

    def __init__(self, screen: Screen) -> None:
        self.screen = screen
        self.name, self.total, self.done = "", 0, 0

    def stage(self, name: str, total: int) -> None:
        self.name, self.total, self.done = name, total, 0
        self.screen.follow(0, total, name)

    def step(self, result: Result) -> None:
        self.done += 1
        self.screen.follow(self.done, self.total, self.name)
        if result.failed:
            self.screen.say(f"{result.schema} failed: {result.error}")
