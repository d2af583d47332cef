"""`manage.py verify_backup FILE`: whether a backup is whole."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import IO, Any, cast

from django.core.management.base import BaseCommand, CommandError

from tenants.backup.archive import reading
from tenants.backup.errors import BackupRefused
from tenants.management.screen import Screen


class Command(BaseCommand):
    help = "Reads a backup through and recomputes each checksum. It needs no database."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with reading(options["file"]) as reader, Screen(cast(IO[str], self.stdout)) as screen:
                damages = reader.damages(screen.follow)
                whose = reader.manifest.get("company") or f"all {len(reader.manifest['companies'])} companies"
                made, members = reader.manifest["made_at"], len(reader.members)
        except BackupRefused as refused:
            raise CommandError(str(refused)) from None
        if damages:
            raise CommandError("\n".join(["The backup is damaged: take another one.", *damages]))
        self.stdout.write(f"Whole: {whose}, as of {made}, {members} members.")
