"""What a visitor's token opens: their own files and transcript, and nobody else's."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from contactcenter.lib import clock
from contactcenter.records.conversations import services as conversations
from contactcenter.records.conversations.models import Conversation, Message
from contactcenter.records.customers.models import Customer, VisitorToken
from contactcenter.records.files.models import StoredFile
from tenants import door
from tenants.models import Tenant
from tests.webchat import give_widget, start, visitor_client

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"


def upload(token: str, content: bytes = PNG, name: str = "Mein Bild.png", schema: str = "aurora", **more: str) -> Any:
    file = SimpleUploadedFile(name, content, content_type="text/html")
    return visitor_client(schema, token, **more).post("/widget/files/", {"file": file})


def test_a_picture_goes_up_and_comes_down_as_a_download(aurora: Tenant) -> None:
    token = start()["token"]

    file = upload(token).json()["file"]
    answer = visitor_client(token=token).get(f"/widget/files/{file['id']}/")

    assert file == {"id": file["id"], "name": "Mein Bild.png", "type": "image/png", "size": len(PNG)}
    assert answer.content == PNG
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in answer["Cache-Control"]
    assert "sandbox" in answer["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("content", "name"),
    [(b"MZ\x90\x00" * 20, "photo.png"), (b"", "empty.png"), (b"<html><script>", "page.txt"), (b"hello", "run.exe")],
)
def test_what_may_not_be_sent_is_told(aurora: Tenant, content: bytes, name: str) -> None:
    answer = upload(start()["token"], content, name)

    assert answer.status_code == 400
    assert len(answer.json()["errors"]["file"]) == 1


def sizes() -> list[int]:
    with door.tenant("aurora"):
        return sorted(StoredFile.objects.values_list("size", flat=True))


def sent(answer: Any) -> bool | str:
    return True if answer.status_code == 201 else str(answer.json()["errors"]["file"][0])


QUOTA = "That is more than one visitor can send in a day: 2 files, 1 MB in all. Send it tomorrow."


@pytest.fixture
def folder(tmp_path: Path, settings: Any) -> Path:
    settings.FILES_DIR = tmp_path
    return tmp_path


@pytest.fixture
def small_days(settings: Any) -> None:
    """Two files and one megabyte for a visitor, two megabytes for all of a company's."""
    settings.VISITOR_FILES_A_DAY, settings.VISITOR_MEGABYTES_A_DAY, settings.VISITORS_MEGABYTES_A_DAY = 2, 1, 2


def picture(size: int) -> bytes:
    return PNG + b"\0" * (size - len(PNG))


def test_a_visitor_sends_so_many_files_a_day(aurora: Tenant, borealis: Tenant, small_days: None) -> None:
    token, other, foreign = start()["token"], start()["token"], start("borealis")["token"]

    assert [sent(upload(token)) for _ in range(4)] == [True, True, QUOTA, QUOTA]
    assert sent(upload(token, b"MZ\x90\x00" * 20)) == "Files of this kind cannot be sent.", "no kind is told apart"
    assert sent(upload(other)) is True
    assert sent(upload(foreign, schema="borealis")) is True
    assert sizes() == [len(PNG)] * 3


def test_a_visitor_sends_so_much_a_day_and_what_fits_still_goes(aurora: Tenant, small_days: None, folder: Path) -> None:
    token = start()["token"]

    assert sent(upload(token, picture(1024 * 1024 - 100))) is True
    assert sent(upload(token, picture(101))) == QUOTA
    assert sent(upload(token, picture(100))) is True
    assert len(list(folder.rglob("*/*/*"))) == 2, "what was refused leaves nothing on the disk"


def test_a_new_talk_of_the_same_visitor_is_no_new_day(aurora: Tenant, small_days: None) -> None:
    token = start()["token"]
    upload(token), upload(token)
    with door.tenant("aurora"):
        Conversation.objects.update(state="closed", closed_at=timezone.now() - timedelta(hours=25))
    start(token=token, text="Another matter")

    assert sent(upload(token)) == QUOTA


def test_the_day_is_the_company_s(aurora: Tenant, small_days: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Half past eleven at night in London in July is half past ten in UTC."""
    Tenant.objects.filter(pk=aurora.pk).update(timezone="Europe/London")
    token = start()["token"]
    with door.tenant("aurora"):
        VisitorToken.objects.update(expires_at="2027-12-01T00:00:00Z")
    days = {"2027-07-10T22:30:00+00:00": [True, True, QUOTA], "2027-07-10T23:05:00+00:00": [True, True, QUOTA]}
    for moment, answers in days.items():
        monkeypatch.setattr(clock, "now", lambda moment=moment: datetime.fromisoformat(moment))
        assert [sent(upload(token)) for _ in answers] == answers, moment


def test_all_visitors_of_a_company_send_so_much_a_day(aurora: Tenant, small_days: None) -> None:
    for token in (start()["token"], start()["token"]):
        assert sent(upload(token, picture(1024 * 1024))) is True
    third = start()["token"]

    assert sent(upload(third, picture(100))) == "No more files can be taken today. Please send it tomorrow."
    with door.tenant("aurora"):
        StoredFile.objects.update(created_at=timezone.now() - timedelta(days=1, minutes=1))
    assert sent(upload(third, picture(100))) is True


def test_a_request_without_a_file_is_told(aurora: Tenant) -> None:
    answer = visitor_client(token=start()["token"]).post("/widget/files/", {"file": "text"})

    assert answer.json() == {"errors": {"file": ["Please choose a file."]}}


def test_nothing_can_be_added_to_a_talk_that_is_over(aurora: Tenant) -> None:
    token = start()["token"]
    with door.tenant("aurora"):
        Conversation.objects.update(state="closed", closed_at=timezone.now() - timedelta(hours=25))

    assert upload(token).status_code == 400


@pytest.mark.parametrize(
    "address", ["/widget/token/", "/widget/transcript/", "/widget/files/9b2f6a52-1c1e-4f0e-9f59-0d6f0f6f2c11/"]
)
def test_without_a_good_token_all_is_the_same_401(aurora: Tenant, borealis: Tenant, address: str) -> None:
    token, foreign = start()["token"], start("borealis")["token"]
    with door.tenant("aurora"):
        VisitorToken.objects.update(revoked_at=timezone.now())

    for each in ("", "x", "x" * 5000, token, foreign):
        assert visitor_client(token=each).get(address).status_code == 401
    assert visitor_client(Authorization=f"Basic {token}").get(address).status_code == 401
    assert visitor_client(Authorization="Bearer \xff").get(address).status_code == 401


def test_a_token_that_has_run_out_opens_nothing(aurora: Tenant) -> None:
    token = start()["token"]
    assert visitor_client(token=token).get("/widget/token/").status_code == 204
    with door.tenant("aurora"):
        VisitorToken.objects.update(expires_at=timezone.now())

    assert visitor_client(token=token).get("/widget/token/").status_code == 401
    assert upload(token).status_code == 401


def test_the_upload_needs_no_csrf_token_but_the_visitor_s(aurora: Tenant) -> None:
    client = visitor_client(token=start()["token"])
    client.handler.enforce_csrf_checks = True

    assert client.post("/widget/files/", {"file": SimpleUploadedFile("a.png", PNG)}).status_code == 201
    with door.tenant("aurora"):
        assert StoredFile.objects.get().uploaded_by is None


def test_the_transcript_holds_what_the_visitor_saw(aurora: Tenant) -> None:
    talk = start(text="Where is <b>AU-7F3K2</b>?\nIt is urgent", timezone="Europe/Madrid", name="Helen")
    file = upload(talk["token"]).json()["file"]["id"]
    with door.tenant("aurora"):
        say(aurora, "Here is a picture", files=[UUID(file)])
        say(aurora, "a secret")
        Message.objects.filter(text="a secret").update(text="", redacted_at=timezone.now())
        Message.objects.filter(author="customer").update(created_at="2026-11-24T10:30:00Z")
        Conversation.objects.update(created_at="2026-11-24T10:30:00Z")

    answer = visitor_client(token=talk["token"]).get("/widget/transcript/?language=en")

    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert answer["Content-Disposition"] == 'attachment; filename="Aurora Travel 2026-11-24.txt"'
    lines = answer.content.decode().splitlines()
    assert lines[0] == "Aurora Travel, conversation of Nov. 24, 2026"
    assert "Times are those of Europe/Madrid." in lines
    assert "[2026-11-24 11:30] Helen: Where is <b>AU-7F3K2</b>?" in lines
    assert "    It is urgent" in lines
    assert "[2026-11-24 11:30] Helen: Here is a picture (file: Mein Bild.png)" in lines
    assert "[2026-11-24 11:30] Helen: (message removed)" in lines
    assert any(line.endswith("] The chat has started") for line in lines)
    assert "a secret" not in answer.content.decode()


def test_a_company_may_keep_the_transcript_to_itself(aurora: Tenant) -> None:
    give_widget("aurora", transcript=False)

    assert visitor_client(token=start()["token"]).get("/widget/transcript/").status_code == 404
    assert b'id="transcript"' not in visitor_client().get("/widget/").content


def say(tenant: Tenant, text: str, files: list[Any] | None = None) -> None:
    conversations.receive(
        tenant=tenant,
        customer=Customer.objects.get(),
        conversation_id=Conversation.objects.get().pk,
        message_id=uuid4(),
        text=text,
        files=files or [],
        now=timezone.now(),
    )
