"""What the work at hand is about: ids that every line written meanwhile carries. They follow a request into its
threads, and stay behind when it ends.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextvars import ContextVar
from uuid import uuid4

REQUEST_ID = re.compile(r"[0-9a-f]{32}|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")

_ids: ContextVar[Mapping[str, object]] = ContextVar("what the work is about", default={})  # noqa: B039  never changed


def begin(**ids: object) -> None:
    """New work: nothing stays of what this thread did before."""
    _ids.set({})
    add(**ids)


def add(**ids: object) -> None:
    """What is None or empty is not known."""
    _ids.set({**_ids.get(), **{name: value for name, value in ids.items() if value not in (None, "")}})


def known() -> Mapping[str, object]:
    return _ids.get()


def request_id() -> str:
    """Empty outside of any request."""
    return str(known().get("request_id", ""))


def taken_or_made(given: str) -> str:
    """A proxy's own id, where it is one: 32 hex digits or a UUID. Whatever else stands there is not repeated."""
    return given if REQUEST_ID.fullmatch(given) else uuid4().hex
