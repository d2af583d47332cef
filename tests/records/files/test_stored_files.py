"""Files are kept under random names in their company's folder, and reach only who may read their conversation."""

import os
import re
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.http import Http404

from contactcenter.operation.accounts.models import User
from contactcenter.operation.agents.models import Agent
from contactcenter.records.conversations import services as conversations
from contactcenter.records.conversations.models import Conversation
from contactcenter.records.files import services as files
from contactcenter.records.files.models import StoredFile
from tenants import door
from tests.records.conftest import NOW, Company, fresh_id

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 100


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings) -> Path:
    settings.FILES_DIR = tmp_path
    return tmp_path


def upload(name: str = "photo.png", content: bytes = PNG, type: str = "text/html") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type=type)


def keep(conversation: Conversation, user: int | None = None, **given) -> StoredFile:
    return files.store(upload(**given), conversation=conversation.pk, user=user, now=NOW)


def test_stored_under_a_random_name_with_the_sniffed_type(aurora: Company, folder: Path):
    file = keep(aurora.start(), name="../../My \u202ephoto.png")
    assert re.fullmatch(r"[0-9a-f]{2}/[0-9a-f]{30}", file.path)
    assert (file.name, file.type, file.size) == ("My photo.png", "image/png", len(PNG))
    assert (folder / "aurora" / file.path).read_bytes() == PNG
    assert (folder / "aurora" / file.path).stat().st_mode & 0o777 == 0o600
    with files.open_file(file) as handle:
        assert handle.read() == PNG


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"content": b""}, "empty"),
        ({"content": b"x" * (files.SIZE_LIMIT + 1), "name": "a.txt"}, "too_big"),
        ({"content": b"MZ" + b"\0" * 100}, "type"),
        ({"content": b"<svg onload=alert(1)>", "name": "a.png"}, "type"),
        ({"name": "photo.exe"}, "name"),
    ],
)
def test_refused_files_leave_nothing(aurora: Company, folder: Path, given: dict, reason: str):
    with pytest.raises(files.FileRefused) as refused:
        keep(aurora.start(), **given)
    assert refused.value.reason == reason
    assert not StoredFile.objects.exists()
    assert [path for path in folder.rglob("*") if path.is_file()] == []


def test_a_file_of_just_the_limit_is_kept(aurora: Company):
    assert keep(aurora.start(), content=b"x" * files.SIZE_LIMIT, name="a.txt").size == files.SIZE_LIMIT


def test_files_belong_to_a_company(aurora: Company):
    conversation = aurora.start()
    with door.shared(), pytest.raises(RuntimeError):
        keep(conversation)


def test_served_to_download_and_never_to_run(aurora: Company):
    response = files.download_response(keep(aurora.start(), name='ev"il é;.png'))
    assert response["Content-Type"] == "image/png"
    assert response["Content-Disposition"].startswith("attachment; filename*=utf-8''ev_il%20%C3%A9_.png")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response["Cache-Control"] == "private, no-store"
    assert response.content == PNG


def test_row_without_bytes_is_missing(aurora: Company, folder: Path):
    file = keep(aurora.start())
    (folder / "aurora" / file.path).unlink()
    with pytest.raises(Http404):
        files.download_response(file)


# Sending ---


def test_sent_with_a_message_and_without_text(aurora: Company):
    conversation = aurora.start()
    file = keep(conversation)
    message = aurora.receive(conversation, "", files=[file.pk, file.pk])
    assert [attachment.file for attachment in message.attachments.all()] == [file]


def test_uploaded_with_the_first_message(aurora: Company):
    conversation = aurora.start(text="", uploads=[upload()])
    assert conversation.messages.get(author="customer").attachments.get().file.name == "photo.png"


def test_file_of_another_conversation_side_or_message_is_gone(aurora: Company, ines: Agent):
    conversation, other = aurora.held(ines), aurora.start()
    sent = keep(conversation)
    aurora.receive(conversation, files=[sent.pk])
    for file_id in (keep(other).pk, keep(conversation, user=ines.user_id).pk, sent.pk, fresh_id()):
        with pytest.raises(conversations.FileGone):
            aurora.receive(conversation, files=[file_id])
    with pytest.raises(conversations.FileGone):
        aurora.reply(conversation, ines, files=[keep(conversation).pk])
    assert conversation.messages.count() == 4


def test_at_most_ten_files_a_message(aurora: Company):
    conversation = aurora.start()
    with pytest.raises(conversations.TooManyFiles):
        aurora.receive(conversation, files=[keep(conversation).pk for _ in range(11)])


def test_file_named_after_another_company_is_stopped(aurora: Company, ines: Agent):
    conversation = aurora.held(ines)
    file = keep(conversation, user=ines.user_id, name="Borealis-Bank_fees.png")
    with pytest.raises(conversations.WrongBrand) as stopped:
        aurora.reply(conversation, ines, "Here you are", files=[file.pk])
    assert stopped.value.found == ["Borealis-Bank"]


# Reading ---


def readable_by(aurora: Company, user: User, conversation: Conversation, file: StoredFile) -> bool:
    try:
        conversations.file_for_staff(tenant=aurora.tenant, user=user, conversation_id=conversation.pk, file_id=file.pk)
    except conversations.NotFound:
        return False
    return True


def visible_to(customer, file: StoredFile) -> bool:
    try:
        conversations.file_for_customer(customer=customer, file_id=file.pk)
    except conversations.NotFound:
        return False
    return True


def test_sent_files_are_for_both_sides_and_nobody_else(aurora: Company, ines: Agent, nils: Agent):
    conversation, other = aurora.held(ines), aurora.held(nils)
    file = keep(conversation)
    aurora.receive(conversation, files=[file.pk])
    assert readable_by(aurora, ines.user, conversation, file)
    assert not readable_by(aurora, nils.user, conversation, file)
    assert not readable_by(aurora, nils.user, other, file)  # by way of a conversation he may read
    assert visible_to(conversation.customer, file)
    assert not visible_to(other.customer, file)


def test_unsent_files_are_for_their_sender_only(aurora: Company, ines: Agent):
    conversation = aurora.held(ines)
    theirs, mine = keep(conversation), keep(conversation, user=ines.user_id)
    assert not readable_by(aurora, ines.user, conversation, theirs)
    assert readable_by(aurora, ines.user, conversation, mine)
    assert visible_to(conversation.customer, theirs)
    assert not visible_to(conversation.customer, mine)


def test_redacted_file_is_gone_for_all(aurora: Company, ines: Agent):
    conversation = aurora.held(ines)
    file = keep(conversation, user=ines.user_id)
    message = aurora.reply(conversation, ines, files=[file.pk])
    conversations.redact(
        tenant=aurora.tenant, conversation_id=conversation.pk, message_id=message.pk, user=ines.user, now=NOW
    )
    assert not readable_by(aurora, ines.user, conversation, file)
    assert not visible_to(conversation.customer, file)


# Sweeping ---


def age(folder: Path, by: timedelta) -> None:
    for path in folder.rglob("*"):
        if path.is_file():
            os.utime(path, (NOW.timestamp() - by.total_seconds(),) * 2)


def test_sweep_removes_what_no_message_and_no_row_holds(aurora: Company, folder: Path, now: datetime):
    conversation = aurora.start()
    sent, unsent = keep(conversation), keep(conversation)
    aurora.receive(conversation, files=[sent.pk])
    with pytest.raises(OSError), transaction.atomic():
        keep(conversation)
        raise OSError("rolled back")
    age(folder, timedelta(hours=2))
    assert files.sweep(now=now) == 0  # a transaction may be open still
    age(folder, timedelta(days=2))
    StoredFile.objects.filter(pk=unsent.pk).update(created_at=now - timedelta(days=2))
    assert files.sweep(now=now) == 2
    assert list(StoredFile.objects.all()) == [sent]
    assert [path.name for path in folder.rglob("*") if path.is_file()] == [sent.path.partition("/")[2]]


def test_sweep_of_a_company_without_files(aurora: Company, now: datetime):
    assert files.sweep(now=now) == 0
    assert settings.FILES_DIR
