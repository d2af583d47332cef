"""The database backend of django-tenants, with one rule added: a thread that has chosen no schema may not query.

Only the main thread (commands, workers of Celery, tests) starts in the shared schema. The thread that does the database
work of all sockets, a thread of an executor and a bare thread start with none, and have none again after the door has
closed: to forget the company is an error there, not a look into the shared schema or into what the thread had before.
"""

from __future__ import annotations

import threading
from types import TracebackType
from typing import Any

import psycopg
from django.db.utils import DatabaseErrorWrapper
from django.utils.functional import cached_property
from django_tenants.postgresql_backend import base


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


class DatabaseWrapper(base.DatabaseWrapper):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if threading.current_thread() is not threading.main_thread():
            self.leave_schema()

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
        return super()._cursor(name)
