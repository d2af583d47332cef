"""Sends every task with its own company, with none, and with one that is not served: by tables, and the real runner."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from contactcenter.access.tasks import UndeclaredTask
from contactcenter.celery import app
from tenants.door import current_schema
from tests.access.walk import Outcome

app.loader.import_default_modules()  # as a worker does, so that every task is there

OF_THE_HOUSE = {
    "accounts.clear_expired_sessions",
    "audit.anchor",
    "conversations.look_for_silence",
    "conversations.reconcile_companies",
    "files.sweep_companies",
    "idempotency.sweep_companies",
    "webhooks.reconcile_companies",
    "webhooks.sweep_companies",
}
OF_ONE_COMPANY = {
    "conversations.end_silence",
    "conversations.reconcile",
    "files.sweep",
    "idempotency.sweep",
    "webhooks.reconcile",
    "webhooks.sweep",
}
OF_ONE_EVENT = {  # and of its company: event → the thing it is about
    "conversations.flag_wrap_up_missing": ("wrap_up.expired", "item"),
    "conversations.tell_agent_left": ("agent.left", "item"),
    "webhooks.send": ("webhook.due", "webhook"),
}
# Where a task stands that comes with this company; None: it does not run. "gone" is inactive, "fenced" is not served
# since its update failed.
NO_COMPANY = ("", "gone", "fenced", "nowhere", "AURORA", "aurora'")
HOUSE = {None: "public", "public": "public", "aurora": None, **dict.fromkeys(NO_COMPANY)}
COMPANY = {None: None, "public": None, "aurora": "aurora", **dict.fromkeys(NO_COMPANY)}


def send(task: str, *args: Any, schema: str | None) -> Any:
    header = {"gone": "cumbre", "fenced": "borealis"}.get(schema or "", schema)
    return app.tasks[task].apply(args=args, headers={"_schema_name": header})


def walk_tasks(tasks: Iterable[str], monkeypatch: pytest.MonkeyPatch) -> Outcome:
    """By the real runner; what a task would do where it stands is left out."""
    outcome, stood = Outcome(), list[str | None]()
    for task in tasks:
        monkeypatch.setattr(app.tasks[task], "run", lambda *args: stood.append(current_schema()))
        for schema, place in (HOUSE if task in OF_THE_HOUSE else COMPANY).items():
            stood.clear()
            refused = isinstance(send(task, schema=schema).result, UndeclaredTask)
            outcome.tried += 1
            if (stood, refused) != ([place] if place else [], place is None):
                outcome.wrong.append(f"{task}: with {schema or 'none'} it stood in {stood}, not in {place}")
    return outcome
