"""`manage.py restore FILE`: everything into an empty database, or one company into a house."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import IO, Any, cast

from django.core.management.base import BaseCommand, CommandError

from contactcenter.lib.clock import now
from tenants.backup.archive import Reader, reading
from tenants.backup.errors import BackupRefused
from tenants.backup.house import restore_house
from tenants.backup.restoring import Differs, restore_company
from tenants.management.screen import Screen


class Command(BaseCommand):
    help = "Restores a backup and compares what is there then with it. docs/backup.md is the page to follow."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--as", dest="beside", metavar="SCHEMA", default="", help="beside the living company")
        parser.add_argument(
            "--replace", metavar="SCHEMA", default="", help="in place of this living company, which is lost"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with reading(options["file"]) as reader, Screen(cast(IO[str], self.stdout)) as screen:
                if damages := reader.damages(screen.follow):
                    raise BackupRefused("\n".join(["The backup is damaged: take another one.", *damages]))
                lines = self.restore(reader, screen, options["beside"], options["replace"])
        except BackupRefused as refused:
            raise CommandError(str(refused)) from None
        except Differs as differs:
            raise CommandError(
                f"What was restored is not what the backup holds: {differs}. It does not count."
            ) from None
        for line in lines:
            self.stdout.write(line)

    def restore(self, reader: Reader, screen: Screen, beside: str, replace: str) -> list[str]:
        if reader.manifest["kind"] == "house":
            if beside or replace:
                raise BackupRefused("This is a backup of everything: --as and --replace are for one company.")
            tables, files = restore_house(reader, follow=screen.follow)
            return [f"Restored and equal: {tables} tables, {files} files. Next: manage.py migrate_companies"]
        if replace and replace != reader.manifest["company"]:
            raise BackupRefused(f"The backup is of {reader.manifest['company']}, not of {replace}.")
        restored = restore_company(reader, beside=beside, replace=bool(replace), now=now(), follow=screen.follow)
        lines = [f"Was not here and was made: {name}." for name in restored.made]
        if restored.made:
            lines.append("People who were made may not sign in until an admin says so.")
        if restored.left_out:
            lines.append(f"Not restored, since the company lives: {', '.join(restored.left_out)}.")
        if beside:
            lines.append(f"{restored.schema} is inactive and has no host: give it one and activate it to use it.")
        return [*lines, f"Restored and equal: {restored.schema}, {restored.rows} rows, {restored.files} files."]
