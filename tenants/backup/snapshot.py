"""One moment of the database for all that is read, while work goes on and migrations wait."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

import psycopg
from django.db import connection, transaction

from tenants import door
from tenants.backup.errors import BackupRefused
from tenants.backup.tables import speak_plainly
from tenants.migrating import run
from tenants.migrating.template import direct


@contextmanager
def one_moment() -> Generator[psycopg.Connection]:
    """A transaction that sees the database as it is now until the end. Raises BackupRefused during a migration."""
    with door.shared(), unmigrated(), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        speak_plainly(direct())
        yield direct()


@contextmanager
def unmigrated() -> Generator[None]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock_shared(hashtextextended(%s, 0))", [run.LOCK])
        if cursor.fetchone() != (True,):
            raise BackupRefused("Companies are being migrated: wait until migrate_companies ends, then start again.")
    try:
        yield
    finally:
        if connection.is_usable():
            with door.shared(), connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock_shared(hashtextextended(%s, 0))", [run.LOCK])
