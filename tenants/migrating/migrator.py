"""One schema at a time, each of its migrations in a transaction of its own together with its record: whatever kills
this process, the schema is before a migration or after it.
"""

from __future__ import annotations

import random
import time
import traceback
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import DatabaseError, InterfaceError, OperationalError, connection, transaction
from django.db.migrations import Migration
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder
from django.db.migrations.state import ProjectState

from tenants import door
from tenants.migrating.versions import Key, targets

LOCK_SECONDS = 2  # whoever waits longer for a table holds up everybody behind itself
CONCURRENT_LOCK_SECONDS = 60  # an index built beside the work waits for old transactions, and holds up nobody
TRIES = 6
FIRST_PAUSE_SECONDS = 0.25  # doubled each time
PASSES_BY_ITSELF = {"55P03", "40P01", "40001", "57P01", "57P02", "57P03"}  # lock taken, deadlock, server restarting
CONCURRENT = (AddIndexConcurrently, RemoveIndexConcurrently)

Follow = Callable[[int, int, str], None]  # migrations done, in all, the last one's name


class SchemaBusy(Exception):
    """Another process migrates this very schema: a killed command's last worker, which ends by itself."""


class NotResumable(Exception):
    """A migration outside a transaction that a kill would leave half done."""


@dataclass(frozen=True)
class Result:
    schema: str
    tries: int
    error: str = ""  # kinds and places, never the words of a row

    @property
    def failed(self) -> bool:
        return self.error != ""


class Migrator:
    """Keeps what is dear to make between schemas: the graph, and the models as they were before each migration."""

    def __init__(self) -> None:
        self.executor: MigrationExecutor | None = None
        self.states: dict[frozenset[Key], ProjectState] = {}

    def bring_up(self, schema: str, follow: Follow = lambda done, total, name: None) -> Result:
        """Never raises for what is wrong with one schema."""
        for attempt in range(1, TRIES + 1):
            try:
                with held(schema):
                    self._migrate(schema, follow)
                return Result(schema, attempt)
            except Exception as error:  # noqa: BLE001  the others go on
                self.executor = None
                if attempt == TRIES or not passes_by_itself(error):
                    return Result(schema, attempt, what_went_wrong(error))
                if isinstance(error, OperationalError | InterfaceError):
                    forget_broken_connection()
            time.sleep(FIRST_PAUSE_SECONDS * 2 ** (attempt - 1) * random.uniform(0.5, 1))  # noqa: S311
        raise AssertionError("unreachable")

    def _migrate(self, schema: str, follow: Follow) -> None:
        with door.tenant(schema, with_shared=False):
            MigrationRecorder(connection).ensure_schema()  # its own record: the shared one must not be found
        with door.tenant(schema):
            executor = self._executor()
            plan = in_order(executor, targets(executor.loader.graph, schema))
            state = self._state(executor)
            for done, migration in enumerate(plan):
                follow(done, len(plan), str(migration))
                state = apply(executor, migration, state)
            follow(len(plan), len(plan), "")

    def _executor(self) -> MigrationExecutor:
        if self.executor is None:
            self.executor = MigrationExecutor(connection)
        else:
            self.executor.loader.applied_migrations = self.executor.recorder.applied_migrations()  # type: ignore[assignment]
        return self.executor

    def _state(self, executor: MigrationExecutor) -> ProjectState:
        """Rendering the models costs more than most migrations: once for all schemas that stand at the same place."""
        applied = frozenset(executor.loader.applied_migrations)
        if applied not in self.states:
            state: ProjectState = executor._create_project_state(with_applied_migrations=True)  # type: ignore[attr-defined]
            state.apps  # noqa: B018  renders
            self.states[applied] = state
        return self.states[applied].clone()


def in_order(executor: MigrationExecutor, wanted: set[Key]) -> list[Migration]:
    """What is missing, in the order of a migration from nothing."""
    missing = {migration for migration, _backwards in executor.migration_plan(list(wanted))}
    whole = executor.migration_plan(executor.loader.graph.leaf_nodes(), clean_start=True)
    return [migration for migration, _backwards in whole if migration in missing]


def apply(executor: MigrationExecutor, migration: Migration, state: ProjectState) -> ProjectState:
    if migration.atomic:
        # Django alone would record a migration with new foreign keys after its transaction: a kill between leaves
        # tables that nobody knows of.
        with transaction.atomic(), patient(LOCK_SECONDS, local=True):
            return executor.apply_migration(state, migration)
    if not all(isinstance(operation, CONCURRENT) for operation in migration.operations):
        raise NotResumable(
            f"{migration}: atomic = False is only for AddIndexConcurrently and RemoveIndexConcurrently, each in a "
            "migration without anything else"
        )
    with patient(CONCURRENT_LOCK_SECONDS, local=False):
        for operation in migration.operations:
            if isinstance(operation, AddIndexConcurrently):
                drop_index(operation.index.name)  # whole or invalid, left by one who was killed before he recorded it
        return executor.apply_migration(state, migration)


def drop_index(name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {connection.ops.quote_name(name)}")


@contextmanager
def patient(seconds: int, *, local: bool) -> Generator[None]:
    with connection.cursor() as cursor:
        cursor.execute(f"SET {'LOCAL ' if local else ''}lock_timeout = '{seconds}s'")
    yield
    if not local:
        with connection.cursor() as cursor:
            cursor.execute("RESET lock_timeout")


@contextmanager
def held(schema: str) -> Generator[None]:
    """A lock of the session, which PostgreSQL frees when the process dies. Raises SchemaBusy."""
    with door.shared(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", [lock_name(schema)])
        if cursor.fetchone() != (True,):
            raise SchemaBusy(schema)
    try:
        yield
    finally:
        if connection.is_usable():
            with door.shared(), connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", [lock_name(schema)])


def lock_name(schema: str) -> str:
    return f"contactcenter migrates {schema}"


def forget_broken_connection() -> None:
    if not connection.is_usable():
        connection.close()


def passes_by_itself(error: BaseException) -> bool:
    if isinstance(error, SchemaBusy):
        return True
    cause = error.__cause__ if isinstance(error, DatabaseError | InterfaceError) else error
    if isinstance(cause, psycopg.Error):
        return cause.sqlstate in PASSES_BY_ITSELF or (cause.sqlstate is None and isinstance(cause, CONNECTION_GONE))
    return False


CONNECTION_GONE = (psycopg.OperationalError, psycopg.InterfaceError)


def what_went_wrong(error: BaseException) -> str:
    """For the record that operators read. PostgreSQL's messages may quote a customer, so only names out of them."""
    if isinstance(error, NotResumable):
        return str(error)
    if isinstance(error, SchemaBusy):
        return "another process migrates this schema"
    cause = error.__cause__ if isinstance(error, DatabaseError) and error.__cause__ else error
    words = [type(cause).__name__]
    if isinstance(cause, psycopg.Error):
        diag = cause.diag
        words += [f"SQLSTATE {cause.sqlstate}"] if cause.sqlstate else []
        names = {"table": diag.table_name, "column": diag.column_name, "constraint": diag.constraint_name}
        words += [f"{what} {name}" for what, name in names.items() if name]
    words += [f"in {place}" for place in migration_places(error)[-1:]]
    return ", ".join(words)[:500]


def migration_places(error: BaseException) -> list[str]:
    """Where in migrations' own code, or the name of the migration that was applied."""
    places = []
    for frame, line in traceback.walk_tb(error.__traceback__):
        path = Path(frame.f_code.co_filename)
        if path.parent.name == "migrations" and "site-packages" not in path.parts:
            places.append(f"{path.name}:{line}")
        elif frame.f_code is apply.__code__:
            places.append(str(frame.f_locals["migration"]))
    return places
