"""`manage.py backup`: the whole house, or one company, as one file."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import datetime
from pathlib import Path
from typing import IO, Any, cast

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from contactcenter.lib.clock import now
from tenants.backup.company import back_up_company
from tenants.backup.errors import BackupRefused
from tenants.backup.house import back_up_house
from tenants.management.screen import Screen
from tenants.models import Tenant


class Command(BaseCommand):
    help = "Writes a backup of everything, or of one company, while work goes on. docs/backup.md tells the rest."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--company", metavar="SCHEMA", default="", help="only this company")
        parser.add_argument("--to", type=Path, help="file or folder; default: DATA_DIR/backups")

    def handle(self, *args: Any, **options: Any) -> None:
        company, at = options["company"], now()
        if company and not Tenant.objects.filter(schema_name=company).exists():
            raise CommandError(f"There is no company {company}.")
        path = self.place(options["to"], company, at)
        try:
            with Screen(cast(IO[str], self.stdout), quiet=options["verbosity"] == 0) as screen:
                if company:
                    manifest = back_up_company(company, path, now=at, follow=screen.follow)
                else:
                    manifest = back_up_house(path, now=at, follow=screen.follow)
        except BackupRefused as refused:
            raise CommandError(str(refused)) from None
        if gone := manifest["files_gone"]:
            self.stdout.write(f"{len(gone)} files were removed while the backup ran and are not in it.")
        self.stdout.write(f"{path} ({path.stat().st_size / 1e6:.1f} MB)")

    def place(self, to: Path | None, company: str, at: datetime) -> Path:
        name = f"contactcenter-{company or 'all'}-{at:%Y%m%dT%H%M%SZ}.backup.zip"
        folder = to or settings.DATA_DIR / "backups"
        if to and not to.is_dir():
            return to
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return Path(folder) / name
