"""One look over all companies in one statement: numbers and names of schemas alone leave it."""

from __future__ import annotations

from typing import LiteralString

from django.db import connection, models
from psycopg import sql

from tenants.models import Tenant

MOST = 250  # companies in one statement


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


def suspected(statement: LiteralString) -> list[str]:
    """Served companies for which it finds anything. {schema} and {name} stand for the company's schema, as a name and
    as a text, {tenant} for its number.
    """
    one = sql.SQL("(SELECT {name}::text WHERE EXISTS (" + statement + "))")
    companies = list(Tenant.objects.filter(is_served=True).order_by("schema_name").values_list("schema_name", "pk"))
    found: list[str] = []
    for at in range(0, len(companies), MOST):
        parts = [
            one.format(schema=sql.Identifier(schema), name=sql.Literal(schema), tenant=sql.Literal(tenant))
            for schema, tenant in companies[at : at + MOST]
        ]
        with connection.cursor() as cursor:
            cursor.execute(sql.SQL(" UNION ALL ").join(parts))
            found += [schema for (schema,) in cursor.fetchall()]
    return found
