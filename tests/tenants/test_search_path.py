"""The schema is told to the server once, not before each query: so whatever makes the server forget it must be noticed
(D7). PostgreSQL undoes a SET with the transaction or the savepoint in which it was said."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from uuid import UUID

import psycopg
import pytest
from django.db import Error, IntegrityError, InternalError, connection, transaction
from django.test.utils import CaptureQueriesContext

from contactcenter.lib.clock import now
from contactcenter.records.customers.models import Customer
from contactcenter.records.customers.services import issue_token
from tenants.door import tenant

EQUAL = UUID(int=7)  # the same key in both: a read in the wrong schema would find a row


class BrokenOff(Exception):
    pass


@pytest.fixture(autouse=True)
def stood_in_borealis(committed: str) -> Iterator[None]:
    """A line on which the server was last told another company."""
    for schema in ("aurora", "borealis"):
        with tenant(schema):
            Customer.objects.create(pk=EQUAL, name=schema, created_at=now())
    with tenant("borealis"):
        assert name() == "borealis"
        yield


def name() -> str:
    return Customer.objects.get(pk=EQUAL).name


def told_by_the_server() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SHOW search_path")
        return str(cursor.fetchone()[0])


def test_it_is_told_once() -> None:
    with CaptureQueriesContext(connection) as queries, tenant("aurora"):
        assert [name(), name()] == ["aurora", "aurora"]
    assert [query["sql"].split()[0] for query in queries] == ["SET", "SELECT", "SELECT"]


def roll_back() -> None:
    with suppress(BrokenOff), transaction.atomic():
        assert name() == "aurora"
        raise BrokenOff


def roll_back_to_a_savepoint() -> None:
    with suppress(BrokenOff), transaction.atomic():
        assert name() == "aurora"
        raise BrokenOff
    assert name() == "aurora", "inside the transaction that goes on"


def roll_back_quietly() -> None:
    with transaction.atomic():
        assert name() == "aurora"
        transaction.set_rollback(True)


def fail_a_query() -> None:
    with suppress(IntegrityError), transaction.atomic():
        Customer.objects.create(pk=EQUAL, name="twice", created_at=now())


def fail_to_commit() -> None:
    """A deferred constraint: the server rolls back by itself."""
    with suppress(IntegrityError), transaction.atomic():
        issue_token(customer=Customer(pk=UUID(int=8)), now=now())
        assert name() == "aurora"


def pass_over_an_error() -> None:
    """Its COMMIT would be a silent rollback."""
    with pytest.raises(InternalError), transaction.atomic():
        assert name() == "aurora"
        with suppress(Error), connection.cursor() as cursor:
            cursor.execute("SELECT 1 / 0")


def lose_the_line() -> None:
    with suppress(Error), transaction.atomic():
        assert name() == "aurora"
        with psycopg.connect(**{**connection.get_connection_params(), "cursor_factory": psycopg.Cursor}) as other:
            other.execute("SELECT pg_terminate_backend(%s)", [connection.connection.info.backend_pid])
        name()


def close_the_line() -> None:
    assert name() == "aurora"
    connection.close()


WAYS = [roll_back, roll_back_quietly, fail_a_query, fail_to_commit, pass_over_an_error, lose_the_line, close_the_line]


@pytest.mark.parametrize("forget", WAYS)
def test_what_the_server_has_forgotten_it_is_told_again(forget: Callable[[], None]) -> None:
    with tenant("aurora"):
        forget()
        assert name() == "aurora"
        assert told_by_the_server().startswith("aurora")
    assert name() == "borealis"


def test_a_savepoint_takes_back_what_was_told_in_it() -> None:
    with transaction.atomic():
        with tenant("aurora"):
            roll_back_to_a_savepoint()
            assert name() == "aurora"
        with suppress(BrokenOff), transaction.atomic(), tenant("aurora"):
            assert name() == "aurora"
            raise BrokenOff
        assert name() == "borealis"
