"""Which migrations a schema must have, and which it has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import psycopg
from django.apps import apps
from django.conf import settings
from django.db.migrations.graph import MigrationGraph
from django.db.migrations.loader import MigrationLoader
from psycopg import sql

from tenants.door import SHARED_SCHEMA

TEMPLATE = "cc_template"  # migrated and empty: what new companies are cloned from. No company can have this name.

Key = tuple[str, str]  # an app's label, a migration's name

SCHEMAS_WITH_RECORD = """
    SELECT n.nspname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relname = 'django_migrations' AND c.relkind = 'r'
      AND (n.nspname = %s OR n.nspname IN (SELECT schema_name FROM public.tenants_tenant))
"""


@dataclass(frozen=True)
class Versions:
    """What each schema with a record of its own has."""

    applied: Mapping[str, frozenset[Key]]
    graph: MigrationGraph

    def is_current(self, schema: str) -> bool:
        return schema in self.applied and targets(self.graph, schema) <= self.applied[schema]


def program_graph() -> MigrationGraph:
    """The migrations that this program brings, whatever the database has."""
    graph: MigrationGraph = MigrationLoader(None, ignore_no_migrations=True).graph
    return graph


def targets(graph: MigrationGraph, schema: str) -> set[Key]:
    """The newest migration of each app that has its tables in this schema."""
    labels = labels_of(settings.SHARED_APPS if schema == SHARED_SCHEMA else settings.TENANT_APPS)
    return {key for key in graph.leaf_nodes() if key[0] in labels}


def labels_of(rooms: Iterable[str]) -> set[str]:
    """SHARED_APPS and TENANT_APPS name modules or app configs."""
    names = set(rooms)
    return {
        app.label
        for app in apps.get_app_configs()
        if {app.name, f"{type(app).__module__}.{type(app).__name__}"} & names
    }


def read_versions(direct: psycopg.Connection, graph: MigrationGraph) -> Versions:
    """Of all schemas at once: asking each in turn takes minutes with some hundred companies."""
    return Versions(recorded(direct, schemas_with_record(direct)), graph)


def schemas_with_record(direct: psycopg.Connection) -> list[str]:
    """The shared one (which has a row too), the template and the companies; nothing of others in the same database."""
    if direct.execute("SELECT to_regclass('public.tenants_tenant')").fetchone() == (None,):
        return []
    return [name for (name,) in direct.execute(SCHEMAS_WITH_RECORD, [TEMPLATE])]


def recorded(direct: psycopg.Connection, schemas: Iterable[str]) -> dict[str, frozenset[Key]]:
    found: dict[str, set[Key]] = {schema: set() for schema in schemas}
    if found:
        each = (
            sql.SQL("SELECT {}, app, name FROM {}").format(
                sql.Literal(schema), sql.Identifier(schema, "django_migrations")
            )
            for schema in found
        )
        for schema, app, name in direct.execute(sql.SQL(" UNION ALL ").join(each)):
            found[schema].add((app, name))
    return {schema: frozenset(keys) for schema, keys in found.items()}
