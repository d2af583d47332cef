"""A company made by cloning is what migrations alone would have made."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from django.db import connection

from tenants import cloning
from tenants.cloning import CloneDiffers
from tenants.door import shared
from tenants.fingerprint import companies_that_differ, difference, fingerprint
from tenants.migrating.migrator import Migrator
from tenants.migrating.versions import TEMPLATE
from tenants.services import create_tenant
from tests.tenants.test_create_tenant import DELTA, traces


def run(statement: str) -> None:
    with shared(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.fixture
def migrated(committed: str) -> Iterator[str]:
    """A schema that went through every migration by itself."""
    run("CREATE SCHEMA by_hand")
    assert not Migrator().bring_up("by_hand").failed
    yield "by_hand"


def test_equal_to_a_migrated_schema(migrated: str) -> None:
    create_tenant(DELTA)
    assert difference("delta", migrated) == []
    assert fingerprint("delta") == fingerprint(migrated) == fingerprint("aurora")


@pytest.mark.parametrize(
    ("change", "seen"),
    [
        ("ALTER TABLE delta.customers_customer ALTER name TYPE varchar(99)", "column customers_customer.name"),
        ("ALTER TABLE delta.customers_customer ALTER language DROP NOT NULL", "column customers_customer.language"),
        ("ALTER TABLE delta.customers_customer ALTER language SET DEFAULT ''", "column customers_customer.language"),
        ("ALTER TABLE delta.customers_customer ADD extra int", "column customers_customer.extra"),
        ("ALTER TABLE delta.customers_customer DROP CONSTRAINT customer_name_one_line", "customer_name_one_line"),
        ("DROP INDEX delta.conversation_open", "index conversation_open"),
        ("ALTER SEQUENCE delta.customers_identity_id_seq INCREMENT 2", "sequence customers_identity_id_seq"),
        ("DELETE FROM delta.django_migrations WHERE app = 'files'", "migration files.0001_initial"),
        ("CREATE VIEW delta.spy AS SELECT 1", "relation spy"),
        ("REVOKE DELETE ON delta.customers_customer FROM CURRENT_USER", "relation customers_customer"),
        (
            "CREATE FUNCTION delta.f() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN NEW; END$$",
            "function f",
        ),
    ],
)
def test_every_change_is_seen(change: str, seen: str, committed: str) -> None:
    create_tenant(DELTA)
    assert companies_that_differ() == {}
    run(change)
    found = companies_that_differ()
    assert set(found) == {"delta"}
    assert any(seen in line for line in found["delta"])


def test_a_key_into_the_shared_schema_is_not_one_at_home(committed: str) -> None:
    create_tenant(DELTA)
    run("CREATE TABLE public.customers_customer (id uuid PRIMARY KEY)")
    run("ALTER TABLE delta.customers_identity DROP CONSTRAINT customers_identity_customer_id_b1e21f37_fk_customers")
    run(
        "ALTER TABLE delta.customers_identity ADD CONSTRAINT customers_identity_customer_id_b1e21f37_fk_customers "
        "FOREIGN KEY (customer_id) REFERENCES public.customers_customer(id) DEFERRABLE INITIALLY DEFERRED"
    )
    assert len(companies_that_differ()["delta"]) == 2


def test_what_cloning_does_not_know_is_an_error_and_leaves_nothing(committed: str) -> None:
    run(f"CREATE VIEW {TEMPLATE}.spy AS SELECT 1")
    with pytest.raises(CloneDiffers, match="relation spy"):
        create_tenant(DELTA)
    assert not traces()


def test_rows_that_a_migration_brings_come_along_with_their_numbers(committed: str) -> None:
    run(
        f"INSERT INTO {TEMPLATE}.conversations_disposition (key, label, position, is_active) "
        "VALUES ('solved', '{}', 0, true), ('other', '{}', 1, true)"
    )
    create_tenant(DELTA)
    run("INSERT INTO delta.conversations_disposition (key, label, position, is_active) VALUES ('third', '{}', 2, true)")
    with shared(), connection.cursor() as cursor:
        cursor.execute("SELECT id, key FROM delta.conversations_disposition ORDER BY id")
        assert cursor.fetchall() == [(1, "solved"), (2, "other"), (3, "third")]


def test_a_house_without_a_template_gets_one(committed: str) -> None:
    run(f"DROP SCHEMA {TEMPLATE} CASCADE")
    create_tenant(DELTA)
    assert difference("delta", "aurora") == []
    assert difference(TEMPLATE, "aurora") == []


def test_the_template_is_drawn_from_inside(committed: str) -> None:
    """Seen from the shared schema, keys at home would be written with the template's name, and lead into it."""
    drawing = cloning.draw(TEMPLATE)
    statements = [
        *drawing.creates.values(),
        *drawing.ties,
        *(each for some in drawing.finishes.values() for each in some),
    ]
    assert not [statement for statement in statements if TEMPLATE in statement]


def test_a_schema_whose_name_is_a_word_of_sql(committed: str) -> None:
    create_tenant(replace(DELTA, schema="order", hosts=["order.localhost"]))
    assert difference("order", TEMPLATE) == []
    assert cloning.draw("order") == cloning.draw(TEMPLATE)
