"""Where each task runs. A task of a company carries it in its header and runs in its schema; the others run in the
shared one.
"""

from __future__ import annotations

from collections.abc import Mapping

from contactcenter.access.who import Place
from tenants.door import SHARED_SCHEMA
from tenants.models import Tenant

TASKS: Mapping[str, Place] = {
    "accounts.clear_expired_sessions": Place.SHARED,
    "audit.anchor": Place.SHARED,
    "conversations.look_for_silence": Place.SHARED,
    "conversations.end_silence": Place.COMPANY,
    "conversations.reconcile_companies": Place.SHARED,
    "conversations.reconcile": Place.COMPANY,
    "conversations.flag_wrap_up_missing": Place.COMPANY,
    "conversations.tell_agent_left": Place.COMPANY,
    "files.sweep_companies": Place.SHARED,
    "files.sweep": Place.COMPANY,
    "idempotency.sweep_companies": Place.SHARED,
    "idempotency.sweep": Place.COMPANY,
    "webhooks.reconcile_companies": Place.SHARED,
    "webhooks.reconcile": Place.COMPANY,
    "webhooks.send": Place.COMPANY,
    "webhooks.sweep_companies": Place.SHARED,
    "webhooks.sweep": Place.COMPANY,
}


class UndeclaredTask(PermissionError):
    """A task that is not in the table, or came without the company it needs or with one it must not have."""


def check_task(name: str, schema: str | None) -> str:
    """The schema the task must run in. Raises UndeclaredTask."""
    place = TASKS.get(name)
    if place is None:
        raise UndeclaredTask(f"the task {name!r} is not declared in contactcenter/access")
    if place is Place.SHARED:
        if schema not in (None, SHARED_SCHEMA):
            raise UndeclaredTask(f"the task {name!r} belongs to no company but came with one")
        return SHARED_SCHEMA
    if not schema or not Tenant.objects.filter(schema_name=schema, is_served=True).exists():
        raise UndeclaredTask(f"the task {name!r} came without a company that is served now")
    return schema
