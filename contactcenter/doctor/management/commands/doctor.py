"""`manage.py doctor`: one line a check, the cure below it, and 1 where anything is wrong."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import Error as DatabaseError

from contactcenter.doctor import disk, living, program, setup, stores
from contactcenter.doctor.findings import Check, Finding, Mark, wrong

CHECKS: tuple[Check, ...] = (
    *(program.python, program.packages),
    *(stores.postgresql, stores.redis_server, stores.broker),
    *(setup.keys, setup.hosts, setup.tls, setup.proxies, setup.mail),
    *(disk.files, disk.backups),
    living.processes,
)


class Command(BaseCommand):
    help = "Looks this set-up over and says the cure of what is wrong. Changes nothing."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="for a machine: a list of {mark, words, cure}")

    def handle(self, *args: Any, **options: Any) -> None:
        found = [finding for check in CHECKS for finding in findings_of(check)]
        if options["json"]:
            marks = {Mark.WELL: "well", Mark.WARNING: "warning", Mark.WRONG: "wrong"}
            told = [{"mark": marks[one.mark], "words": one.words, "cure": one.cure} for one in found]
            self.stdout.write(json.dumps(told, ensure_ascii=False, indent=1))
        else:
            for finding in found:
                self.stdout.write("\n".join(finding.lines()))
        if any(finding.mark is Mark.WRONG for finding in found):
            raise SystemExit(1)


def findings_of(check: Check) -> list[Finding]:
    """Where the tables cannot be read, PostgreSQL's own line says why."""
    try:
        return list(check())
    except DatabaseError as error:
        return [wrong(f"{check.__name__}: not to be seen without the database ({type(error).__name__})", "First that.")]
