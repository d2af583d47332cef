"""A record is one line: readable or JSON, with ids alone, and nobody can write a second one into it."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator

import pytest
from django.db import DataError, IntegrityError, connection, transaction

from contactcenter.lib.logs import about
from contactcenter.lib.logs.faults import told_of
from contactcenter.lib.logs.lines import AsJson, AsText, configuration
from tenants.models import Domain

ANA = "ana".title()  # a customer's word: it must not come from a line of source in a traceback


@pytest.fixture(autouse=True)
def nothing_known() -> Iterator[None]:
    about.begin()
    yield
    about.begin()


def record(message: str, *values: object, error: BaseException | None = None, **more: object) -> logging.LogRecord:
    info = (type(error), error, error.__traceback__) if error else None
    made = logging.LogRecord("relay", logging.WARNING, "", 0, message, values, info)
    made.__dict__.update(more)
    return made


def test_json_says_when_who_and_about_what() -> None:
    about.begin(request_id="3f2b8c9d0e1f4a5b8c7d6e5f4a3b2c1d", company="aurora", user_id=None)
    made = record("%s is away", "Redis", ms=12, email="ana@example.com")
    made.created = 1795893711.671
    told = json.loads(AsJson(process="relay").format(made))
    assert told.pop("pid") > 0
    assert told == {
        "time": "2026-11-28T19:21:51.671Z",
        "level": "WARNING",
        "logger": "relay",
        "message": "Redis is away",
        "process": "relay",
        "company": "aurora",
        "request_id": "3f2b8c9d0e1f4a5b8c7d6e5f4a3b2c1d",
        "ms": 12,
    }


def test_readable_lines_say_the_ids_behind_the_words() -> None:
    about.begin(company="aurora")
    assert AsText(process="relay").format(record("%s is away", "Redis")) == "WARNING relay Redis is away company=aurora"


@pytest.mark.parametrize("style", [AsJson, AsText])
def test_one_record_is_one_line(style: type[logging.Formatter]) -> None:
    about.begin(company="a\nb")
    line = style(process="web").format(record("name: %s", "x\r\nERROR forged \u2028line\x1b[31m"))
    assert len(line.splitlines()) == 1
    assert "\x1b" not in line


def test_what_stands_in_the_ids_is_scrubbed_too() -> None:
    line = AsJson(process="web").format(record("asked", route="ana@example.com"))
    assert "ana@" not in line


def deepest(text: str) -> None:
    raise ValueError(f"cannot read {text}")


def test_an_error_shows_its_places_but_not_what_it_quotes() -> None:
    try:
        try:
            deepest(ANA)
        except ValueError as first:
            raise ConnectionRefusedError(111, "Connection refused") from first
    except OSError as error:
        line = AsText(process="web").format(record("it broke", error=error))
    assert ANA not in line
    assert "in deepest" in line
    assert re.search(r"\nValueError\n", line)
    assert line.endswith("ConnectionRefusedError: [Errno 111] Connection refused")


def test_errors_that_came_together_are_all_told() -> None:
    told = told_of(ExceptionGroup("two", [KeyError("ana@example.com"), NameError("name 'x' is not defined")]))
    assert told.splitlines() == ["NameError: name 'x' is not defined", "KeyError", "ExceptionGroup"]


@pytest.mark.django_db
def test_a_database_names_what_is_ours_and_not_what_it_was_given() -> None:
    with pytest.raises(DataError, match=ANA) as unread, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT %s::int", [ANA])
    assert ANA not in told_of(unread.value)
    assert "psycopg.errors.InvalidTextRepresentation: 22P02" in told_of(unread.value)
    domain = Domain.objects.first()
    assert domain is not None
    with pytest.raises(IntegrityError) as twice, transaction.atomic():
        Domain.objects.create(domain=domain.domain, tenant=domain.tenant)
    assert "psycopg.errors.UniqueViolation: 23505, tenants_domain, tenants_domain_domain_key" in told_of(twice.value)


def test_an_unknown_style_is_refused() -> None:
    with pytest.raises(ValueError, match="write plain or json"):
        configuration(style="xml", level="INFO", process="web")


@pytest.mark.parametrize(
    ("given", "is_kept"),
    [
        ("3f2b8c9d0e1f4a5b8c7d6e5f4a3b2c1d", True),
        ("0192f7a2-7c1b-7d4e-8a55-3c2f1e0d9b8a", True),
        ("", False),
        ("3F2B8C9D0E1F4A5B8C7D6E5F4A3B2C1D", False),
        ("3f2b8c9d0e1f4a5b8c7d6e5f4a3b2c1d\n", False),
        ("ana@example.com", False),
        ("x" * 10_000, False),
    ],
)
def test_an_id_from_outside_is_taken_only_where_it_is_one(given: str, is_kept: bool) -> None:
    taken = about.taken_or_made(given)
    assert (taken == given) is is_kept
    assert re.fullmatch(r"[0-9a-f-]{32,36}", taken)
