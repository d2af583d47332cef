"""Commands of Django and django-tenants that would harm the companies, each with the one to take instead."""

from __future__ import annotations

import sys
from typing import Any, NoReturn

from django.core.management.base import BaseCommand, CommandError
from django.db.migrations.autodetector import MigrationAutodetector


def instead(name: str, why: str) -> type[BaseCommand]:
    words = f"`manage.py {name}` is not used here: {why}"

    class Refused(BaseCommand):
        help = f"Not used here: {why}"
        autodetector = MigrationAutodetector  # a check of Django's asks `migrate` for it

        def run_from_argv(self, argv: list[str]) -> NoReturn:
            """Whatever options it came with."""
            self.stderr.write(words)
            sys.exit(2)

        def execute(self, *args: Any, **options: Any) -> NoReturn:
            raise CommandError(words)

    return Refused
