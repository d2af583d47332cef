"""One look over the same table of all companies: numbers alone leave it."""

from __future__ import annotations

from django.db import connection, models
from psycopg import sql

from tenants.models import Tenant

MOST = 1000  # companies in one statement


def counted(model: type[models.Model], column: str) -> dict[tuple[str, str], int]:
    """How many rows each served company has of each value of a column: (schema, value) → number."""
    found: dict[tuple[str, str], int] = {}
    names = {"table": sql.Identifier(model._meta.db_table), "column": sql.Identifier(column)}
    one = sql.SQL("(SELECT {name}::text, {column}::text, count(*) FROM {schema}.{table} GROUP BY {column})")
    schemas = list(Tenant.objects.filter(is_served=True).order_by("schema_name").values_list("schema_name", flat=True))
    for at in range(0, len(schemas), MOST):
        parts = [
            one.format(name=sql.Literal(schema), schema=sql.Identifier(schema), **names)
            for schema in schemas[at : at + MOST]
        ]
        with connection.cursor() as cursor:
            cursor.execute(sql.SQL(" UNION ALL ").join(parts))
            found.update({(schema, value): number for schema, value, number in cursor.fetchall()})
    return found
