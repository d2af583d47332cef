"""One company out of a house and back: into its place, beside it, or into another house whose numbers are taken."""

from __future__ import annotations

import stat
import threading
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from contactcenter.lib.clock import now
from contactcenter.operation.accounts.models import Membership, User
from contactcenter.operation.agents.models import Agent, Skill
from contactcenter.operation.audit.services import verify
from contactcenter.operation.routing.models import WorkItem
from contactcenter.records.conversations.models import Conversation, Draft, Message, WrapUp
from tenants.backup import restoring
from tenants.backup.archive import reading
from tenants.backup.restoring import Differs, restore_company
from tenants.door import tenant as inside
from tenants.fingerprint import companies_that_differ
from tenants.migrating import run
from tenants.models import Domain, Tenant
from tests.people import held_chat, make_agent
from tests.tenants.backup.furnished import PNG, WORDS, company_sums, furnish, sums


@pytest.fixture
def archive(committed: str, tmp_path: Path) -> Path:
    furnish("aurora", "Inés")
    furnish("borealis", "Bruno")
    path = tmp_path / "aurora.zip"
    call_command("backup", company="aurora", to=path, verbosity=0)
    return path


def restore(path: Path, **options: Any) -> None:
    call_command("restore", path, **options)


def others(database: str) -> dict[str, str]:
    """All of the house but what belongs to aurora."""
    with psycopg.connect(database) as direct:
        found = direct.execute("SELECT schema_name FROM tenants_tenant WHERE schema_name <> 'aurora'").fetchall()
    return sums(database, *(name for (name,) in found if name != "public"), "cc_template")


def test_it_can_be_read_by_its_owner_alone_and_is_whole_or_not_there(archive: Path, tmp_path: Path) -> None:
    assert stat.S_IMODE(archive.stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["aurora.zip"]
    with pytest.raises(CommandError, match="is there already"):
        call_command("backup", company="aurora", to=archive)
    with pytest.raises(CommandError, match="could not be written"):
        call_command("backup", company="aurora", to=tmp_path / "no" / "folder.zip")
    with pytest.raises(CommandError, match="no company nobody"):
        call_command("backup", company="nobody")


def test_the_default_place_is_private(committed: str, settings: Any, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path
    call_command("backup", company="aurora")
    (found,) = (tmp_path / "backups").iterdir()
    assert stat.S_IMODE((tmp_path / "backups").stat().st_mode) == 0o700
    assert found.name.startswith("contactcenter-aurora-2") and found.name.endswith("Z.backup.zip")


def test_a_living_company_is_not_written_over(archive: Path, committed: str) -> None:
    before = company_sums(committed, "aurora")
    with pytest.raises(CommandError, match="aurora is a living company"):
        restore(archive)
    with pytest.raises(CommandError, match="of aurora, not of borealis"):
        restore(archive, replace="borealis")
    assert company_sums(committed, "aurora") == before


def test_in_its_place(archive: Path, committed: str) -> None:
    before, neighbours = company_sums(committed, "aurora"), others(committed)
    user = User.objects.create(email="left@aurora.example", name="Left")
    membership = Membership.objects.create(user=user, tenant=Tenant.objects.get(schema_name="aurora"), role="viewer")
    ines = Agent.objects.get(alias="Inés")
    held_chat("aurora", make_agent("Late", ["aurora"]), name="Came after the backup")
    with inside("aurora"):
        Message.objects.update(text="spoiled")
        Draft.objects.all().delete()
    Tenant.objects.filter(schema_name="aurora").update(is_active=False, colour="#000000")
    with inside("aurora"):
        lost = Path(settings.FILES_DIR, "aurora")
        for path in lost.glob("??/*"):
            path.unlink()
    now_there = company_sums(committed, "aurora")

    restore(archive, replace="aurora")

    after = company_sums(committed, "aurora")
    kept = {"agents_agent_tenants", "audit_entry", "tenants_domain", "tenants_tenant"}
    assert {name for name in before if after[name] != before[name]} <= kept
    assert {name: after[name] for name in kept - {"tenants_tenant"}} == {
        name: now_there[name] for name in kept - {"tenants_tenant"}
    }
    assert others(committed) == neighbours
    company = Tenant.objects.get(schema_name="aurora")
    assert (company.colour, company.is_active, company.fenced_at) == ("#6a3fd0", False, None)
    assert Membership.objects.filter(pk=membership.pk).exists(), "who may get in is not an old backup's to say"
    assert verify(company) is None
    assert [path.read_bytes() for path in lost.glob("??/*")] == [PNG]
    with inside("aurora"):
        assert Draft.objects.get().user == ines.user
        assert Message.objects.get(sequence=1).text == WORDS
    assert companies_that_differ() == {}
    with psycopg.connect(committed) as direct:
        assert direct.execute("SELECT 1 FROM pg_namespace WHERE nspname LIKE 'cc_aside%'").fetchone() is None


def test_beside(archive: Path, committed: str) -> None:
    before, neighbours = company_sums(committed, "aurora"), others(committed)
    restore(archive, beside="aurora_copy")
    assert company_sums(committed, "aurora") == before
    assert {name: digest for name, digest in others(committed).items() if "aurora_copy" not in name} == neighbours
    copy = Tenant.objects.get(schema_name="aurora_copy")
    assert (copy.name, copy.is_active, copy.domains.count()) == ("Aurora Travel (aurora_copy)", False, 0)
    assert not copy.agents.exists()
    with inside("aurora_copy"):
        talk = Conversation.objects.get()
        wrapped = WrapUp.objects.get()
    mine = WorkItem.objects.get(tenant=copy)
    assert (mine.conversation, wrapped.item) == (talk.pk, mine.pk)
    assert WorkItem.objects.get(tenant__schema_name="aurora", conversation=talk.pk).pk != mine.pk
    assert companies_that_differ() == {}
    with pytest.raises(CommandError, match="aurora_copy is a living company"):
        restore(archive, beside="aurora_copy")
    with pytest.raises(CommandError, match="reserved"):
        restore(archive, beside="cc_copy")


def test_into_a_house_whose_numbers_are_taken(archive: Path, committed: str) -> None:
    """All that refers by number leads to the same things: people by mail, skills and pools by name."""
    with psycopg.connect(committed, autocommit=True) as direct:  # its numbers stay taken, by one of another name
        direct.execute("ALTER SCHEMA aurora RENAME TO was_aurora")
        direct.execute(
            "UPDATE tenants_tenant SET schema_name = 'was_aurora', name = 'Was' WHERE schema_name = 'aurora'"
        )
        direct.execute("UPDATE tenants_domain SET domain = 'was.localhost' WHERE domain = 'aurora.localhost'")
        direct.execute("UPDATE accounts_user SET email = 'somebody@else.example' WHERE email LIKE 'in%'")
        direct.execute("UPDATE agents_skill SET key = 'another' WHERE key = 'refunds'")
    neighbours = sums(committed, "was_aurora", "borealis", "cumbre")

    restore(archive)

    assert sums(committed, "was_aurora", "borealis", "cumbre") == neighbours
    company = Tenant.objects.get(schema_name="aurora")
    assert [domain.domain for domain in Domain.objects.filter(tenant=company)] == ["aurora.localhost"]
    mine, old = WorkItem.objects.get(tenant=company), WorkItem.objects.get(tenant__schema_name="was_aurora")
    skill = Skill.objects.get(key="refunds")
    assert mine.required_skills == {str(skill.pk): 2} != old.required_skills
    made = Agent.objects.get(user__email=mine.agent.user.email)  # type: ignore[union-attr]
    assert (made.alias, made.is_active, made.user.is_active, made.user.has_usable_password()) == (
        "Inés", False, False, False,
    )  # fmt: skip
    assert made.capacity.chat_used == 0
    assert mine.agent_id not in (None, old.agent_id)
    with inside("aurora"):
        assert WrapUp.objects.get().item == mine.pk
        assert set(Message.objects.exclude(user=None).values_list("user", flat=True)) == {made.user_id}
    assert WorkItem.objects.latest("pk").pk >= mine.pk
    held_chat("borealis", make_agent("Next", ["borealis"]))  # the sequences have gone on
    assert companies_that_differ() == {}


def test_what_another_company_has_is_not_taken(archive: Path, committed: str) -> None:
    with psycopg.connect(committed, autocommit=True) as direct:
        direct.execute("ALTER SCHEMA aurora RENAME TO was_aurora")
        direct.execute("UPDATE tenants_tenant SET schema_name = 'was_aurora' WHERE schema_name = 'aurora'")
    with pytest.raises(CommandError, match=r"Another company has aurora\.localhost, Aurora Travel"):
        restore(archive)
    assert not Tenant.objects.filter(schema_name="aurora").exists()


@pytest.mark.parametrize("step", ["put_back_shared", "put_back_records", "compare_rows", "tie", "compare_things"])
def test_a_failure_at_any_step_changes_nothing(
    step: str, archive: Path, committed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = sums(committed, "public", "aurora", "borealis")
    whole: Callable[..., None] = getattr(restoring.Restoring, step)

    def half(self: restoring.Restoring, *args: Any) -> None:
        whole(self, *args)
        raise MemoryError

    monkeypatch.setattr(restoring.Restoring, step, half)
    with pytest.raises(MemoryError):
        restore(archive, replace="aurora")
    assert sums(committed, "public", "aurora", "borealis") == before


def test_a_row_that_got_lost_on_the_way_is_noticed(
    archive: Path, committed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = restoring.fill

    def leaky(direct: Any, into: Any, columns: Any, chunks: Any) -> None:
        whole(direct, into, columns, (chunk.replace(b"Gladly", b"Sadly") for chunk in chunks))

    monkeypatch.setattr(restoring, "fill", leaky)
    with reading(archive) as reader, pytest.raises(Differs, match="conversations_message"):
        restore_company(reader, beside="aurora_copy", replace=False, now=now(), follow=lambda *_: None)
    assert not Tenant.objects.filter(schema_name="aurora_copy").exists()


def test_a_damaged_archive_is_refused_and_named(
    archive: Path, committed: str, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("verify_backup", archive)
    assert "Whole: aurora" in capsys.readouterr().out
    content = archive.read_bytes()
    with zipfile.ZipFile(archive) as file:
        at = file.getinfo("records/conversations_message.copy").header_offset
    place = at + 30 + len("records/conversations_message.copy") + 30
    archive.write_bytes(content[:place] + bytes([content[place] ^ 0xFF]) + content[place + 1 :])
    with pytest.raises(CommandError, match=r"conversations_message\.copy is damaged"):
        call_command("verify_backup", archive)
    with pytest.raises(CommandError, match=r"conversations_message\.copy is damaged"):
        restore(archive, beside="aurora_copy")
    archive.write_bytes(content[: len(content) // 2])
    with pytest.raises(CommandError, match="is no backup, or it is damaged"):
        call_command("verify_backup", archive)


def test_one_moment_while_chats_go_on(committed: str, tmp_path: Path) -> None:
    """In the archive, as at each moment, every talk has as many messages as its counter says."""
    _agent, talk = furnish("aurora", "Inés")
    over, written = threading.Event(), 0

    def chat() -> None:
        nonlocal written
        with psycopg.connect(committed, options="-c search_path=aurora,public") as direct:
            while not over.is_set():
                direct.execute(
                    "WITH c AS (UPDATE conversations_conversation SET last_sequence = last_sequence + 1 "
                    "WHERE id = %s RETURNING last_sequence) INSERT INTO conversations_message (id, conversation_id, "
                    "sequence, revision, direction, author, author_name, text, event, delivery, created_at, "
                    "taken_back) SELECT gen_random_uuid(), %s, last_sequence, last_sequence, 'in', 'customer', '', "
                    "'x', '', 'sent', now(), false FROM c",
                    [talk, talk],
                )
                direct.commit()
                written += 1

    writer = threading.Thread(target=chat)
    writer.start()
    try:
        for number in range(3):
            before = written
            path = tmp_path / f"{number}.zip"
            call_command("backup", company="aurora", to=path, verbosity=0)
            assert written > before
            with reading(path) as reader:
                columns = reader.manifest["tables"]["conversations_conversation"]["columns"]
                row = reader.text("records/conversations_conversation.copy").split("\t")
                counted = int(row[columns.index("last_sequence")])
                assert counted == reader.members["records/conversations_message.copy"]["rows"] > before
    finally:
        over.set()
        writer.join()


def test_no_backup_in_the_middle_of_a_migration(committed: str, tmp_path: Path) -> None:
    with psycopg.connect(committed) as other:
        other.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", [run.LOCK])
        with pytest.raises(CommandError, match="being migrated"):
            call_command("backup", company="aurora", to=tmp_path / "x.zip")
    assert not [path for path in tmp_path.iterdir() if path.is_file()]
