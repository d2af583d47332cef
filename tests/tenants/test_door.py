"""What the door lets through, what it refuses, and where it leaves a thread."""

from __future__ import annotations

import asyncio
import threading
import traceback
from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache
from django.db import IntegrityError, connection, transaction
from django.http import HttpResponse, StreamingHttpResponse
from django.template import engines
from django.template.response import SimpleTemplateResponse
from django.utils.functional import SimpleLazyObject

from contactcenter.lib.clock import now
from contactcenter.records.customers.models import Customer
from tenants import door
from tenants.backend.base import SchemaNotChosen
from tenants.door import LazyResult, current_schema, in_shared, in_shared_apart, in_tenant, refuse_lazy, shared, tenant
from tenants.models import Tenant

HOSTILE = [
    "",
    "a",
    "ab",
    "a" * 42,
    "Aurora",
    "AURORA",
    "1aurora",
    "_aurora",
    "aurora\n",
    "aurora\0",
    "aurora ",
    " aurora",
    'aurora"',
    "aurora'",
    'aurora", public; DROP SCHEMA borealis CASCADE; --',
    "aurora;select",
    "aurora,public",
    "aurora\\",
    "au-rora",
    "au.rora",
    "auröra",
    "аurora",  # a Cyrillic first letter
    "aurora\u200b",
    "aurora\u202e",
    "ａurora",
    "ſaurora",
    "../aurora",
    "%61urora",
    "$user",
    "{schema}",
    "%s",
    "aurora/*",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_are_no_schemas(name: str) -> None:
    with pytest.raises(ValueError, match="no name of a schema"), tenant(name):
        raise AssertionError("inside")


@pytest.mark.django_db
def test_it_leaves_one_where_one_was() -> None:
    with shared():
        with tenant("aurora"):
            with tenant("borealis"):
                assert current_schema() == "borealis"
            assert current_schema() == "aurora"
            with pytest.raises(ZeroDivisionError), tenant("cumbre"):
                raise ZeroDivisionError
            assert current_schema() == "aurora"
        assert current_schema() == "public"


@pytest.mark.django_db
def test_shared_and_company_rows_in_one_transaction() -> None:
    with tenant("aurora"), pytest.raises(RuntimeError), transaction.atomic():
        Customer.objects.create(name="A", created_at=now())
        Tenant.objects.filter(schema_name="aurora").update(monogram="ZZ")
        with tenant("borealis"):
            Customer.objects.create(name="B", created_at=now())
        raise RuntimeError
    for schema in ("aurora", "borealis"):
        with tenant(schema):
            assert not Customer.objects.exists()
    assert Tenant.objects.get(schema_name="aurora").monogram != "ZZ"


@pytest.mark.django_db
def test_a_company_never_falls_back_on_the_shared_schema() -> None:
    """D8: no table stands in both, so a lost one is an error and not somebody else's rows."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT table_name FROM information_schema.tables WHERE table_schema = 'aurora'")
        own = {name for (name,) in cursor.fetchall()} - {"django_migrations"}
        cursor.execute("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
        assert own
        assert not own & {name for (name,) in cursor.fetchall()}


def in_a_thread(work: Callable[[], Any]) -> Any:
    found: list[Any] = []

    def run() -> None:
        try:
            found.append(work())
        except Exception as error:  # noqa: BLE001 - handed to the test
            found.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    return found[0]


def test_a_bare_thread_stands_nowhere(committed: str) -> None:
    """D4."""
    assert in_a_thread(current_schema) is None
    assert isinstance(in_a_thread(Tenant.objects.count), SchemaNotChosen)

    def by_the_door() -> tuple[int, str | None]:
        with tenant("aurora"):
            found = Customer.objects.count()
        return found, current_schema()

    assert in_a_thread(by_the_door) == (0, None)

    def cached() -> None:
        cache.set("key", 1)

    assert isinstance(in_a_thread(cached), SchemaNotChosen)


async def test_the_thread_of_all_sockets_stands_nowhere_between_two(committed: str) -> None:
    """D1 to D3: what a task before left on the thread, and a query outside the door."""
    from channels.db import database_sync_to_async

    outside = database_sync_to_async(Tenant.objects.count)
    with pytest.raises(SchemaNotChosen):
        await outside()
    assert await in_tenant("aurora", current_schema) == "aurora"
    assert await in_shared(current_schema) == "public"
    with pytest.raises(SchemaNotChosen):
        await outside()
    with pytest.raises(ZeroDivisionError):
        await in_tenant("aurora", lambda: 1 / 0)
    with pytest.raises(SchemaNotChosen):
        await outside()
    with pytest.raises(ValueError, match="no name"):
        await in_tenant("Aurora", current_schema)


async def test_a_long_read_has_a_thread_of_its_own_and_gives_its_connection_back(committed: str) -> None:
    def look() -> tuple[int, str | None, int]:
        return threading.get_ident(), current_schema(), Tenant.objects.count()

    def lines() -> int:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity"
                " WHERE datname = current_database() AND backend_type = 'client backend'"
            )
            return int(cursor.fetchone()[0])

    of_all, before = await in_shared(threading.get_ident), await in_shared(lines)
    threads = set()
    for _ in range(5):
        thread, schema, companies = await in_shared_apart(look)
        assert (schema, companies) == ("public", 3)
        threads.add(thread)
    assert of_all not in threads
    async with asyncio.timeout(5):  # PostgreSQL takes its moment to end one
        while await in_shared(lines) > before:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    with pytest.raises(LazyResult):
        await in_shared_apart(Tenant.objects.all)


async def test_a_cancelled_caller_leaves_the_thread_clean(committed: str) -> None:
    started, go_on = threading.Event(), threading.Event()

    def slow() -> str | None:
        started.set()
        go_on.wait(5)
        return current_schema()

    task = asyncio.create_task(in_tenant("aurora", slow))
    await asyncio.to_thread(started.wait, 5)
    task.cancel()
    go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await in_tenant("borealis", current_schema) == "borealis"


LAZY: dict[str, Callable[[], Any]] = {
    "queryset": Customer.objects.all,
    "raw": lambda: Customer.objects.raw("SELECT 1 AS id"),
    "manager": lambda: Customer.objects,
    "values": lambda: Customer.objects.values("id"),
    "iterator": Customer.objects.iterator,
    "generator": lambda: (n for n in range(3)),
    "map": lambda: map(str, [1]),
    "in a list": lambda: [1, Customer.objects.all()],
    "in a dict": lambda: {"a": {"b": (Customer.objects.all(),)}},
    "a template": lambda: SimpleTemplateResponse(engines["django"].from_string("x")),
    "a stream": lambda: StreamingHttpResponse(iter([])),
    "a lazy object": lambda: SimpleLazyObject(lambda: 1),
}


@pytest.mark.parametrize("name", LAZY)
def test_nothing_lazy_leaves(name: str) -> None:
    with pytest.raises(LazyResult, match="evaluate it inside"):
        refuse_lazy(LAZY[name]())


@pytest.mark.parametrize("name", ["queryset", "generator", "in a dict"])
async def test_nor_by_a_hop(name: str, committed: str) -> None:
    with pytest.raises(LazyResult):
        await in_tenant("aurora", LAZY[name])


@pytest.mark.parametrize("result", [None, 1, "text", b"x", [1], {"a": (1, 2)}, {1}, HttpResponse("x")])
def test_what_is_evaluated_may_leave(result: object) -> None:
    refuse_lazy(result)


@pytest.mark.django_db
def test_rows_may_leave_and_carry_their_values() -> None:
    with tenant("aurora"):
        row = Customer.objects.create(name="A", created_at=now())
    refuse_lazy([row])
    assert row.name == "A"


@pytest.mark.django_db
def test_one_key_of_the_cache_is_another_in_each_company() -> None:
    """D9."""
    schemas = ["public", "aurora", "borealis", "cumbre"]
    for schema in schemas:
        with tenant(schema):
            cache.set("the key", schema)
    for schema in schemas:
        with tenant(schema):
            assert cache.get("the key") == schema
            cache.delete("the key")


def test_django_tenants_own_ways_are_closed() -> None:
    with pytest.raises(TypeError), Tenant(schema_name="aurora"):
        pass
    with pytest.raises(TypeError):
        Tenant(schema_name="aurora").activate()


def test_the_public_row_is_in_no_list(db: None) -> None:
    assert not Tenant.objects.filter(schema_name=door.SHARED_SCHEMA).exists()
    assert Tenant.with_shared.filter(schema_name=door.SHARED_SCHEMA).count() == 1


@pytest.mark.django_db
def test_an_error_of_the_database_names_the_rule_and_quotes_no_row() -> None:
    """What goes wrong ends in logs of pages, tasks and processes; a row holds what a customer wrote."""
    name = "Helen\nMarsh"
    with tenant("aurora"), pytest.raises(IntegrityError) as failed, transaction.atomic():
        Customer.objects.create(name=name, created_at=now())
    told = "".join(traceback.format_exception(failed.value))
    assert "customer_name_one_line" in told
    assert "Helen" not in told and "Failing row" not in told
