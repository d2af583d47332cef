"""The database backend of django-tenants, with one rule added: a thread that has chosen no schema may not query.

Only the main thread (commands, workers of Celery, tests) starts in the shared schema. The thread that does the database
work of all sockets, a thread of an executor and a bare thread start with none, and have none again after the door has
closed: to forget the company is an error there, not a look into the shared schema or into what the thread had before.
"""

from __future__ import annotations

import threading
from typing import Any

from django_tenants.postgresql_backend import base


class SchemaNotChosen(Exception):
    """A query on a thread that stands in no schema."""


class DatabaseWrapper(base.DatabaseWrapper):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if threading.current_thread() is not threading.main_thread():
            self.leave_schema()

    def leave_schema(self) -> None:
        self.tenant = None
        self.schema_name = None
        self.search_path_set_schemas = None

    def _cursor(self, name: str | None = None) -> Any:
        if self.schema_name is None:
            raise SchemaNotChosen(
                "No schema is chosen on this thread: enter one by tenants.door (tenant, shared, in_tenant, in_shared)."
            )
        return super()._cursor(name)
