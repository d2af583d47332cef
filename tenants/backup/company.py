"""One company into an archive: its schema, its rows in the shared schema, whom they refer to, its files."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
from django.apps import apps
from psycopg import sql

from tenants.backup.archive import Manifest, Writer, add_manifest, writing
from tenants.backup.files import add_files
from tenants.backup.ownership import (
    CARRIED,
    NATURAL_KEYS,
    Owned,
    label_of_table,
    owned_tables,
    rows_of,
    soft_columns,
)
from tenants.backup.snapshot import one_moment
from tenants.backup.tables import names, shared_keys_of, tables_of, text_of, whole_table
from tenants.cloning import draw
from tenants.fingerprint import things_of
from tenants.migrating.versions import recorded

RECORDS, SHARED = "records/{}.copy", "shared/{}.copy"
DRAWING, REFERENCES, THINGS = "schema.json", "references.json", "things.json"

Follow = Callable[[int, int, str], None]  # done, in all, what


def back_up_company(schema: str, path: Path, *, now: datetime, follow: Follow) -> Manifest:
    """Raises BackupRefused."""
    with writing(path) as writer, one_moment() as direct:
        return write_company(writer, direct, schema, now, follow)


def write_company(writer: Writer, direct: psycopg.Connection, schema: str, now: datetime, follow: Follow) -> Manifest:
    tables = tables_of(direct, schema)
    keys = records_keys(direct, schema)
    total = len(tables) + len(owned_tables()) + 2
    done = 0

    def step(what: str) -> None:
        nonlocal done
        follow(done, total, what)
        done += 1

    step("schema")
    writer.add(DRAWING, as_json(asdict(draw(schema))))
    writer.add(THINGS, as_json(sorted(things_of([schema])[schema])))
    writer.add(REFERENCES, as_json(references(direct, schema, keys)))
    for table, columns, key in tables:
        step(table)
        writer.add(RECORDS.format(table), text_of(direct, whole_table(schema, table, columns, key)))
    for label, owned in owned_tables().items():
        step(label)
        writer.add(SHARED.format(label), text_of(direct, rows_in_order(owned, schema)))
    step("files")
    gone = add_files(writer, schema)
    manifest: Manifest = {
        "kind": "company",
        "company": schema,
        "made_at": now.isoformat(),
        "server": direct.info.server_version,
        "migrations": sorted(".".join(key) for key in recorded(direct, [schema])[schema]),
        "tables": {
            table: {"columns": columns, "key": key, "refers": keys.get(table, {})} for table, columns, key in tables
        },
        "shared": {label: list(owned.columns) for label, owned in owned_tables().items()},
        "files_gone": gone,
    }
    add_manifest(writer, manifest)
    follow(total, total, "")
    return manifest


def rows_in_order(owned: Owned, schema: str) -> sql.Composed:
    return sql.SQL("SELECT {} FROM {} WHERE {} ORDER BY {}").format(
        names(owned.columns), owned.name(), rows_of(owned, schema), sql.Identifier(owned.key)
    )


def records_keys(direct: psycopg.Connection, schema: str) -> dict[str, dict[str, str]]:
    """Columns of the company's own tables that hold ids of shared rows: table → column → label."""
    found = {
        table: {column: label_of_table(target) for column, target in columns.items()}
        for table, columns in shared_keys_of(direct, schema).items()
    }
    for table, columns in soft_columns().items():
        found.setdefault(table, {}).update(columns)
    return found


def references(
    direct: psycopg.Connection, schema: str, keys: dict[str, dict[str, str]]
) -> dict[str, dict[int, dict[str, Any]]]:
    """The people and furniture of the house that any row of the company names: label → id → what finds it again."""
    wanted: dict[str, set[int]] = {label: set() for label in NATURAL_KEYS}
    for owned in owned_tables().values():
        here = rows_of(owned, schema)
        for column, label in owned.refers.items():
            if label in wanted:
                wanted[label] |= ids(direct, sql.Identifier(column), owned.name(), here)
        for column, label in owned.refers_by_key.items():
            each = sql.SQL("jsonb_object_keys({})::bigint").format(sql.Identifier(column))
            wanted[label] |= ids(direct, each, owned.name(), here)
    for table, columns in keys.items():
        for column, label in columns.items():
            if label in wanted:
                wanted[label] |= ids(direct, sql.Identifier(column), sql.Identifier(schema, table), sql.SQL("true"))
    found: dict[str, dict[int, dict[str, Any]]] = {}
    for label in reversed([*NATURAL_KEYS]):  # agents first: their users are wanted too
        model = apps.get_model(label)
        attributes = {name: model._meta.get_field(name) for name in CARRIED[label]}
        found[label] = {
            row["pk"]: {name: row[field.attname] for name, field in attributes.items()}
            for row in model._default_manager.filter(pk__in=wanted[label]).values(
                "pk", *(field.attname for field in attributes.values())
            )
        }
        for name, field in attributes.items():
            if field.is_relation:
                wanted[field.related_model._meta.label] |= {row[name] for row in found[label].values()}
    return found


def ids(direct: psycopg.Connection, what: sql.Composable, table: sql.Identifier, here: sql.Composable) -> set[int]:
    query = sql.SQL("SELECT DISTINCT {} FROM {} WHERE {}").format(what, table, here)
    return {found for (found,) in direct.execute(query) if found is not None}


def as_json(value: Any) -> Iterable[bytes]:
    return [json.dumps(value, indent=1, sort_keys=True).encode()]
