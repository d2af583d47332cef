"""The log against the real PostgreSQL: appended to by many at once, refused to change, proved whole or broken."""

from __future__ import annotations

import threading
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, connections, transaction

from contactcenter.lib.clock import now as present
from contactcenter.operation.accounts.models import Role, User
from contactcenter.operation.audit import services
from contactcenter.operation.audit.actions import Action
from contactcenter.operation.audit.anchors import read_anchors, write_anchors
from contactcenter.operation.audit.chain import Break
from contactcenter.operation.audit.models import Entry, Head
from tenants.door import shared
from tenants.models import Tenant
from tests.people import company

TAMPER = """
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE audit_entry DISABLE TRIGGER USER;
GRANT UPDATE, DELETE ON audit_entry TO CURRENT_USER
"""


@pytest.fixture
def somebody(db: None) -> User:
    return User.objects.create_user("sol@bpo.example", None, name="Sol Súper", role=Role.SUPERVISOR)


def write(schema: str, *, times: int = 1, actor: User | None = None) -> None:
    for number in range(times):
        services.record(
            action=Action.CONVERSATION_READ,
            tenant=company(schema),
            actor=actor,
            object_kind="conversation",
            object_id=f"c{number}",
            now=present(),
            facts={"channel": "chat"},
        )


@pytest.mark.parametrize(
    "statement",
    ["UPDATE audit_entry SET action = 'x'", "DELETE FROM audit_entry", "TRUNCATE audit_entry"],
)
def test_the_application_can_only_append(somebody: User, statement: str) -> None:
    write("aurora", actor=somebody)
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert Entry.objects.get().action == "conversation.read"


def test_a_role_that_was_granted_more_is_stopped_by_the_trigger_and_named(somebody: User) -> None:
    write("aurora", actor=somebody)
    with connection.cursor() as cursor:
        cursor.execute("GRANT UPDATE ON audit_entry TO CURRENT_USER")
    assert services.rights_too_wide() == ["UPDATE"]
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE audit_entry SET action = 'x'")


def test_right_after_the_migrations_nothing_is_too_wide(db: None) -> None:
    assert services.rights_too_wide() == []


def test_each_company_counts_for_itself_and_the_bpo_too(somebody: User) -> None:
    write("aurora", times=2)
    write("borealis")
    services.record(
        action=Action.ROLE_CHANGED,
        tenant=None,
        actor=somebody,
        object_kind="user",
        object_id=somebody.pk,
        now=present(),
    )
    numbers = list(Entry.objects.order_by("id").values_list("tenant__schema_name", "sequence"))
    assert numbers == [("aurora", 1), ("aurora", 2), ("borealis", 1), ("public", 1)]
    assert [services.verify(tenant) for tenant in Tenant.with_shared.all()] == [None] * 4


def test_one_look_is_one_entry_until_a_quarter_of_an_hour_has_passed(somebody: User) -> None:
    now, aurora = present(), company("aurora")

    def look(minutes: int, object_id: str = "c1") -> Entry | None:
        return services.record_look(
            action=Action.CONVERSATION_READ,
            tenant=aurora,
            actor=somebody,
            object_kind="conversation",
            object_id=object_id,
            now=now + timedelta(minutes=minutes),
        )

    assert [bool(look(0)), bool(look(14)), bool(look(14, "c2")), bool(look(15))] == [True, False, True, True]


def test_a_change_that_is_rolled_back_leaves_no_entry_and_no_gap(db: None) -> None:
    write("aurora")
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        write("aurora")
        1 / 0  # noqa: B018
    write("aurora")
    assert list(Entry.objects.order_by("id").values_list("sequence", flat=True)) == [1, 2]
    assert services.verify(company("aurora")) is None


def test_many_who_write_at_once_make_one_unbroken_chain(committed: str) -> None:
    def writer() -> None:
        with shared():
            write("aurora", times=25)
        connections["default"].close()

    threads = [threading.Thread(target=writer) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Head.objects.get().sequence == Entry.objects.count() == 200
    assert services.verify(company("aurora")) is None


def test_whoever_has_the_database_itself_is_found_out(somebody: User, settings: Any, tmp_path: Path) -> None:
    settings.AUDIT_ANCHORS = str(tmp_path / "anchors" / "lines.jsonl")
    write("aurora", times=5, actor=somebody)
    write_anchors(present())
    aurora = company("aurora")
    assert services.verify(aurora, read_anchors("aurora")) is None
    with connection.cursor() as cursor:
        cursor.execute(TAMPER)
        cursor.execute("UPDATE audit_entry SET object_id = 'c9' WHERE sequence = 3")
    assert services.verify(aurora) == Break(3, "was changed, or put in later")
    with pytest.raises(CommandError, match=r"aurora: entry 3 was changed"):
        call_command("verify_audit", stdout=StringIO())
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM audit_entry; UPDATE audit_head SET sequence = 0, digest = ''")
    assert services.verify(aurora) is None
    assert services.verify(aurora, read_anchors("aurora")) == Break(1, "is missing")


def test_what_was_put_in_past_the_head_is_found(db: None) -> None:
    write("aurora", times=2)
    Entry.objects.create(
        tenant=company("aurora"), sequence=3, at=present(), action="x", object_kind="x", object_id="x", digest="x"
    )
    assert services.verify(company("aurora")) == Break(3, "was put in past the chain's head")


def test_the_command_counts_what_holds(db: None, settings: Any, tmp_path: Path) -> None:
    settings.AUDIT_ANCHORS = str(tmp_path / "none.jsonl")
    write("aurora", times=2)
    out = StringIO()
    call_command("verify_audit", "aurora", "borealis", stdout=out)
    assert out.getvalue() == "aurora: 2 entries, unbroken\nborealis: 0 entries, unbroken\n"
    with pytest.raises(CommandError, match="No company has the schema nowhere"):
        call_command("verify_audit", "nowhere")


@pytest.mark.slow
def test_one_flipped_bit_in_a_hundred_thousand_entries_is_found(db: None) -> None:
    aurora, now, before, rows = company("aurora"), present(), "", []
    for number in range(1, 100_001):
        entry = Entry(
            tenant=aurora, sequence=number, at=now, action="conversation.read", object_kind="c", object_id="c"
        )
        entry.digest = before = services.digest(services.link(entry, "aurora"), before)
        rows.append(entry)
    Entry.objects.bulk_create(rows, batch_size=5000)
    Head.objects.create(tenant=aurora, sequence=100_000, digest=before)
    assert services.verify(aurora) is None
    with connection.cursor() as cursor:
        cursor.execute(TAMPER)
        cursor.execute("UPDATE audit_entry SET object_kind = 'b' WHERE sequence = 70001")  # c and b differ in one bit
    assert services.verify(aurora) == Break(70_001, "was changed, or put in later")
