"""What a company's schema is made of, as text without its own name: two schemas are equal when their texts are."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable

from django.conf import settings
from django.db import connection

from tenants import door
from tenants.migrating.template import direct
from tenants.migrating.versions import TEMPLATE, labels_of, recorded, schemas_with_record

# One line a thing: schema, kind, name, definition. A name qualified by the own schema is written @.name, so that a
# foreign key into the shared schema differs from one at home. Names of NOT NULL constraints (n) follow the history of
# a column and mean nothing; the column's line has them.
THINGS = r"""
WITH wanted AS (SELECT oid, nspname AS name FROM pg_namespace WHERE nspname = ANY(%(schemas)s)),
things AS (
    SELECT w.name AS schema, 'relation' AS kind, c.relname::text AS thing,
        concat_ws(' ', c.relkind, c.relpersistence, c.relrowsecurity, c.reloptions::text, c.relacl::text) AS what
    FROM wanted w JOIN pg_class c ON c.relnamespace = w.oid WHERE c.relkind <> 'i'
    UNION ALL
    SELECT w.name, 'column', c.relname || '.' || a.attname,
        concat_ws(' ', format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity, a.attgenerated,
            (SELECT collname FROM pg_collation l WHERE l.oid = a.attcollation),
            pg_get_expr(d.adbin, d.adrelid))
    FROM wanted w JOIN pg_class c ON c.relnamespace = w.oid AND c.relkind IN ('r', 'p', 'v', 'm')
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    UNION ALL
    SELECT w.name, 'constraint', c.relname || '.' || k.conname, pg_get_constraintdef(k.oid)
    FROM wanted w JOIN pg_constraint k ON k.connamespace = w.oid JOIN pg_class c ON c.oid = k.conrelid
    WHERE k.contype <> 'n'
    UNION ALL
    SELECT w.name, 'index', c.relname, concat_ws(' ', i.indisvalid, pg_get_indexdef(i.indexrelid))
    FROM wanted w JOIN pg_class c ON c.relnamespace = w.oid JOIN pg_index i ON i.indexrelid = c.oid
    UNION ALL
    SELECT w.name, 'sequence', c.relname, concat_ws(' ', format_type(s.seqtypid, NULL), s.seqstart, s.seqincrement,
        s.seqmin, s.seqmax, s.seqcycle, (SELECT concat_ws('.', t.relname, a.attname) FROM pg_depend p
            JOIN pg_class t ON t.oid = p.refobjid JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = p.refobjsubid
            WHERE p.objid = c.oid AND p.deptype IN ('a', 'i') AND p.classid = 'pg_class'::regclass))
    FROM wanted w JOIN pg_class c ON c.relnamespace = w.oid JOIN pg_sequence s ON s.seqrelid = c.oid
    UNION ALL
    SELECT w.name, 'trigger', c.relname || '.' || t.tgname, pg_get_triggerdef(t.oid)
    FROM wanted w JOIN pg_class c ON c.relnamespace = w.oid JOIN pg_trigger t ON t.tgrelid = c.oid
    WHERE NOT t.tgisinternal
    UNION ALL
    SELECT w.name, 'function', p.proname::text, pg_get_functiondef(p.oid)
    FROM wanted w JOIN pg_proc p ON p.pronamespace = w.oid WHERE p.prokind <> 'a'
    UNION ALL
    SELECT w.name, 'type', t.typname::text, t.typtype::text
    FROM wanted w JOIN pg_type t ON t.typnamespace = w.oid WHERE t.typtype IN ('d', 'e', 'r')
)
SELECT schema, kind, thing, regexp_replace(what, '(\m' || schema || '|"' || schema || '")\.', '@.', 'g') FROM things
"""


def things_of(schemas: Collection[str]) -> dict[str, set[str]]:
    """The lines of each schema, with the recorded migrations of the apps that have tables in it."""
    with door.shared(), connection.cursor() as cursor:  # from where only the shared schema's names go unqualified
        cursor.execute(THINGS, {"schemas": list(schemas)})
        return with_migrations(schemas, cursor.fetchall())


def with_migrations(schemas: Collection[str], rows: Iterable[tuple[str, str, str, str]]) -> dict[str, set[str]]:
    labels = labels_of(settings.TENANT_APPS)
    found: dict[str, set[str]] = {schema: set() for schema in schemas}
    for schema, kind, thing, what in rows:
        found[schema].add(f"{kind} {thing}: {what}")
    for schema, keys in recorded(direct(), [schema for schema in schemas if has_record(found[schema])]).items():
        found[schema] |= {f"migration {app}.{name}" for app, name in keys if app in labels}
    return found


def has_record(things: set[str]) -> bool:
    return any(thing.startswith("relation django_migrations:") for thing in things)


def fingerprint(schema: str) -> str:
    lines = sorted(things_of([schema])[schema])
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def difference(schema: str, other: str) -> list[str]:
    """What one has and the other has not: + in `schema` only, - in `other` only. Empty when they are equal."""
    found = things_of([schema, other])
    return compared(found[schema], found[other])


def compared(mine: set[str], theirs: set[str]) -> list[str]:
    return [*(f"+ {line}" for line in sorted(mine - theirs)), *(f"- {line}" for line in sorted(theirs - mine))]


def companies_that_differ() -> dict[str, list[str]]:
    """From the template, by schema: a change made by hand, or a repair that went half way. Companies that are behind
    in their migrations differ too.
    """
    with door.shared():
        schemas = [schema for schema in schemas_with_record(direct()) if schema not in (door.SHARED_SCHEMA, TEMPLATE)]
    found = things_of([*schemas, TEMPLATE])
    differing = ((schema, compared(found[schema], found[TEMPLATE])) for schema in schemas)
    return {schema: lines for schema, lines in differing if lines}
