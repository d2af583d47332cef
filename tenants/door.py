"""The door between code and a schema: the only way in, for synchronous and asynchronous code.

The schema belongs to a thread's database connection. So it is entered, used and left again within one stretch of
synchronous work, and nothing lazy may leave that stretch: it would read from wherever the thread stands by then.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping
from concurrent.futures import Executor
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, ParamSpec, TypeVar, cast

from channels.db import database_sync_to_async
from django.db import connection
from django.db.models import Manager, QuerySet
from django.db.models.query import RawQuerySet
from django.http import StreamingHttpResponse
from django.template.response import SimpleTemplateResponse
from django.utils.functional import LazyObject, empty

from tenants.backend.base import DatabaseWrapper
from tenants.names import is_schema_name

P = ParamSpec("P")
R = TypeVar("R")

SHARED_SCHEMA = "public"

# Where a task's hops are done: None is the one thread that the hops of a process share.
threads: ContextVar[Executor | None] = ContextVar("threads", default=None)


class LazyResult(TypeError):
    """Something that would query later was about to leave the door."""


@contextmanager
def tenant(schema: str, *, with_shared: bool = True) -> Generator[None]:
    """Work in a company's schema (its tables first, the shared ones behind them), then stand where one stood before."""
    if not is_schema_name(schema):
        raise ValueError(f"{schema!r} is no name of a schema")
    here = cast(DatabaseWrapper, connection)
    before, before_with_shared = here.tenant, here.include_public_schema
    if before is not None and (before.schema_name, before_with_shared) == (schema, with_shared):
        yield  # there already
        return
    here.set_schema(schema, include_public=with_shared)
    try:
        yield
    finally:
        if before is None:
            here.leave_schema()
        else:
            here.set_tenant(before, before_with_shared)


@contextmanager
def shared() -> Generator[None]:
    """Work in the shared schema alone."""
    with tenant(SHARED_SCHEMA):
        yield


def current_schema() -> str | None:
    """Where this thread stands."""
    return cast(str | None, cast(DatabaseWrapper, connection).schema_name)


async def in_tenant(schema: str, function: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
    """Run a synchronous function in a company's schema, in one hop. Raises LazyResult when its result is lazy."""

    def hop() -> R:
        with tenant(schema):
            result = function(*args, **kwargs)
            refuse_lazy(result)
            return result

    executor = threads.get()
    return cast(R, await database_sync_to_async(hop, thread_sensitive=executor is None, executor=executor)())


async def in_shared(function: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
    return await in_tenant(SHARED_SCHEMA, function, *args, **kwargs)


async def in_shared_apart(function: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
    """A long read, on a thread of its own: other hops share theirs, and must not wait for it. The thread
    gives its connection back, and stands in no schema again.
    """

    def hop() -> R:
        with shared():
            result = function(*args, **kwargs)
            refuse_lazy(result)
            return result

    return cast(R, await database_sync_to_async(hop, thread_sensitive=False)())


def refuse_lazy(result: object) -> None:
    if is_pending(result) or isinstance(result, QuerySet | RawQuerySet | Manager | Iterator | StreamingHttpResponse):
        raise LazyResult(f"{type(result).__name__} would query after the door has closed: evaluate it inside")
    for part in parts(result):
        refuse_lazy(part)


def is_pending(result: object) -> bool:
    if issubclass(type(result), LazyObject):  # isinstance would ask the object, which would make it read
        return cast(Any, result)._wrapped is empty
    return isinstance(result, SimpleTemplateResponse) and not result.is_rendered


def parts(result: object) -> list[object]:
    if isinstance(result, Mapping):
        return list(result.values())
    if isinstance(result, list | tuple | set | frozenset):
        return list(result)
    return []
