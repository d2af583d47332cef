"""The drill of docs/backup.md: restored into a second PostgreSQL that knew nothing, all is equal to the byte."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from tenants.backup import programs
from tests.companies import COMPANIES
from tests.run.started import ROOT, Started, services
from tests.tenants.backup.furnished import PNG, company_sums, furnish, sums

pytestmark = pytest.mark.slow


@pytest.fixture
def scratch(tmp_path: Path) -> Iterator[Started]:
    with services(tmp_path / "scratch") as started:
        yield started


def manage(scratch: Started, *arguments: str, code: int = 0) -> str:
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env={**scratch.environ(), "PATH": "/usr/bin:/bin", "DB_POOL": "0"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


def stored(folder: Path, schema: str) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in (folder / schema).glob("??/*")}


def test_one_company(committed: str, scratch: Started, tmp_path: Path) -> None:
    furnish("borealis", "Bruno")  # so that aurora's numbers are not the first
    furnish("aurora", "Inés")
    call_command("backup", company="aurora", to=tmp_path / "aurora.zip")
    before = company_sums(committed, "aurora")
    manage(scratch, "migrate_companies")
    assert "Restored and equal: aurora" in manage(scratch, "restore", str(tmp_path / "aurora.zip"))
    there = scratch.environ()["DATABASE_URL"]
    assert company_sums(there, "aurora") == before
    found = stored(scratch.data / "files", "aurora")
    assert found == stored(Path(settings.FILES_DIR), "aurora") and [*found.values()] == [PNG]
    assert "aurora" in manage(scratch, "verify_audit")
    assert "should have" in manage(scratch, "check_schemas")
    with psycopg.connect(there) as direct:
        assert direct.execute("SELECT schema_name FROM tenants_tenant WHERE schema_name <> 'public'").fetchall() == [
            ("aurora",)
        ]


def test_everything(committed: str, scratch: Started, tmp_path: Path) -> None:
    for schema in COMPANIES:
        furnish(schema, f"Agent of {schema}")
    path = tmp_path / "all.zip"
    call_command("backup", to=path)
    call_command("verify_backup", path)
    before = sums(committed, "public", "cc_template", *COMPANIES)
    output = manage(scratch, "restore", str(path))
    assert f"Restored and equal: {len(before)} tables, 3 files" in output
    there = scratch.environ()["DATABASE_URL"]
    assert sums(there, "public", "cc_template", *COMPANIES) == before
    for schema in COMPANIES:
        assert stored(scratch.data / "files", schema) == stored(Path(settings.FILES_DIR), schema)
    assert "0 schemas migrated, 3 companies had nothing to do" in manage(scratch, "migrate_companies")
    with psycopg.connect(there, autocommit=True) as direct:
        for statement in ("DELETE FROM audit_entry", "UPDATE audit_entry SET action = ''"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                direct.execute(statement)  # type: ignore[arg-type]
        granted = "SELECT has_table_privilege('audit_entry', %s)"
        found = {right: direct.execute(granted, [right]).fetchone() for right in ("INSERT", "UPDATE", "DELETE")}
        assert found == {"INSERT": (True,), "UPDATE": (False,), "DELETE": (False,)}
    assert "The database is not empty" in manage(scratch, "restore", str(path), code=1)


def test_without_the_right_pg_dump_the_cure_is_named(
    committed: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def older(*_: Any) -> Iterator[Path]:
        program = tmp_path / "pg_dump"
        program.write_text("#!/bin/sh\necho 'pg_dump (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)'\n")
        program.chmod(0o755)
        yield program

    monkeypatch.setattr(programs, "candidates", older)
    assert programs.major_of(next(older())) == 15
    with pytest.raises(CommandError, match=r"no pg_dump of PostgreSQL 18.*apt-get install postgresql-client-18"):
        call_command("backup", to=tmp_path / "all.zip")
    assert not list(tmp_path.glob("*all.zip*"))
