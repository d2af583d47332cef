"""The database backend of django-tenants, with one rule added: a thread that has chosen no schema may not query.

Only the main thread (commands, workers of Celery, tests) starts in the shared schema. The threads that do the database
work of sockets, a thread of an executor and a bare thread start with none, and have none again after the door has
closed: to forget the company is an error there, not a look into the shared schema or into what the thread had before.
"""

from __future__ import annotations

import select
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any

import psycopg
from django.db.backends.postgresql.base import ServerBindingCursor
from django.db.utils import DatabaseErrorWrapper, InternalError
from django.utils.functional import cached_property
from django_tenants.postgresql_backend import base
from psycopg_pool import ConnectionPool

ASKED_OFTEN = 5  # times on one connection: from then on it is worth a plan that stays
MOST_PLANS = 500  # that a connection keeps: with some 35 statements, those of the companies it served last


class SchemaNotChosen(Exception):
    """A query on a thread that stands in no schema."""


class QuotesNothing(DatabaseErrorWrapper):
    """PostgreSQL's DETAIL and CONTEXT quote the row, and so what a customer wrote; an error's own words end in logs.
    They stay readable in the cause's `diag`.
    """

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if isinstance(error, psycopg.Error) and error.diag.message_primary:
            error.args = (error.diag.message_primary,)
        super().__exit__(kind, error, traceback)


class PlanKeepingCursor(ServerBindingCursor):
    def _send_query_prepared(self, name: bytes, pgq: Any, **kwargs: Any) -> None:
        """psycopg leaves out what it does elsewhere, and Django, whoever shows queries, would show none."""
        self._query = pgq
        super()._send_query_prepared(name, pgq, **kwargs)  # type: ignore[misc]


class DatabaseWrapper(base.DatabaseWrapper):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if threading.current_thread() is not threading.main_thread():
            self.leave_schema()
        self._keeps_plans = False

    def get_new_connection(self, conn_params: dict[str, Any]) -> psycopg.Connection[Any]:
        """The pool's own check would ask the server each time: for most hops, a query more than they need."""
        connection: psycopg.Connection[Any] = super().get_new_connection(conn_params)
        while self.pool and has_lost_server(connection):
            self.pool.putconn(connection)  # which finds it broken, and opens another
            connection = super().get_new_connection(conn_params)
        connection.prepared_max = MOST_PLANS
        return connection

    @contextmanager
    def keeping_plans(self) -> Iterator[str]:
        """What is asked in here again and again on one server connection is not planned anew by PostgreSQL
        each time. A plan is for one schema: give its name, as a comment, to the text.
        """
        self.ensure_connection()
        line: Any = self.connection
        self._keeps_plans, line.prepare_threshold = True, ASKED_OFTEN
        try:
            yield f"/* {self.schema_name} */ "
        finally:
            self._keeps_plans, line.prepare_threshold = False, None

    def forget_plans(self) -> None:
        """A table has changed so that what was planned would give something else (another type)."""
        self.connection._prepared.clear()

    def create_cursor(self, name: str | None = None) -> Any:
        if not self._keeps_plans:
            return super().create_cursor(name)
        line: Any = self.connection
        usual, line.cursor_factory = line.cursor_factory, PlanKeepingCursor
        try:
            return super().create_cursor(name)
        finally:
            line.cursor_factory = usual

    def leave_schema(self) -> None:
        self.tenant = None
        self.schema_name = None
        self.search_path_set_schemas = None

    @cached_property
    def wrap_database_errors(self) -> QuotesNothing:
        return QuotesNothing(self)

    def _cursor(self, name: str | None = None) -> Any:
        if self.schema_name is None:
            raise SchemaNotChosen(
                "No schema is chosen on this thread: enter one by tenants.door (tenant, shared, in_tenant, in_shared)."
            )
        cursor = super()._cursor(name)
        told = self.search_path_set_schemas is not None or self._setting_search_path
        if not told and not self._has_failed():  # django-tenants swallows it, and would ask what the line had before
            cursor.close()
            raise SchemaNotChosen("The server could not be told the schema.")
        return cursor

    def _commit(self) -> None:
        """PostgreSQL answers the COMMIT of a transaction in which a query failed with a rollback, and keeps quiet."""
        if self._has_failed():
            raise InternalError("A query of this transaction failed and was passed over: nothing of it can be kept.")
        super()._commit()

    def _has_failed(self) -> bool:
        line = self.connection
        return line is not None and line.info.transaction_status == psycopg.pq.TransactionStatus.INERROR


def has_lost_server(connection: psycopg.Connection[Any]) -> bool:
    """While nothing is asked, a server that lives is silent; one that went has said so, or hung up."""
    heard = select.poll()
    heard.register(connection.fileno(), select.POLLIN)
    if not heard.poll(0):
        return False
    try:
        ConnectionPool.check_connection(connection)
    except psycopg.Error:
        return True
    return False
