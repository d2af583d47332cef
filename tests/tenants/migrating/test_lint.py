"""The old version of the program runs on while companies are migrated one after the other, so a migration only adds.

What takes away (the contract step, a release later) says so: `contracts = "why nothing reads it any more"`.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ModelState, ProjectState

from tenants.migrating.migrator import CONCURRENT
from tenants.migrating.versions import labels_of

TAKES_AWAY = (
    migrations.DeleteModel,
    migrations.RemoveField,
    migrations.RenameField,
    migrations.RenameModel,
    migrations.AlterModelTable,
)


def offences(migration: Any, app: str = "", before: ProjectState | None = None) -> Iterator[str]:
    """Of one migration class of an app; `before` is what it finds, without which every alteration counts."""
    made = {operation.name_lower for operation in migration.operations if isinstance(operation, migrations.CreateModel)}
    if not migration.atomic and not all(isinstance(operation, CONCURRENT) for operation in migration.operations):
        yield "atomic = False, with more than indexes built concurrently: a kill would leave it half done"
    if getattr(migration, "contracts", ""):
        return
    for operation in flat(migration.operations):
        model = str(getattr(operation, "model_name", "") or getattr(operation, "name", "")).lower()
        if model in made:
            continue  # nobody reads a new table yet
        if isinstance(operation, TAKES_AWAY):
            yield f"{operation.describe()}: the version before still needs it"
        elif isinstance(operation, migrations.AddField) and demands(operation.field):
            yield f"{operation.describe()}: NOT NULL without db_default, so the version before cannot insert"
        elif isinstance(operation, migrations.AlterField) and demands(operation.field):
            if before and column_of(before.models[app, model].fields[operation.name]) == column_of(operation.field):
                continue
            yield f"{operation.describe()}: may become NOT NULL or narrower; mark it as the contract step"
        elif isinstance(operation, migrations.RunSQL):
            yield f"{operation.describe()}: plain SQL is not understood here; mark it as the contract step"


def flat(operations: list[Operation]) -> Iterator[Operation]:
    for operation in operations:
        if isinstance(operation, migrations.SeparateDatabaseAndState):
            yield from flat(operation.database_operations)
        else:
            yield operation


def column_of(field: models.Field[Any, Any]) -> tuple[Any, ...]:
    """What of it the database knows: not its choices or help."""
    _name, path, args, options = field.deconstruct()
    return path, args, {key: value for key, value in options.items() if key not in field.non_db_attrs}


def demands(field: models.Field[Any, Any]) -> bool:
    if field.null or field.many_to_many or field.generated:
        return False
    return field.db_default is models.NOT_PROVIDED


def records_migrations() -> Iterator[tuple[str, str, Any]]:
    """App, name, class."""
    for label in sorted(labels_of(settings.TENANT_APPS)):
        folder = Path(apps.get_app_config(label).path) / "migrations"
        for path in sorted(folder.glob("[0-9]*.py")):
            module = importlib.import_module(f"{apps.get_app_config(label).name}.migrations.{path.stem}")
            yield label, path.stem, module.Migration


def test_migrations_of_companies_only_add() -> None:
    loader = MigrationLoader(None)
    found = [
        f"{app}.{name}: {why}"
        for app, name, migration in records_migrations()
        for why in offences(migration, app, loader.project_state((app, name), at_end=False))
    ]
    assert found == []


def test_it_looks_at_all_of_them() -> None:
    names = [f"{app}.{name}" for app, name, _migration in records_migrations()]
    assert {"conversations.0001_initial", "customers.0001_initial", "files.0001_initial"} <= set(names)


TEXT = models.CharField(max_length=9)
WRONG: list[tuple[str, list[Operation]]] = [
    ("remove", [migrations.RemoveField("customer", "name")]),
    ("rename", [migrations.RenameField("customer", "name", "title")]),
    ("rename table", [migrations.RenameModel("Customer", "Person")]),
    ("drop", [migrations.DeleteModel("Customer")]),
    ("not null", [migrations.AddField("customer", "size", TEXT)]),
    ("default of Django's only", [migrations.AddField("customer", "size", models.CharField(default="", max_length=9))]),
    ("narrower", [migrations.AlterField("customer", "name", TEXT)]),
    ("sql", [migrations.RunSQL("DROP TABLE customers_customer")]),
    ("hidden", [migrations.SeparateDatabaseAndState(database_operations=[migrations.DeleteModel("Customer")])]),
]
RIGHT: list[tuple[str, list[Operation]]] = [
    ("null", [migrations.AddField("customer", "size", models.IntegerField(null=True))]),
    ("default", [migrations.AddField("customer", "size", models.CharField(max_length=9, db_default=""))]),
    (
        "new",
        [
            migrations.CreateModel("Pet", [("id", models.AutoField(primary_key=True))]),
            migrations.AddField("pet", "name", TEXT),
        ],
    ),
    ("index", [migrations.AddIndex("customer", models.Index(fields=["name"], name="n"))]),
    ("wider", [migrations.AlterField("customer", "name", models.CharField(max_length=9, null=True))]),
]


def migration_of(operations: list[Operation], **more: Any) -> Any:
    return type("Migration", (migrations.Migration,), {"operations": operations, **more})


@pytest.mark.parametrize(("name", "operations"), WRONG)
def test_the_lint_sees(name: str, operations: list[Operation]) -> None:
    assert list(offences(migration_of(operations)))
    assert not list(offences(migration_of(operations, contracts="nothing reads it since 1.4")))


@pytest.mark.parametrize(("name", "operations"), RIGHT)
def test_the_lint_lets_pass(name: str, operations: list[Operation]) -> None:
    assert not list(offences(migration_of(operations)))


def test_more_choices_change_no_column() -> None:
    before = ProjectState()
    before.add_model(
        ModelState("customers", "Customer", [("mood", models.CharField(choices=[("a", "A")], max_length=9))])
    )
    wider = [("a", "A"), ("b", "B")]
    more = migrations.AlterField("customer", "mood", models.CharField(choices=wider, max_length=9))
    narrower = migrations.AlterField("customer", "mood", models.CharField(choices=wider, max_length=8))
    assert not list(offences(migration_of([more]), "customers", before))
    assert list(offences(migration_of([narrower]), "customers", before))


def test_only_indexes_go_without_a_transaction() -> None:
    index = AddIndexConcurrently("customer", models.Index(fields=["name"], name="n"))
    assert not list(offences(migration_of([index], atomic=False)))
    mixed = [index, migrations.AddField("customer", "size", models.IntegerField(null=True))]
    assert list(offences(migration_of(mixed, atomic=False, contracts="even so")))
