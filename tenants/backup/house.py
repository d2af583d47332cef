"""The whole house into an archive, and out of it into an empty database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.db import connection, transaction
from psycopg import sql

from tenants import door
from tenants.backup.archive import Manifest, Reader, add_manifest, writing
from tenants.backup.errors import BackupRefused
from tenants.backup.files import add_files, unpack
from tenants.backup.programs import feed, output_of
from tenants.backup.restoring import Differs
from tenants.backup.snapshot import one_moment
from tenants.backup.tables import speak_plainly, sum_of, tables_of, whole_table
from tenants.migrating.template import direct

DUMP = "database.dump"
OURS = "SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' ORDER BY nspname"
# What an owner has left himself: the log's table is one that nobody changes, its owner included.
PRIVILEGES = """
SELECT n.nspname, c.relname, array_agg(DISTINCT a.privilege_type::text)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace, aclexplode(c.relacl) a
WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND c.relkind = 'r' AND a.grantee = c.relowner
GROUP BY 1, 2 ORDER BY 1, 2
"""

Follow = Callable[[int, int, str], None]  # done, in all, what


def back_up_house(path: Path, *, now: datetime, follow: Follow) -> Manifest:
    """Raises BackupRefused."""
    with writing(path) as writer, one_moment() as moment:
        follow(0, 1, "database")
        (snapshot,) = moment.execute("SELECT pg_export_snapshot()").fetchone() or ("",)
        writer.add(DUMP, output_of("pg_dump", "--format=custom", f"--snapshot={snapshot}"), packed=False)
        sums = {f"{schema}.{table}": facts for schema, table, facts in sums_of(moment, follow)}
        schemas = companies(moment)
        gone = [f"{schema}/{name}" for schema in schemas for name in add_files(writer, schema)]
        privileges = [list(row) for row in moment.execute(PRIVILEGES)]
        manifest: Manifest = {
            "kind": "house",
            "made_at": now.isoformat(),
            "server": moment.info.server_version,
            "companies": schemas,
            "tables": sums,
            "privileges": privileges,
            "files_gone": gone,
        }
        add_manifest(writer, manifest)
    return manifest


def companies(moment: psycopg.Connection) -> list[str]:
    found = moment.execute("SELECT schema_name FROM public.tenants_tenant WHERE schema_name <> 'public' ORDER BY 1")
    return [name for (name,) in found]


def sums_of(moment: psycopg.Connection, follow: Follow) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Of each table of each schema."""
    every = [(schema, *table) for (schema,) in moment.execute(OURS).fetchall() for table in tables_of(moment, schema)]
    for done, (schema, table, columns, key) in enumerate(every):
        follow(done, len(every), f"{schema}.{table}")
        yield schema, table, sum_of(moment, whole_table(schema, table, columns, key))
    follow(len(every), len(every), "")


def restore_house(reader: Reader, *, follow: Follow) -> tuple[int, int]:
    """Gives how many tables and files. Raises BackupRefused, Differs."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    refuse_used()
    follow(0, 1, "database")
    # Roles have other names elsewhere: who owns it now is who restores, with the privileges that the owner had.
    feed("pg_restore", reader.chunks(DUMP), "--no-owner", "--no-acl", "--exit-on-error")
    for schema, table, privileges in reader.manifest["privileges"]:
        own(schema, table, privileges)
    files = sum(unpack(reader, schema, into=schema) for schema in reader.manifest["companies"])
    with door.shared(), transaction.atomic():
        speak_plainly(direct())
        here = {f"{schema}.{table}": facts for schema, table, facts in sums_of(direct(), follow)}
    there = reader.manifest["tables"]
    if differing := sorted(name for name in here.keys() | there.keys() if here.get(name) != there.get(name)):
        raise Differs(", ".join(differing))
    return len(here), files


def own(schema: str, table: str, privileges: list[str]) -> None:
    name = sql.Identifier(schema, table)
    direct().execute(sql.SQL("REVOKE ALL ON {} FROM CURRENT_USER").format(name))
    granted = sql.SQL(", ").join(map(sql.SQL, known_privileges(privileges)))
    direct().execute(sql.SQL("GRANT {} ON {} TO CURRENT_USER").format(granted, name))


def known_privileges(privileges: list[str]) -> list[Any]:
    known = {"SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER", "MAINTAIN"}
    return [privilege for privilege in privileges if privilege in known]


def refuse_used() -> None:
    tables = [
        f"{schema}.{table}"
        for (schema,) in direct().execute(OURS).fetchall()
        for table, *_rest in tables_of(direct(), schema)
    ]
    if tables:
        raise BackupRefused(
            f"The database is not empty (it has {tables[0]}): make a new one and set DATABASE_URL, or start with an "
            "empty DATA_DIR (docs/backup.md)."
        )
    if any(path.is_file() for path in Path(settings.FILES_DIR).glob("*/??/*")):
        raise BackupRefused(f"{settings.FILES_DIR} holds files: move them away first.")
