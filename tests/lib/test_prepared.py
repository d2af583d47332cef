"""A query whose SQL is written once gives what the same queryset gives."""

from __future__ import annotations

import threading
from datetime import timedelta
from uuid import uuid4

import psycopg
import pytest
from django.db import NotSupportedError, connection, transaction
from django.db.models import Count
from django.db.transaction import TransactionManagementError
from django.test.utils import CaptureQueriesContext
from psycopg import sql

from contactcenter.lib.clock import now
from contactcenter.lib.prepared import Prepared
from contactcenter.records.conversations.models import Conversation
from contactcenter.records.customers.models import Customer, VisitorToken
from tenants.door import tenant

NAMED = Prepared(lambda name: Customer.objects.filter(name=name).order_by("pk"))
TOKENS = Prepared(
    lambda digest, at: VisitorToken.objects.filter(digest=digest, expires_at__gt=at).select_related("customer")
)
THESE = Prepared(lambda ids: Customer.objects.filter(pk=ids).annotate(talks=Count("conversations")), among=("ids",))


def customer(name: str) -> Customer:
    return Customer.objects.create(name=name, created_at=now())


@pytest.mark.django_db
def test_rows_as_the_queryset_gives_them_in_whichever_company() -> None:
    for schema in ("aurora", "borealis"):
        with tenant(schema):
            made = [customer("Ana"), customer("Ana"), customer(schema)]
            assert NAMED.all(name="Ana") == made[:2]
            assert NAMED.first(name=schema) == made[2]
            assert NAMED.first(name="Ana'; --") is None
            assert NAMED.all(name="borealis" if schema == "aurora" else "aurora") == []


@pytest.mark.django_db
def test_related_rows_come_with_it() -> None:
    at = now()
    with tenant("aurora"):
        VisitorToken.objects.create(
            customer=customer("Ana"), digest="d", created_at=at, expires_at=at + timedelta(days=1)
        )
        found = TOKENS.first(digest="d", at=at)
        assert found is not None
        with CaptureQueriesContext(connection) as queries:
            assert found.customer.name == "Ana"
        assert not queries.captured_queries
        assert TOKENS.first(digest="d", at=at + timedelta(days=2)) is None


@pytest.mark.django_db
def test_one_value_may_stand_for_several() -> None:
    with tenant("aurora"):
        ana, boris, _other = customer("Ana"), customer("Boris"), customer("Carl")
        Conversation.objects.create(customer=ana, channel="chat", created_at=now())
        found = {each.name: each.talks for each in THESE.all(ids=[ana.pk, boris.pk])}  # type: ignore[attr-defined]
        assert found == {"Ana": 1, "Boris": 0}
        assert THESE.all(ids=[]) == []
        assert THESE.all(ids=[uuid4()]) == []


def test_it_is_asked_on_the_threads_own_connection(committed: str) -> None:
    with tenant("aurora"):
        customer("aurora")
    with tenant("borealis"):
        customer("borealis")
    found: list[str] = []

    def read(schema: str) -> None:
        with tenant(schema):
            found.extend(each.name for each in NAMED.all(name=schema))
        connection.close()

    threads = [threading.Thread(target=read, args=(schema,)) for schema in ("aurora", "borealis") * 10]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == ["aurora"] * 10 + ["borealis"] * 10


def test_postgresql_keeps_a_plan_for_each_company_until_its_table_changes(committed: str) -> None:
    schemas = ("aurora", "borealis")

    def read() -> list[list[str]]:
        found = []
        for schema in schemas:
            with tenant(schema):
                found.append([each.name for name in schemas for each in NAMED.all(name=name)])
        return found

    def plans(schema: str) -> int:
        with tenant(schema), connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_prepared_statements WHERE starts_with(statement, %s)", [f"/* {schema} */"]
            )
            return int(cursor.fetchone()[0])

    for schema in schemas:
        with tenant(schema):
            customer(schema)
    for _ in range(10):
        assert read() == [["aurora"], ["borealis"]]
    assert [plans(schema) for schema in schemas] == [1, 1]

    with tenant("aurora"), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE customers_customer ADD COLUMN for_a_moment int")
        assert read() == [["aurora"], ["borealis"]]
    with tenant("aurora"), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE customers_customer DROP COLUMN for_a_moment")
    assert read() == [["aurora"], ["borealis"]]


def test_a_column_of_another_type_is_read_at_the_next_attempt(committed: str) -> None:
    """A plan may not change what it gives: PostgreSQL refuses it."""

    def widen(to: int) -> None:
        with psycopg.connect(committed.replace("postgres://", "postgresql://"), autocommit=True) as other:
            other.execute(sql.SQL("ALTER TABLE aurora.customers_customer ALTER name TYPE varchar({})").format(to))

    with tenant("aurora"):
        made = customer("Ana")
        for _ in range(10):
            assert NAMED.all(name="Ana") == [made]
        widen(400)
        assert NAMED.all(name="Ana") == [made]
        for _ in range(10):
            NAMED.all(name="Ana")
        widen(401)
        with pytest.raises(NotSupportedError), transaction.atomic():
            NAMED.all(name="Ana")
        with transaction.atomic():
            assert NAMED.all(name="Ana") == [made]


def test_what_others_ask_is_not_kept(committed: str) -> None:
    with tenant("aurora"):
        NAMED.all(name="Ana")
        for _ in range(10):
            list(Customer.objects.filter(name="Ana"))
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_prepared_statements")
            assert cursor.fetchone() == (0,)


def test_a_lock_outside_a_transaction_is_refused_each_time(committed: str) -> None:
    locked = Prepared(lambda name: Customer.objects.select_for_update().filter(name=name))
    with tenant("aurora"):
        with transaction.atomic():
            assert locked.all(name="Ana") == []
        with pytest.raises(TransactionManagementError):
            locked.all(name="Ana")
