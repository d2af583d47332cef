"""What a log says of an error: its kind and its places, and those of what led to it. Not its own words, which may quote
what a customer wrote (a database quotes the row, a conversion the text), but for kinds that speak of programs alone.
"""

from __future__ import annotations

import traceback
from collections.abc import Iterator

import psycopg
from django.core.exceptions import ImproperlyConfigured

SPEAKING = (OSError, ImportError, AttributeError, NameError, TypeError, ImproperlyConfigured)
DEEPEST = 30  # frames of each error
MOST = 10  # errors that led to one another


def told_of(error: BaseException) -> str:
    errors = list(chain(error))[:MOST]
    return "\n".join(line for one in reversed(errors) for line in (*places(one), kind(one)))


def chain(error: BaseException) -> Iterator[BaseException]:
    """The error, those it holds together, and those before it."""
    seen: set[int] = set()
    waiting: list[BaseException | None] = [error]
    while waiting:
        one = waiting.pop(0)
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        if isinstance(one, BaseExceptionGroup):
            waiting += one.exceptions
        waiting += [one.__cause__, None if one.__suppress_context__ else one.__context__]


def places(error: BaseException) -> list[str]:
    return [line.rstrip("\n") for line in traceback.format_tb(error.__traceback__, limit=-DEEPEST)]


def kind(error: BaseException) -> str:
    name = f"{type(error).__module__}.{type(error).__qualname__}".removeprefix("builtins.")
    if isinstance(error, psycopg.Error):  # what PostgreSQL names without quoting
        known = [word for word in (error.sqlstate, error.diag.table_name, error.diag.constraint_name) if word]
        return f"{name}: {', '.join(known)}" if known else name
    return f"{name}: {error}" if isinstance(error, SPEAKING) else name
