"""A schema drawn from its own catalogue, and made again under another name: replaying all migrations takes many times
longer.

What is read here is what migrations have made so far: tables, columns, identities, constraints and indexes. Anything
else makes the clone differ from its template, and the difference is an error.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import connection

from tenants import door
from tenants.fingerprint import difference
from tenants.migrating.versions import TEMPLATE

MOST_TOLD = 10  # differences

Progress = Callable[[int, int, str], None]  # steps done, steps in all, what is done now

COLUMNS = r"""
SELECT c.relname, string_agg(concat_ws(' ', quote_ident(a.attname), format_type(a.atttypid, a.atttypmod),
    CASE WHEN a.attcollation <> t.typcollation THEN 'COLLATE ' || quote_ident(l.collname) END,
    CASE WHEN a.attidentity <> '' THEN format('GENERATED %%s AS IDENTITY (SEQUENCE NAME %%I)',
        CASE a.attidentity WHEN 'a' THEN 'ALWAYS' ELSE 'BY DEFAULT' END, s.relname) END,
    CASE WHEN a.attgenerated = 's' THEN format('GENERATED ALWAYS AS (%%s) STORED', pg_get_expr(d.adbin, d.adrelid))
        WHEN d.adbin IS NOT NULL THEN 'DEFAULT ' || pg_get_expr(d.adbin, d.adrelid) END,
    CASE WHEN a.attnotnull THEN 'NOT NULL' END), ', ' ORDER BY a.attnum)
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_collation l ON l.oid = a.attcollation
LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
LEFT JOIN pg_depend p ON p.refobjid = c.oid AND p.refobjsubid = a.attnum AND p.deptype = 'i'
    AND p.classid = 'pg_class'::regclass AND a.attidentity <> ''
LEFT JOIN pg_class s ON s.oid = p.objid AND s.relkind = 'S'
WHERE c.relnamespace = %(schema)s::regnamespace AND c.relkind = 'r' GROUP BY c.relname ORDER BY c.relname
"""
COPIED_COLUMNS = """
SELECT c.relname, string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum)
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    AND a.attgenerated = ''
WHERE c.relnamespace = %(schema)s::regnamespace AND c.relkind = 'r' GROUP BY c.relname
"""
CONSTRAINTS = """
SELECT c.relname, k.conname, pg_get_constraintdef(k.oid), k.contype = 'f'
FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
WHERE k.connamespace = %(schema)s::regnamespace AND k.contype IN ('p', 'u', 'c', 'x', 'f')
ORDER BY k.contype = 'f', c.relname, k.conname
"""
INDEXES = """
SELECT c.relname, replace(pg_get_indexdef(i.indexrelid), ' ON ' || quote_ident(%(schema)s) || '.', ' ON ')
FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
WHERE c.relnamespace = %(schema)s::regnamespace
  AND NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x'))
ORDER BY i.indexrelid
"""
SEQUENCES = "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = %(schema)s AND last_value IS NOT NULL"


@dataclass(frozen=True)
class Drawing:
    """Statements that make a schema when run inside it. Nothing in them names it."""

    creates: dict[str, str]  # table → statement
    finishes: dict[str, list[str]]  # table → statements for when it is filled: keys, checks, indexes
    ties: list[str]  # foreign keys, and where the sequences stand


class CloneDiffers(Exception):
    """The template holds something that cloning does not know yet."""


def clone_template(schema: str, progress: Progress) -> None:
    """Inside the transaction that makes the company. Raises CloneDiffers."""
    quote = connection.ops.quote_name
    drawing, copies = draw(TEMPLATE), rows_to_copy()
    steps = [
        (table, [create, *copies.get(table, []), *drawing.finishes.get(table, [])])
        for table, create in drawing.creates.items()
    ]
    steps.append(("foreign keys", drawing.ties))
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE SCHEMA {quote(schema)}")
    with door.tenant(schema), connection.cursor() as cursor:
        for done, (what, statements) in enumerate(steps):
            progress(done, len(steps), what)
            cursor.execute(";\n".join(statements))
    if lines := difference(schema, TEMPLATE):
        raise CloneDiffers("; ".join(lines[:MOST_TOLD]))
    progress(len(steps), len(steps), "")


def draw(schema: str) -> Drawing:
    quote = connection.ops.quote_name
    # Read from inside: what lies in the schema is then written without its name.
    with door.tenant(schema), connection.cursor() as cursor:

        def rows(query: str) -> list[Any]:
            cursor.execute(query, {"schema": schema})
            return list(cursor.fetchall())

        creates = {name: f"CREATE TABLE {quote(name)} ({columns})" for name, columns in rows(COLUMNS)}
        finishes: dict[str, list[str]] = {}
        ties = [f"SELECT setval('{quote(name)}', {last})" for name, last in rows(SEQUENCES)]
        for table, name, definition, is_tie in rows(CONSTRAINTS):
            statement = f"ALTER TABLE {quote(table)} ADD CONSTRAINT {quote(name)} {definition}"
            (ties if is_tie else finishes.setdefault(table, [])).append(statement)
        for table, definition in rows(INDEXES):
            finishes.setdefault(table, []).append(definition)
    return Drawing(creates, finishes, ties)


def rows_to_copy() -> dict[str, list[str]]:
    """Of the template: the record of migrations, and what migrations put in."""
    quote = connection.ops.quote_name
    with door.tenant(TEMPLATE), connection.cursor() as cursor:
        cursor.execute(COPIED_COLUMNS, {"schema": TEMPLATE})
        columns: dict[str, str] = dict(cursor.fetchall())
        each = (f"SELECT %s WHERE EXISTS (SELECT 1 FROM {TEMPLATE}.{quote(name)})" for name in columns)  # noqa: S608
        cursor.execute(" UNION ALL ".join(each), list(columns))
        filled = [name for (name,) in cursor.fetchall()]
    return {
        name: [
            f"INSERT INTO {quote(name)} ({columns[name]}) OVERRIDING SYSTEM VALUE "  # noqa: S608
            f"SELECT {columns[name]} FROM {TEMPLATE}.{quote(name)}"
        ]
        for name in filled
    }
