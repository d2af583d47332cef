"""A company is made whole, or nothing of it is there."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import date, time
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction

from contactcenter.lib.clock import now
from contactcenter.lib.hours import Span
from contactcenter.records.customers.models import Customer
from tenants import services
from tenants.door import current_schema, shared, tenant
from tenants.models import Domain, Holiday, OpeningHours, Tenant
from tenants.services import NewTenant, create_tenant
from tests.tenants.test_door import HOSTILE

DELTA = NewTenant(
    schema="delta",
    name="Delta Ferries",
    hosts=["delta.localhost", "chat.delta-ferries.example"],
    colour="#AA3300",
    timezone="Europe/Madrid",
    languages=["es", "en"],
    greeting={"es": "Delta, hola."},
    opening_hours=[(0, time(9), time(14)), (0, time(16), time(0))],
    holidays=[(date(2026, 12, 25), "Navidad", None), (date(2026, 12, 24), "Nochebuena", Span(time(10), time(13)))],
)


def tables(schema: str) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT table_name FROM information_schema.tables WHERE table_schema = %s", [schema])
        return {name for (name,) in cursor.fetchall()}


def traces(schema: str = "delta") -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nspname FROM pg_namespace WHERE nspname = %s", [schema])
        schemas = [name for (name,) in cursor.fetchall()]
    return [
        *schemas,
        *Tenant.objects.filter(schema_name=schema).values_list("name", flat=True),
        *Domain.objects.filter(domain__contains=schema).values_list("domain", flat=True),
    ]


@pytest.mark.django_db
def test_whole() -> None:
    steps: list[tuple[int, int, str]] = []
    made = create_tenant(DELTA, progress=lambda *step: steps.append(step))
    assert (made.name, made.monogram, made.colour) == ("Delta Ferries", "DF", "#aa3300")
    assert list(made.domains.order_by("-is_primary").values_list("domain", "is_primary")) == [
        ("delta.localhost", True),
        ("chat.delta-ferries.example", False),
    ]
    assert OpeningHours.objects.filter(tenant=made).count() == 2
    assert Holiday.objects.filter(tenant=made, opens=None).count() == 1
    assert tables("delta") == tables("aurora")
    assert steps[-1][0] == steps[-1][1] > 10
    assert [done for done, _total, _what in steps] == list(range(len(steps)))
    assert current_schema() == "public"
    with tenant("delta"):
        Customer.objects.create(name="first", created_at=now())
    with tenant("aurora"):
        assert not Customer.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "name", [*HOSTILE, "public", "pg_catalog", "pg_delta", "information_schema", "www", "admin", "cc_x"]
)
def test_hostile_and_reserved_names(name: str) -> None:
    """D14."""
    with pytest.raises(ValidationError) as caught:
        create_tenant(replace(DELTA, schema=name))
    assert set(caught.value.message_dict) == {"schema"}


BAD: list[tuple[str, Any]] = [
    ("schema", "aurora"),
    ("name", ""),
    ("name", "  "),
    ("name", "aurora travel"),
    ("name", "x" * 101),
    ("name", "Delta\0"),
    ("name", "Delta\u202eslevarT arorua"),
    ("name", "Au\u200brora Travel"),
    ("name", "Delta\r\nBcc: x"),
    ("hosts", []),
    ("hosts", ["localhost"]),
    ("hosts", ["aurora.localhost"]),
    ("hosts", ["127.0.0.1"]),
    ("hosts", ["[::1]"]),
    ("hosts", ["10.1"]),
    ("hosts", ["Delta.localhost"]),
    ("hosts", ["delta.localhost:8000"]),
    ("hosts", ["delta.localhost/x"]),
    ("hosts", ["*.localhost"]),
    ("hosts", ["-a.localhost"]),
    ("hosts", ["déltà.localhost"]),
    ("hosts", [f"{'a' * 64}.localhost"]),
    ("colour", "red"),
    ("colour", "#fff"),
    ("colour", "#aa33000"),
    ("colour", "#aa3300\n"),
    ("monogram", "ABC"),
    ("timezone", "Mars/Olympus"),
    ("timezone", "../../etc/passwd"),
    ("languages", []),
    ("languages", ["english"]),
    ("contract", "forever"),
    ("opening_hours", [(7, time(9), time(10))]),
    ("opening_hours", [(0, time(10), time(9))]),
    ("opening_hours", [(0, time(9), time(12)), (0, time(11), time(13))]),
    ("holidays", [(date(2026, 1, 1), "a", None), (date(2026, 1, 1), "b", None)]),
    ("holidays", [(date(2026, 1, 1), "a", Span(time(10), time(9)))]),
    ("logo", b"<script>"),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("field", "value"), BAD)
def test_bad_fields_are_named_and_nothing_is_made(field: str, value: Any) -> None:
    changed: dict[str, Any] = {field: value}
    with pytest.raises(ValidationError) as caught:
        create_tenant(replace(DELTA, **changed))
    assert set(caught.value.message_dict) == {field}
    assert not traces()


@pytest.mark.django_db
def test_all_errors_come_at_once() -> None:
    with pytest.raises(ValidationError) as caught:
        create_tenant(NewTenant(schema="X", name="", hosts=[], colour="red", timezone="?", languages=[]))
    assert set(caught.value.message_dict) == {"schema", "name", "hosts", "colour", "timezone", "languages"}


def fail_at(step: int) -> Callable[[int, int, str], None]:
    def progress(done: int, total: int, what: str) -> None:
        if done == step:
            raise ConnectionError

    return progress


@pytest.mark.parametrize("step", [0, 3, 10, 15])
def test_a_failure_at_any_step_leaves_nothing(step: int, committed: str) -> None:
    with pytest.raises(ConnectionError):
        create_tenant(DELTA, progress=fail_at(step))
    assert not traces()
    assert current_schema() == "public"


@pytest.mark.parametrize("broken", ["save_rows", "clone_template"])
def test_nor_does_a_failure_between_them(broken: str, committed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = getattr(services, broken)

    def half(*args: Any) -> None:
        whole(*args)
        raise MemoryError

    monkeypatch.setattr(services, broken, half)
    with pytest.raises(MemoryError):
        create_tenant(DELTA)
    monkeypatch.undo()
    assert not traces()
    create_tenant(DELTA)
    assert traces()


def test_a_connection_cut_in_the_middle_leaves_nothing(committed: str) -> None:
    """What `kill -9` of the process comes to for the database."""

    def cut(done: int, total: int, what: str) -> None:
        if done == 5:
            connection.connection.close()

    with pytest.raises(Exception, match=r"closed|lost"):
        create_tenant(DELTA, progress=cut)
    connection.close()
    assert not traces()


@pytest.mark.django_db
def test_the_database_itself_refuses_impossible_hours() -> None:
    aurora = Tenant.objects.get(schema_name="aurora")
    for row in (
        OpeningHours(tenant=aurora, weekday=7, opens=time(9), closes=time(10)),
        OpeningHours(tenant=aurora, weekday=1, opens=time(10), closes=time(9)),
        Holiday(tenant=aurora, date=date(2026, 1, 1), opens=time(9)),
        Holiday(tenant=aurora, date=date(2026, 1, 1), opens=time(9), closes=time(8)),
        Holiday(tenant=aurora, date=date(2026, 1, 1), closes=time(8)),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            row.save()
    with pytest.raises(IntegrityError), transaction.atomic(), shared():
        Tenant.objects.create(schema_name="Bad-Name", name="x", monogram="x", colour="#000000")


@pytest.mark.django_db
def test_by_the_command(tmp_path: Path) -> None:
    logo = tmp_path / "logo.svg"
    logo.write_text('<svg xmlns="http://www.w3.org/2000/svg"/>')
    told = io.StringIO()
    call_command(
        "create_tenant",
        "delta",
        "--name=Delta Ferries",
        "--host=delta.localhost",
        "--colour=#aa3300",
        "--timezone=Europe/Madrid",
        "--language=es",
        "--greeting=es=Delta, hola, le atiende {agent}.",
        f"--logo={logo}",
        "--hours=mon-fri 09:00-14:00 16:00-00:00",
        "--hours=sat 10:00-13:00",
        "--holiday=2026-12-25 Navidad",
        "--holiday=2026-12-24 10:00-13:00 Nochebuena",
        stdout=told,
    )
    made = Tenant.objects.get(schema_name="delta")
    assert "Delta Ferries is ready at delta.localhost." in told.getvalue()
    assert made.logo_type == "image/svg+xml"
    assert made.greeting == {"es": "Delta, hola, le atiende {agent}."}
    assert OpeningHours.objects.filter(tenant=made).count() == 11
    assert sorted(Holiday.objects.filter(tenant=made).values_list("name", "opens")) == [
        ("Navidad", None),
        ("Nochebuena", time(10)),
    ]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "option",
    [
        "--hours=mon",
        "--hours=someday 09:00-10:00",
        "--hours=mon 9-10-11",
        "--holiday=Christmas",
        "--greeting=hola",
        "--logo=/nowhere",
    ],
)
def test_the_command_says_which_option_is_wrong(option: str) -> None:
    with pytest.raises(CommandError, match=option.partition("=")[0]):
        call_command("create_tenant", "delta", "--name=D", "--host=delta.localhost", "--colour=#aa3300", option)


@pytest.mark.django_db
def test_the_command_names_the_field() -> None:
    with pytest.raises(CommandError, match=r"^hosts: .*belongs to another company\.$"):
        call_command("create_tenant", "delta", "--name=D", "--host=aurora.localhost", "--colour=#aa3300")
