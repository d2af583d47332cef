"""An admin in a browser, and what the house wrote down of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from contactcenter.operation.accounts.models import Role, User
from contactcenter.operation.audit.models import Entry
from tests.signed_in import signed_in


def an_admin(name: str = "Ada") -> User:
    return User.objects.create_user(f"{name.lower()}@bpo.example", None, name=name, role=Role.ADMIN)


def browser(user: User | None = None) -> Client:
    return signed_in(user or an_admin())


def typed(client: Client, address: str) -> dict[str, Any]:
    """What the form at this address would send, if nobody changed anything."""
    form = client.get(address).context["adminform"].form
    sent: dict[str, Any] = {}
    for field in form:
        value = field.value()
        if isinstance(value, bool):
            sent |= {field.html_name: "on"} if value else {}
        elif value is not None and field.name != "logo":
            sent[field.html_name] = field.field.prepare_value(value) if hasattr(field.field, "prepare_value") else value
    return sent


def actions() -> list[tuple[str, str, dict[str, Any]]]:
    """Of the log, oldest first: what, which company or none, and the facts."""
    return [
        (entry.action, entry.tenant.schema_name, entry.facts)
        for entry in Entry.objects.select_related("tenant").order_by("pk")
    ]


@contextmanager
def reads() -> Iterator[list[str]]:
    """Gives the queries made inside, but for those that only enter a schema."""
    found: list[str] = []
    with CaptureQueriesContext(connection) as captured:
        yield found
    found += [query["sql"] for query in captured.captured_queries if "SET search_path" not in query["sql"]]
