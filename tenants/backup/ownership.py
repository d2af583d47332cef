"""Which rows of the shared schema are one company's, and whom they refer to.

A row is a company's when a foreign key leads from it to the company, directly or over other rows of the company.
Whoever adds a table says here what becomes of it: tests/tenants/backup/test_ownership.py fails until then.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import models
from psycopg import sql

from tenants.door import SHARED_SCHEMA
from tenants.migrating.versions import labels_of

TENANT = "tenants.Tenant"

# Who gets in, by which address, and the log of who did what. Restored only where the company is not there: an old
# backup must not bring back a right that was taken away, and a log is never written over.
KEPT = frozenset(
    {
        "tenants.Domain", "accounts.Membership", "accounts.Invitation", "accounts.ApiToken", "agents.Agent_tenants",
        "wallboards.Wallboard", "audit.Entry", "audit.Head",
    }
)  # fmt: skip
RESTORED = frozenset(
    {
        TENANT, "tenants.OpeningHours", "tenants.Holiday", "tenants.Endpoint", "notices.Notice", "routing.Queue",
        "routing.QueueSkill", "routing.WorkItem", "routing.Offer", "routing.ItemSpan", "routing.FocusSpan",
        "routing.Repair", "routing.Intervention",
    }
)  # fmt: skip
# No company's: of the house, or news that are made anew.
OF_THE_HOUSE = frozenset(
    {
        "tenants.SchemaMigration", "contenttypes.ContentType", "auth.Permission", "auth.Group_permissions",
        "auth.Group", "sessions.Session", "account.EmailAddress", "account.EmailConfirmation",
        "django_celery_beat.SolarSchedule", "django_celery_beat.IntervalSchedule", "django_celery_beat.ClockedSchedule",
        "django_celery_beat.CrontabSchedule", "django_celery_beat.PeriodicTasks", "django_celery_beat.PeriodicTask",
        "accounts.User_groups", "accounts.User_user_permissions", "accounts.SignedIn", "mfa.Authenticator",
        "admin.LogEntry", "agents.BreakReason", "agents.AgentSkill", "agents.Capacity", "agents.PresenceSpan",
        "agents.DeskSocket", "agents.WebProcess", "routing.Pool_agents", "outbox.Event",
    }
)  # fmt: skip

# People and furniture of the house that companies' rows refer to: found again by these fields, made when missing.
# In an order in which none refers to a later one.
NATURAL_KEYS: Mapping[str, tuple[str, ...]] = {
    "accounts.User": ("email",),
    "agents.Skill": ("key",),
    "routing.Pool": ("name",),
    "agents.Agent": ("user",),
}
CARRIED: Mapping[str, tuple[str, ...]] = {
    "accounts.User": ("email", "name", "language"),
    "agents.Skill": ("key", "kind", "name"),
    "routing.Pool": ("name", "kind"),
    "agents.Agent": ("user", "alias"),
}
# Whoever had to be made may not sign in until an admin says so.
MADE_WITH: Mapping[str, Mapping[str, Any]] = {
    "accounts.User": {"is_active": False, "password": "!"},
    "agents.Agent": {"is_active": False},
}
MADE_BESIDE: Mapping[str, tuple[str, str]] = {"agents.Agent": ("agents.Capacity", "agent")}

# Ids that are no foreign keys: a whole column, or the keys of a JSON object.
SOFT: Mapping[tuple[str, str], str] = {("conversations.WrapUp", "item"): "routing.WorkItem"}
SOFT_KEYS: Mapping[tuple[str, str], str] = {("routing.WorkItem", "required_skills"): "agents.Skill"}

LEFT_OUT = {TENANT: {"fenced_at"}}  # columns that tell of the house they stand in


@dataclass(frozen=True)
class Owned:
    """One shared table with rows of companies."""

    label: str
    table: str
    key: str
    columns: tuple[str, ...]
    owners: Mapping[str, str]  # column → label: by these a row is the company's
    refers: Mapping[str, str]  # column → label, all of them
    refers_by_key: Mapping[str, str]  # JSON column → label
    has_own_numbers: bool  # its key is no reference

    def name(self) -> sql.Identifier:
        return sql.Identifier(SHARED_SCHEMA, self.table)


@cache
def owned_tables() -> dict[str, Owned]:
    """By label, owners before what they own."""
    found: dict[str, Owned] = {}
    shared = [model for model in shared_models() if model._meta.label not in NATURAL_KEYS]
    labels = reaching_tenant(shared)
    while left := [model for model in shared if model._meta.label in labels - found.keys()]:
        ready = [model for model in left if labels & set(keys_of(model).values()) <= found.keys() | {model._meta.label}]
        if not ready:
            raise TypeError(f"tables that own each other in a circle: {[model._meta.label for model in left]}")
        for model in ready:
            found[model._meta.label] = owned(model, labels)
    return found


def shared_models() -> list[type[models.Model]]:
    shared = labels_of(settings.SHARED_APPS)
    return [model for model in apps.get_models(include_auto_created=True) if model._meta.app_label in shared]


def reaching_tenant(candidates: list[type[models.Model]]) -> set[str]:
    labels = {TENANT}
    while more := {
        model._meta.label
        for model in candidates
        if model._meta.label not in labels and labels & set(keys_of(model).values())
    }:
        labels |= more
    return labels


def keys_of(model: type[models.Model]) -> dict[str, str]:
    """column → label of what it refers to."""
    return {
        field.column: field.related_model._meta.label
        for field in model._meta.concrete_fields
        if isinstance(field, models.ForeignKey)
    }


def owned(model: type[models.Model], labels: set[str]) -> Owned:
    label, meta = model._meta.label, model._meta
    refers = {**keys_of(model), **{column: to for (of, column), to in SOFT.items() if of == label}}
    key = column_of_key(model)
    return Owned(
        label=label,
        table=meta.db_table,
        key=key,
        columns=tuple(
            str(field.column)
            for field in meta.concrete_fields
            if not field.generated and field.column not in LEFT_OUT.get(label, set())
        ),
        owners={column: to for column, to in keys_of(model).items() if to in labels and to != label},
        refers=refers,
        refers_by_key={column: to for (of, column), to in SOFT_KEYS.items() if of == label},
        has_own_numbers=key not in refers,
    )


def column_of_key(model: type[models.Model]) -> str:
    return str(model._meta.pk.column)


def rows_of(table: Owned, schema: str) -> sql.Composed:
    """A condition on the table's own rows."""
    if table.label == TENANT:
        return sql.SQL("schema_name = {}").format(sql.Literal(schema))
    each = (
        sql.SQL("{} IN (SELECT {} FROM {} WHERE {})").format(
            sql.Identifier(column),
            sql.Identifier(owned_tables()[owner].key),
            owned_tables()[owner].name(),
            rows_of(owned_tables()[owner], schema),
        )
        for column, owner in table.owners.items()
    )
    return sql.SQL("({})").format(sql.SQL(" OR ").join(each))


def soft_columns() -> dict[str, dict[str, str]]:
    """Of companies' own tables: table → column → label."""
    found: dict[str, dict[str, str]] = {}
    for (label, column), to in SOFT.items():
        model = apps.get_model(label)
        if model._meta.app_label in labels_of(settings.TENANT_APPS):
            found.setdefault(model._meta.db_table, {})[column] = to
    return found


def label_of_table(table: str) -> str:
    return next(model._meta.label for model in shared_models() if model._meta.db_table == table)
