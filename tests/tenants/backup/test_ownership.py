"""Every table has been thought of: whoever adds one says in tenants/backup/ownership.py what a backup does with it."""

from __future__ import annotations

from django.apps import apps
from django.conf import settings
from django.db import models

from tenants.backup.ownership import (
    CARRIED,
    KEPT,
    NATURAL_KEYS,
    OF_THE_HOUSE,
    RESTORED,
    SOFT,
    SOFT_KEYS,
    keys_of,
    owned_tables,
    shared_models,
)
from tenants.migrating.versions import labels_of

# Whole numbers and JSON objects that hold no ids of shared rows.
PLAIN = {
    "tenants.Tenant": {"languages", "greeting", "legal_names"},
    "tenants.Endpoint": {"settings"},
    "routing.Queue": {"names"},
    "routing.WorkItem": {"revision"},
    "audit.Entry": {"sequence", "facts"},  # as it was written: its digest covers the very text
    "audit.Head": {"sequence"},
    "conversations.Conversation": {"revision"},
    "conversations.Message": {"revision"},
    "conversations.Note": {"revision"},
    "conversations.Disposition": {"label"},
    "conversations.CannedReply": {"text"},
    "webhooks.Delivery": {"revision", "payload"},
}


def records_models() -> list[type[models.Model]]:
    labels = labels_of(settings.TENANT_APPS)
    return [model for model in apps.get_models(include_auto_created=True) if model._meta.app_label in labels]


def test_each_shared_table_is_a_companys_or_not() -> None:
    every = {model._meta.label for model in shared_models()}
    groups = [KEPT, RESTORED, OF_THE_HOUSE, frozenset(NATURAL_KEYS)]
    assert every == frozenset().union(*groups), "decide in tenants/backup/ownership.py"
    assert sum(map(len, groups)) == len(every), "a table stands in two groups"


def test_those_with_a_way_to_the_company_are_in_its_backup() -> None:
    assert set(owned_tables()) == KEPT | RESTORED


def test_whom_a_company_refers_to_can_be_found_again() -> None:
    known = set(owned_tables()) | set(NATURAL_KEYS)
    for model in [*records_models(), *(apps.get_model(label) for label in known)]:
        here = {other._meta.label for other in records_models()}
        assert set(keys_of(model).values()) <= known | here, model._meta.label


def test_natural_keys_are_unique_and_carried() -> None:
    for label, names in NATURAL_KEYS.items():
        (field,) = (apps.get_model(label)._meta.get_field(name) for name in names)
        assert field.unique, label  # type: ignore[union-attr]
        assert set(names) <= set(CARRIED[label])


def test_numbers_and_objects_that_could_hold_ids_have_been_looked_at() -> None:
    seen: dict[str, set[str]] = {}
    for model in [*records_models(), *(apps.get_model(label) for label in owned_tables())]:
        for field in model._meta.concrete_fields:
            if isinstance(field, models.BigIntegerField | models.JSONField) and not field.primary_key:
                seen.setdefault(model._meta.label, set()).add(field.column)
    for label, column in [*SOFT, *SOFT_KEYS]:
        seen[label].discard(column)
    assert {label: columns for label, columns in seen.items() if columns} == PLAIN
