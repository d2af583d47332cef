"""The template of new companies: a schema that is migrated like theirs, before theirs, and holds nobody's rows."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

import psycopg
from django.db import connection

from tenants import door
from tenants.migrating.migrator import Follow, Migrator, Result
from tenants.migrating.versions import TEMPLATE, program_graph, recorded, targets

LOCK = "contactcenter template"


class TemplateBusy(Exception):
    """It is being migrated at this moment."""


class TemplateFailed(Exception):
    """Its migration failed: so would every company's."""


def bring_up_template(migrator: Migrator, follow: Follow = lambda done, total, name: None) -> Result:
    """No company is cloned from it meanwhile, so none misses what a migration brings to the others."""
    with door.shared(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", [LOCK])
        cursor.execute(f"CREATE SCHEMA IF NOT EXISTS {TEMPLATE}")
    try:
        return migrator.bring_up(TEMPLATE, follow)
    finally:
        with door.shared(), connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", [LOCK])


def make_sure_of_template(follow: Follow = lambda done, total, name: None) -> None:
    """For the first company of a house. Raises TemplateFailed."""
    if not template_is_current():
        result = bring_up_template(Migrator(), follow)
        if result.failed:
            raise TemplateFailed(result.error)


def template_is_current() -> bool:
    with door.shared(), connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s)", [f"{TEMPLATE}.django_migrations"])
        if cursor.fetchone() == (None,):
            return False
        return targets(program_graph(), TEMPLATE) <= recorded(direct(), [TEMPLATE])[TEMPLATE]


def direct() -> psycopg.Connection:
    """PostgreSQL's own connection below Django's."""
    connection.ensure_connection()
    found: psycopg.Connection = connection.connection
    return found


@contextmanager
def unchanging_template() -> Generator[None]:
    """Until the end of this transaction. Raises TemplateBusy."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock_shared(hashtextextended(%s, 0))", [LOCK])
        if cursor.fetchone() != (True,):
            raise TemplateBusy
    yield
