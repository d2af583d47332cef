"""Ids of the shared schema, from those in an archive to those in this house and back.

A row keeps its id where nobody has it, so that a company restored into an empty house is the same to the byte; else it
gets the next one. The table `restored_ids` (of this transaction alone) knows both.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import psycopg
from django.apps import apps
from django.db import models
from psycopg import sql

from tenants.backup.ownership import CARRIED, MADE_BESIDE, MADE_WITH, NATURAL_KEYS, Owned, column_of_key

PREPARE = "CREATE TEMP TABLE restored_ids (label text, old bigint, new bigint, PRIMARY KEY (label, old)) ON COMMIT DROP"


def note(direct: psycopg.Connection, label: str, pairs: Mapping[int, int]) -> None:
    with direct.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO restored_ids VALUES (%s, %s, %s)", [(label, old, new) for old, new in pairs.items()]
        )


def number(direct: psycopg.Connection, owned: Owned, stage: sql.Composable) -> None:
    """Of all rows in the stage, which are not in the table yet."""
    table, key, label = owned.name(), sql.Identifier(owned.key), sql.Literal(owned.label)
    lift_sequence(direct, owned.table, owned.key, stage)
    direct.execute(
        sql.SQL(
            "INSERT INTO restored_ids SELECT {label}, {key}, CASE WHEN {key} IN (SELECT {key} FROM {table})"
            " THEN nextval({sequence}) ELSE {key} END FROM {stage}"
        ).format(label=label, key=key, table=table, stage=stage, sequence=sequence_of(owned.table, owned.key))
    )


def sequence_of(table: str, key: str) -> sql.Composed:
    return sql.SQL("pg_get_serial_sequence({}, {})").format(sql.Literal(f'public."{table}"'), sql.Literal(key))


def lift_sequence(direct: psycopg.Connection, table: str, key: str, stage: sql.Composable) -> None:
    """Above every id that is here or comes: what it gives next is free, and stays free for the rows that come later."""
    direct.execute(
        sql.SQL(
            "SELECT setval({sequence}, greatest((SELECT last_value FROM pg_sequences"
            " WHERE format('%I.%I', schemaname, sequencename)::regclass = {sequence}::regclass), highest))"
            " FROM (SELECT greatest((SELECT max({key}) FROM {table}), (SELECT max({key}) FROM {stage})) AS highest) h"
            " WHERE highest IS NOT NULL"
        ).format(
            sequence=sequence_of(table, key),
            key=sql.Identifier(key),
            table=sql.Identifier("public", table),
            stage=stage,
        )
    )


def new_id(label: str, old: sql.Composable) -> sql.Composed:
    return sql.SQL("(SELECT new FROM restored_ids WHERE label = {} AND old = {})").format(sql.Literal(label), old)


def old_id(label: str, new: sql.Composable) -> sql.Composed:
    return sql.SQL("(SELECT old FROM restored_ids WHERE label = {} AND new = {})").format(sql.Literal(label), new)


def new_keys(label: str, column: sql.Composable) -> sql.Composed:
    return rekeyed(label, column, "old", "new")


def old_keys(label: str, column: sql.Composable) -> sql.Composed:
    return rekeyed(label, column, "new", "old")


def rekeyed(label: str, column: sql.Composable, this: str, that: str) -> sql.Composed:
    return sql.SQL(
        "(SELECT coalesce(jsonb_object_agg(i.{that}::text, e.value), '{{}}') FROM jsonb_each({column}) e"
        " JOIN restored_ids i ON i.label = {label} AND i.{this} = e.key::bigint)"
    ).format(column=column, label=sql.Literal(label), this=sql.Identifier(this), that=sql.Identifier(that))


def find_or_make(direct: psycopg.Connection, references: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> list[str]:
    """The people and furniture that the archive names. Gives what had to be made, as words for the operator."""
    made: list[str] = []
    known: dict[str, dict[int, int]] = {}
    for label, keys in NATURAL_KEYS.items():
        model = apps.get_model(label)
        known[label] = {}
        for old_text, carried in references.get(label, {}).items():
            old = int(old_text)
            fields = {attribute(model, name): in_house(model, name, carried[name], known) for name in CARRIED[label]}
            by_key = {attribute(model, name): fields[attribute(model, name)] for name in keys}
            found = model._default_manager.filter(**by_key).first()
            if found is None:
                found = make(direct, model, old, {**fields, **MADE_WITH.get(label, {})})
                made.append(f"{model._meta.verbose_name} {', '.join(str(carried[name]) for name in keys)}")
            known[label][old] = found.pk
        note(direct, label, known[label])
    return made


def attribute(model: type[models.Model], name: str) -> str:
    return str(getattr(model._meta.get_field(name), "attname", name))


def in_house(model: type[models.Model], name: str, value: Any, known: Mapping[str, Mapping[int, int]]) -> Any:
    field = model._meta.get_field(name)
    return known[field.related_model._meta.label][value] if field.is_relation else value  # type: ignore[union-attr]


def make(direct: psycopg.Connection, model: type[models.Model], old: int, fields: Mapping[str, Any]) -> models.Model:
    key = None if model._default_manager.filter(pk=old).exists() else old
    row = model(pk=key, **fields)
    row.save(force_insert=True)
    lift_sequence(direct, model._meta.db_table, column_of_key(model), sql.Identifier("public", model._meta.db_table))
    if beside := MADE_BESIDE.get(model._meta.label):
        label, field = beside
        apps.get_model(label)._default_manager.create(**{field: row})
    return row
