"""A newer version of the program: the same with one more migration of a records app, run as a process of its own."""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from django.core.management import CommandError, call_command
from django.test import override_settings

from tenants.services import NewTenant, create_tenant

ROOT = Path(__file__).resolve().parents[3]
FIRST = """
import importlib

Migration = importlib.import_module("contactcenter.records.files.migrations.0001_initial").Migration
"""
HEAD = """
import time

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("files", "0001_initial")]
"""
ADD_COLUMN = """
    operations = [
        migrations.AddField("storedfile", "colour", models.CharField(max_length=9, default="", db_default=""))
    ]
"""
SLOW_COLUMN = """
    operations = [
        migrations.RunSQL("SELECT pg_sleep(0.3)"),
        migrations.AddField("storedfile", "colour", models.CharField(max_length=9, default="", db_default="")),
        migrations.RunSQL("SELECT pg_sleep(0.3)"),
    ]
"""


@dataclass(frozen=True)
class Newer:
    database: str
    folder: Path

    def write(self, body: str) -> None:
        write_migration(self.folder, body)

    def start(self) -> subprocess.Popen[str]:
        """As a process of its own, to be killed."""
        return subprocess.Popen(
            [sys.executable, "manage.py", "migrate_companies"],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def migrate(self, *, code: int = 0, **options: Any) -> str:
        """In this process, which starts the workers as ever."""
        told, returned = io.StringIO(), 0
        try:
            call_command("migrate_companies", stdout=told, stderr=told, jobs=2, **options)
        except CommandError as error:
            told.write(str(error))
            returned = error.returncode
        assert returned == code, told.getvalue()
        return told.getvalue()


def write_migration(folder: Path, body: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / "__init__.py").touch()
    (folder / "0001_initial.py").write_text(FIRST)
    (folder / "0002_test.py").write_text(HEAD + body)


def more_companies(number: int) -> list[str]:
    """Made by the version before."""
    names = [f"firm{index:02}" for index in range(number)]
    with override_settings(MIGRATION_MODULES={}):
        for name in names:
            create_tenant(NewTenant(schema=name, name=name, hosts=[f"{name}.localhost"], colour="#aa3300"))
    return names


def columns(database: str) -> set[str]:
    """Schemas whose files have the new column."""
    return schemas(
        database,
        "SELECT table_schema FROM information_schema.columns "
        "WHERE table_name = 'files_storedfile' AND column_name = 'colour'",
    )


def records(database: str) -> set[str]:
    """Schemas that say they have it."""
    with psycopg.connect(database) as direct:
        found = direct.execute("SELECT schemaname FROM pg_tables WHERE tablename = 'django_migrations'")
        return {
            name
            for (name,) in found.fetchall()
            if direct.execute(f"SELECT 1 FROM {name}.django_migrations WHERE name = '0002_test'").fetchone()  # type: ignore[arg-type]
        }


def schemas(database: str, query: str, parameters: Sequence[object] = ()) -> set[str]:
    with psycopg.connect(database) as direct:
        return {name for (name,) in direct.execute(query, parameters)}  # type: ignore[arg-type]
