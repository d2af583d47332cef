"""One company out of an archive: all of it in one transaction, compared with the archive before it counts."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime

import psycopg
from django.conf import settings
from django.db import connection, transaction
from psycopg import sql

from tenants import door
from tenants.backup import numbers
from tenants.backup.archive import Reader
from tenants.backup.company import DRAWING, RECORDS, REFERENCES, SHARED, THINGS
from tenants.backup.errors import BackupRefused
from tenants.backup.files import unpack
from tenants.backup.ownership import KEPT, TENANT, Owned, owned_tables, rows_of
from tenants.backup.snapshot import unmigrated
from tenants.backup.tables import fill, names, speak_plainly, sum_of
from tenants.cloning import MOST_TOLD, Drawing
from tenants.fingerprint import compared, things_of
from tenants.migrating import fence
from tenants.migrating.migrator import Migrator
from tenants.migrating.template import direct
from tenants.migrating.versions import program_graph, read_versions
from tenants.models import Domain, Tenant
from tenants.names import why_no_schema

Follow = Callable[[int, int, str], None]  # done, in all, what


@dataclass
class Restored:
    schema: str
    rows: int = 0
    files: int = 0
    made: list[str] = field(default_factory=list)  # people and furniture of the house that were not there
    left_out: list[str] = field(default_factory=list)


class Differs(Exception):
    """What was restored is not what the archive says: undone."""


def restore_company(reader: Reader, *, beside: str, replace: bool, now: datetime, follow: Follow) -> Restored:
    """`beside`: under another name of a schema, inactive and without hosts. Raises BackupRefused, Differs."""
    schema = str(reader.manifest["company"])
    target = beside or schema
    with door.shared(), unmigrated():
        refuse_other_versions(reader)
        standing = Tenant.objects.filter(schema_name=target).first()
        refuse_collisions(reader, target, standing=standing, beside=beside, replace=replace)
        if standing:
            Tenant.objects.filter(pk=standing.pk).update(fenced_at=now)  # its visitors read that it is being updated
        try:
            with transaction.atomic():
                restored = Restoring(reader, target, standing, bool(beside), follow).run()
                restored.files = unpack(reader, schema, into=target)
        finally:
            if standing:
                Tenant.objects.filter(pk=standing.pk, fenced_at=now).update(fenced_at=standing.fenced_at)
    result = Migrator().bring_up(target)  # an archive of an older version
    if result.failed:
        fence.ended(result, "", now)
        raise BackupRefused(
            f"{target} is restored as it was, but could not be migrated ({result.error}) and is fenced: "
            "see docs/migrations.md."
        )
    return restored


class Restoring:
    def __init__(self, reader: Reader, target: str, standing: Tenant | None, beside: bool, follow: Follow) -> None:
        self.reader = reader
        self.source = str(reader.manifest["company"])
        self.target = target
        self.standing = standing
        self.beside = beside
        self.follow = follow
        self.direct: psycopg.Connection = direct()
        self.aside = f"cc_aside_{target}"  # what is replaced, until the end; no company can have this name
        self.left_out = set(KEPT) if beside or standing else set()
        self.tables = {label: owned for label, owned in owned_tables().items() if label not in self.left_out}
        self.drawing = Drawing(**json.loads(reader.text(DRAWING)))

    def run(self) -> Restored:
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '10s'")
        speak_plainly(self.direct)
        self.direct.execute(numbers.PREPARE)
        if self.standing:
            self.clear()
        made = numbers.find_or_make(self.direct, json.loads(self.reader.text(REFERENCES)))
        for done, owned in enumerate(self.tables.values()):
            self.follow(done, len(self.tables) + len(self.drawing.creates), owned.label)
            self.put_back_shared(owned)
        self.put_back_records()
        self.compare_rows()
        self.tie()
        self.compare_things()
        rows = sum(self.reader.members[RECORDS.format(table)]["rows"] for table in self.drawing.creates)
        rows += sum(self.reader.members[SHARED.format(label)]["rows"] for label in self.tables)
        return Restored(self.target, rows=rows, made=made, left_out=sorted(self.left_out))

    def clear(self) -> None:
        """What stands there now. Foreign keys are looked at when the transaction commits."""
        for owned in reversed(self.tables.values()):
            if owned.label != TENANT:
                self.direct.execute(
                    sql.SQL("DELETE FROM {} WHERE {}").format(owned.name(), rows_of(owned, self.target))
                )
        self.direct.execute(
            sql.SQL("ALTER SCHEMA {} RENAME TO {}").format(sql.Identifier(self.target), sql.Identifier(self.aside))
        )

    def put_back_shared(self, owned: Owned) -> None:
        stage = sql.Identifier("pg_temp", f"stage_{owned.table}")
        self.direct.execute(
            sql.SQL("CREATE TEMP TABLE {} ON COMMIT DROP AS SELECT {} FROM {} WITH NO DATA").format(
                sql.Identifier(f"stage_{owned.table}"), names(owned.columns), owned.name()
            )
        )
        fill(self.direct, stage, list(owned.columns), self.reader.chunks(SHARED.format(owned.label)))
        if owned.label == TENANT and self.standing:
            self.write_over_tenant(owned, stage)
            return
        if owned.label == TENANT and self.beside:
            self.rename(stage)
        if owned.has_own_numbers:
            numbers.number(self.direct, owned, stage)
        values = [self.in_house(owned, column) for column in owned.columns]
        self.direct.execute(
            sql.SQL("INSERT INTO {} ({}) OVERRIDING SYSTEM VALUE SELECT {} FROM {} s").format(
                owned.name(), names(owned.columns), sql.SQL(", ").join(values), stage
            )
        )

    def in_house(self, owned: Owned, column: str) -> sql.Composable:
        """A staged value as it is to stand here."""
        value = sql.Identifier("s", column)
        if column in owned.refers_by_key:
            return numbers.new_keys(owned.refers_by_key[column], value)
        if column in owned.refers:
            return numbers.new_id(owned.refers[column], value)
        return numbers.new_id(owned.label, value) if column == owned.key and owned.has_own_numbers else value

    def as_archived(self, owned: Owned, column: str) -> sql.Composable:
        value = sql.Identifier("s", column)
        if column in owned.refers_by_key:
            return numbers.old_keys(owned.refers_by_key[column], value)
        if column in owned.refers:
            return numbers.old_id(owned.refers[column], value)
        return numbers.old_id(owned.label, value) if column == owned.key and owned.has_own_numbers else value

    def write_over_tenant(self, owned: Owned, stage: sql.Composable) -> None:
        """The row stays, and whether it is active; the log and those who may get in point to it."""
        assert self.standing is not None
        columns = [name for name in owned.columns if name not in ("id", "schema_name", "is_active")]
        self.direct.execute(
            sql.SQL("UPDATE {} SET ({}) = (SELECT {} FROM {}) WHERE schema_name = {}").format(
                owned.name(), names(columns), names(columns), stage, sql.Literal(self.target)
            )
        )
        (old,) = self.direct.execute(sql.SQL("SELECT id FROM {}").format(stage)).fetchone() or (0,)
        numbers.note(self.direct, TENANT, {old: self.standing.pk})

    def rename(self, stage: sql.Composable) -> None:
        self.direct.execute(
            sql.SQL("UPDATE {} SET schema_name = {}, name = left(name, 50) || {}, is_active = false").format(
                stage, sql.Literal(self.target), sql.Literal(f" ({self.target})")
            )
        )

    def put_back_records(self) -> None:
        """Tables, rows, ids as they are in this house, and then what guards each table."""
        tables = self.reader.manifest["tables"]
        self.direct.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(self.target)))
        with door.tenant(self.target), connection.cursor() as cursor:
            for done, (table, create) in enumerate(self.drawing.creates.items()):
                self.follow(len(self.tables) + done, len(self.tables) + len(self.drawing.creates), table)
                cursor.execute(create)
                name = sql.Identifier(self.target, table)
                fill(self.direct, name, tables[table]["columns"], self.reader.chunks(RECORDS.format(table)))
                for column, label in tables[table]["refers"].items():
                    self.renumber(name, sql.Identifier(column), label)
                for statement in self.drawing.finishes.get(table, []):
                    cursor.execute(statement)

    def renumber(self, table: sql.Identifier, column: sql.Identifier, label: str) -> None:
        query = "UPDATE {} SET {} = i.new FROM restored_ids i WHERE i.label = {} AND i.old = {} AND i.old <> i.new"
        self.direct.execute(sql.SQL(query).format(table, column, sql.Literal(label), column))

    def tie(self) -> None:
        """As late as can be: foreign keys to people, made or dropped, hold up everybody who signs in."""
        with door.tenant(self.target), connection.cursor() as cursor:
            for statement in self.drawing.ties:
                cursor.execute(statement)
        self.direct.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(self.aside)))

    def compare_rows(self) -> None:
        """Each row with each id as the archive has it. Raises Differs."""
        differing = []
        for table, facts in self.reader.manifest["tables"].items():
            query = sql.SQL("SELECT {} FROM {} s ORDER BY {}").format(
                sql.SQL(", ").join(self.record_as_archived(facts["refers"], column) for column in facts["columns"]),
                sql.Identifier(self.target, table),
                names(facts["key"]),
            )
            if sum_of(self.direct, query) != self.reader.members[RECORDS.format(table)]:
                differing.append(table)
        for owned in self.tables.values():
            if owned.label == TENANT and (self.standing or self.beside):
                continue
            query = sql.SQL("SELECT {} FROM {} s WHERE {} ORDER BY {}").format(
                sql.SQL(", ").join(self.as_archived(owned, column) for column in owned.columns),
                owned.name(),
                rows_of(owned, self.target),
                self.as_archived(owned, owned.key),
            )
            if sum_of(self.direct, query) != self.reader.members[SHARED.format(owned.label)]:
                differing.append(owned.label)
        if differing:
            raise Differs(", ".join(differing))

    def record_as_archived(self, refers: dict[str, str], column: str) -> sql.Composable:
        value = sql.Identifier("s", column)
        return numbers.old_id(refers[column], value) if column in refers else value

    def compare_things(self) -> None:
        """Raises Differs."""
        if lines := compared(things_of([self.target])[self.target], set(json.loads(self.reader.text(THINGS)))):
            raise Differs("; ".join(lines[:MOST_TOLD]))


def refuse_other_versions(reader: Reader) -> None:
    graph = program_graph()
    versions = read_versions(direct(), graph)
    if not versions.is_current(door.SHARED_SCHEMA):
        raise BackupRefused("This house is not migrated: run migrate_companies first.")
    unknown = [name for name in reader.manifest["migrations"] if tuple(name.split(".", 1)) not in graph.nodes]
    if unknown:
        raise BackupRefused(f"The backup is of a newer program, which knows {unknown[0]}: restore it with that one.")
    theirs, ours = reader.manifest["shared"], {label: list(owned.columns) for label, owned in owned_tables().items()}
    changed = sorted(label for label in theirs.keys() | ours.keys() if theirs.get(label) != ours.get(label))
    if changed:
        raise BackupRefused(
            f"The shared tables have changed since the backup ({', '.join(changed)}): restore it with the program's "
            f"version of {reader.manifest['made_at'][:10]} into a scratch server, migrate that, and back it up again "
            "there (docs/backup.md)."
        )


def refuse_collisions(reader: Reader, target: str, *, standing: Tenant | None, beside: str, replace: bool) -> None:
    if beside and (why := why_no_schema(beside)):
        raise BackupRefused(f"{beside}: {why}")
    if standing and (beside or not replace):
        raise BackupRefused(
            f"{target} is a living company: --replace {target} puts the backup in its place and loses what came after "
            "it; --as NAME restores it beside."
        )
    if replace and not standing:
        raise BackupRefused(f"There is no company {target} to replace: restore without --replace.")
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", [target])
        if cursor.fetchone() and not standing:
            raise BackupRefused(f"There is a schema {target} that is no company's: move it away first.")
    if not standing and not beside:
        refuse_taken(reader)


def refuse_taken(reader: Reader) -> None:
    hosts, name = column_of(reader, "tenants.Domain", "domain"), column_of(reader, TENANT, "name")
    taken = [*Domain.objects.filter(domain__in=hosts).values_list("domain", flat=True)]
    taken += [host for host in hosts if host == settings.SHARED_HOST]
    taken += [*Tenant.with_shared.filter(name__in=name).values_list("name", flat=True)]
    if taken:
        raise BackupRefused(f"Another company has {', '.join(taken)}: change that there, or restore with --as NAME.")


def column_of(reader: Reader, label: str, column: str) -> Collection[str]:
    """Values of short words, which COPY writes as they are."""
    place = reader.manifest["shared"][label].index(column)
    return [line.split("\t")[place].replace("\\\\", "\\") for line in reader.text(SHARED.format(label)).splitlines()]
