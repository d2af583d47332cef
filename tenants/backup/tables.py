"""Rows as PostgreSQL's COPY text, in the order of their keys: the same rows give the same bytes on any server."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

import psycopg
from psycopg import sql

# All that the text of a value depends on.
PLAIN_TEXT = (
    "SET LOCAL TimeZone = 'UTC'",
    "SET LOCAL DateStyle = 'ISO, YMD'",
    "SET LOCAL IntervalStyle = 'postgres'",
    "SET LOCAL bytea_output = 'hex'",
    "SET LOCAL extra_float_digits = 1",
    "SET LOCAL client_encoding = 'UTF8'",
)
TABLES = """
SELECT c.relname,
    (SELECT array_agg(a.attname::text ORDER BY a.attnum) FROM pg_attribute a
        WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''),
    (SELECT array_agg(a.attname::text ORDER BY array_position(i.indkey::int2[], a.attnum)) FROM pg_index i
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY(i.indkey)
        WHERE i.indrelid = c.oid AND i.indisprimary)
FROM pg_class c WHERE c.relnamespace = %s::regnamespace AND c.relkind = 'r' ORDER BY c.relname
"""
FOREIGN_KEYS = """
SELECT c.relname, a.attname, t.relname FROM pg_constraint k
JOIN pg_class c ON c.oid = k.conrelid JOIN pg_class t ON t.oid = k.confrelid
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.conkey[1]
WHERE k.connamespace = %s::regnamespace AND k.contype = 'f' AND t.relnamespace = 'public'::regnamespace
ORDER BY 1, 2
"""


def speak_plainly(direct: psycopg.Connection) -> None:
    """Until the end of the transaction."""
    for statement in PLAIN_TEXT:
        direct.execute(statement)


def tables_of(direct: psycopg.Connection, schema: str) -> list[tuple[str, list[str], list[str]]]:
    """Name, columns, key of each table."""
    return [(name, columns or [], key or columns or []) for name, columns, key in direct.execute(TABLES, [schema])]


def shared_keys_of(direct: psycopg.Connection, schema: str) -> dict[str, dict[str, str]]:
    """Foreign keys from a company's tables into the shared schema: table → column → shared table."""
    found: dict[str, dict[str, str]] = {}
    for table, column, target in direct.execute(FOREIGN_KEYS, [schema]):
        found.setdefault(table, {})[column] = target
    return found


def whole_table(schema: str, table: str, columns: list[str], key: list[str]) -> sql.Composed:
    return sql.SQL("SELECT {} FROM {} ORDER BY {}").format(names(columns), sql.Identifier(schema, table), names(key))


def names(columns: list[str] | tuple[str, ...]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, columns))


def text_of(direct: psycopg.Connection, query: sql.Composed) -> Iterator[bytes | bytearray | memoryview]:
    with direct.cursor() as cursor, cursor.copy(sql.SQL("COPY ({}) TO STDOUT").format(query)) as copy:
        yield from copy


def sum_of(direct: psycopg.Connection, query: sql.Composed) -> dict[str, Any]:
    """What the archive says of a member with these rows."""
    digest, size, lines = hashlib.sha256(), 0, 0
    for chunk in text_of(direct, query):
        digest.update(chunk)
        size += len(chunk)
        lines += bytes(chunk).count(b"\n")
    return {"sha256": digest.hexdigest(), "bytes": size, "rows": lines}


def fill(direct: psycopg.Connection, into: sql.Composable, columns: list[str], chunks: Iterator[bytes]) -> None:
    query = sql.SQL("COPY {} ({}) FROM STDIN").format(into, names(columns))
    with direct.cursor() as cursor, cursor.copy(query) as copy:
        for chunk in chunks:
            copy.write(chunk)
