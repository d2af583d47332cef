"""`manage.py check_schemas`: whether every company's tables are what they should be."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tenants.fingerprint import companies_that_differ


class Command(BaseCommand):
    help = "Compares every company's schema with the template of new ones, and lists what differs."

    def handle(self, *args: Any, **options: Any) -> None:
        differing = companies_that_differ()
        for schema, lines in differing.items():
            self.stdout.write(schema)
            for line in lines:
                self.stdout.write(f"  {line}")
        if differing:
            raise CommandError(
                f"{len(differing)} companies differ (+: only there, -: missing there). Migrate those that are behind; "
                "mend by hand what was changed by hand."
            )
        self.stdout.write("All companies have the schema they should have.")
