"""A schema like the template, from the template's own catalogue: replaying all migrations takes a hundred times longer.

What is read here is what migrations have made so far: tables, columns, identities, constraints, indexes and the rows
that a migration put in. Anything else makes the clone differ from its template, and the difference is an error.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import connection

from tenants import door
from tenants.fingerprint import difference
from tenants.migrating.versions import TEMPLATE

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
WHERE c.relnamespace = %(template)s::regnamespace AND c.relkind = 'r' GROUP BY c.relname ORDER BY c.relname
"""
COPIED_COLUMNS = """
SELECT c.relname, string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum)
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    AND a.attgenerated = ''
WHERE c.relnamespace = %(template)s::regnamespace AND c.relkind = 'r' GROUP BY c.relname
"""
CONSTRAINTS = """
SELECT c.relname, k.conname, pg_get_constraintdef(k.oid), k.contype = 'f'
FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
WHERE k.connamespace = %(template)s::regnamespace AND k.contype IN ('p', 'u', 'c', 'x', 'f')
ORDER BY k.contype = 'f', c.relname, k.conname
"""
INDEXES = """
SELECT c.relname, pg_get_indexdef(i.indexrelid) FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
WHERE c.relnamespace = %(template)s::regnamespace
  AND NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x'))
ORDER BY i.indexrelid
"""
SEQUENCES = (
    "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = %(template)s AND last_value IS NOT NULL"
)


class CloneDiffers(Exception):
    """The template holds something that cloning does not know yet."""


def clone_template(schema: str, progress: Progress) -> None:
    """Inside the transaction that makes the company. Raises CloneDiffers."""
    quote = connection.ops.quote_name
    tables = read_template()
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE SCHEMA {quote(schema)}")
    with door.tenant(schema), connection.cursor() as cursor:
        for done, (table, statements) in enumerate(tables):
            progress(done, len(tables), table)
            cursor.execute(";\n".join(statements))
    if lines := difference(schema, TEMPLATE):
        raise CloneDiffers("; ".join(lines))
    progress(len(tables), len(tables), "")


def read_template() -> list[tuple[str, list[str]]]:
    """What to execute inside the new schema, table by table; last what ties tables together."""
    quote = connection.ops.quote_name
    # Read from inside the template: what lies in it is then written without its name.
    with door.tenant(TEMPLATE), connection.cursor() as cursor:

        def rows(query: str) -> list[Any]:
            cursor.execute(query, {"template": TEMPLATE})
            return list(cursor.fetchall())

        tables = {name: [f"CREATE TABLE {quote(name)} ({columns})"] for name, columns in rows(COLUMNS)}
        columns: dict[str, str] = dict(rows(COPIED_COLUMNS))
        for name in filled(list(tables)):
            tables[name].append(
                f"INSERT INTO {quote(name)} ({columns[name]}) OVERRIDING SYSTEM VALUE "  # noqa: S608
                f"SELECT {columns[name]} FROM {TEMPLATE}.{quote(name)}"
            )
        ties = [f"SELECT setval('{quote(name)}', {last})" for name, last in rows(SEQUENCES)]
        for table, name, definition, is_tie in rows(CONSTRAINTS):
            statement = f"ALTER TABLE {quote(table)} ADD CONSTRAINT {quote(name)} {definition}"
            (ties if is_tie else tables[table]).append(statement)
        for table, definition in rows(INDEXES):
            tables[table].append(definition.replace(f" ON {TEMPLATE}.", " ON ", 1))
    return [*tables.items(), ("foreign keys", ties)]


def filled(tables: list[str]) -> list[str]:
    """Those with rows: of the record of migrations, and of migrations that bring rows."""
    quote = connection.ops.quote_name
    each = (f"SELECT %s WHERE EXISTS (SELECT 1 FROM {TEMPLATE}.{quote(name)})" for name in tables)  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(each), tables)
        return [name for (name,) in cursor.fetchall()]
