"""However many uploads of a visitor come at once, no more are kept than a day allows."""

import threading
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from contactcenter.records.conversations.models import Conversation
from contactcenter.records.files import services as files
from contactcenter.records.files.models import StoredFile
from tenants import door
from tests.records.conftest import NOW, company


def test_of_eight_at_once_three_are_kept(committed: str, tmp_path: Path, settings):
    settings.FILES_DIR = tmp_path
    with door.tenant("aurora"):
        talk = company("aurora").start()
    refused = []
    ready = threading.Barrier(8)

    def upload() -> None:
        quota = files.Quota(
            talks=Conversation.objects.filter(customer=talk.customer_id).values_list("pk", flat=True),
            since=NOW,
            files=3,
            size=10**6,
            size_of_all=10**6,
        )
        file = SimpleUploadedFile("note.txt", b"hello")
        ready.wait(timeout=30)
        try:
            with door.tenant("aurora"):
                files.store(file, conversation=talk.pk, user=None, now=NOW, quota=quota)
        except files.FileRefused as refusal:
            refused.append(refusal.reason)
        finally:
            connection.close()

    threads = [threading.Thread(target=upload) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)

    with door.tenant("aurora"):
        assert StoredFile.objects.count() == 3
    assert refused == ["quota"] * 5
    assert len(list(tmp_path.rglob("*/*/*"))) == 3


def test_what_agents_send_counts_for_nobody(aurora, ines, tmp_path: Path, settings):
    settings.FILES_DIR = tmp_path
    talk = aurora.held(ines)
    quota = files.Quota(
        talks=Conversation.objects.filter(pk=talk.pk).values_list("pk", flat=True),
        since=NOW,
        files=1,
        size=9,
        size_of_all=9,
    )
    for _ in range(3):
        files.store(SimpleUploadedFile("a.txt", b"hello"), conversation=talk.pk, user=ines.user_id, now=NOW)
    files.store(SimpleUploadedFile("a.txt", b"hello"), conversation=talk.pk, user=None, now=NOW, quota=quota)
    with pytest.raises(files.FileRefused, match="quota"):
        files.store(SimpleUploadedFile("a.txt", b"hello"), conversation=talk.pk, user=None, now=NOW, quota=quota)
