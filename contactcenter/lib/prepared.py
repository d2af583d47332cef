"""Queries that are asked many times a second: Django writes their SQL once, not each time, and PostgreSQL keeps its
plan, for each connection and company.

To build a queryset and turn it into SQL costs some four times what it costs to ask PostgreSQL and to read the answer.
The SQL names no schema, so one serves every company.

    LIVE = Prepared(lambda conversation: WorkItem.objects.filter(conversation=conversation, state__in=LIVE_STATES))
    LIVE.first(conversation=conversation.pk)

The function is called once, with a placeholder for each value; `among` those that stand for several. Values are plain:
keys, not rows; where a filter would prepare them (enums, lists), write them into the function as constants.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from threading import Lock
from types import SimpleNamespace
from typing import Any, Generic, TypeVar, cast

from django.db import DEFAULT_DB_ALIAS, NotSupportedError, connections
from django.db.models import Model, QuerySet, Value
from django.db.models.query import ModelIterable
from django.db.transaction import TransactionManagementError

M = TypeVar("M", bound=Model)


class Placeholder(Value):
    """Of Value's kind: Django puts no parentheses around those."""

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        return "%s", [self]

    def resolve_expression(self, *args: Any, **kwargs: Any) -> Placeholder:
        return self

    @property
    def name(self) -> str:
        return cast(str, self.value)


class Among(Placeholder):
    def as_sql(self, compiler: Any, connection: Any) -> Any:
        return "ANY(%s)", [self]


class Prepared(Generic[M]):
    def __init__(self, build: Callable[..., QuerySet[M]], *, among: tuple[str, ...] = ()) -> None:
        self._build, self._among = build, among
        self._lock = Lock()
        self._written: tuple[Any, str, tuple[Any, ...]] | None = None  # compiler, SQL, its parameters

    def all(self, **values: object) -> list[M]:
        if None in values.values():
            raise ValueError("to look for NULL takes another query")
        with self._lock:
            self._written = self._written or self._write(values)
        written, sql, places = self._written
        compiler = copy.copy(written)
        compiler.connection = connections[DEFAULT_DB_ALIAS]  # this thread's
        if written.query.select_for_update and compiler.connection.get_autocommit():  # Django looks when it writes
            raise TransactionManagementError("select_for_update cannot be used outside of a transaction.")
        parameters = tuple(values[each.name] if isinstance(each, Placeholder) else each for each in places)
        try:
            return self._ask(compiler, sql, parameters)
        except NotSupportedError:  # "cached plan must not change result type"
            compiler.connection.forget_plans()
            if compiler.connection.in_atomic_block:
                raise  # the transaction is lost; its next attempt is not
            return self._ask(compiler, sql, parameters)

    def _ask(self, compiler: Any, sql: str, parameters: tuple[object, ...]) -> list[M]:
        query = SimpleNamespace(get_compiler=lambda using: compiler)
        asked = SimpleNamespace(db=DEFAULT_DB_ALIAS, query=query, _known_related_objects={})
        with compiler.connection.keeping_plans() as for_schema:
            compiler.as_sql = lambda *args, **kwargs: (for_schema + sql, parameters)
            return list(ModelIterable(cast(Any, asked)))

    def first(self, **values: object) -> M | None:
        """Of those there are: the function limits and orders them."""
        return next(iter(self.all(**values)), None)

    def _write(self, values: dict[str, object]) -> tuple[Any, str, tuple[Any, ...]]:
        places = {name: Among(name) if name in self._among else Placeholder(name) for name in values}
        compiler = self._build(**places).query.get_compiler(using=DEFAULT_DB_ALIAS)
        sql, parameters = compiler.as_sql()
        return compiler, sql, tuple(parameters)
