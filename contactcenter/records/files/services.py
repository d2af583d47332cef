"""Files on the disk and their rows. Call inside the company's schema: each company has its own folder."""

from __future__ import annotations

import logging
import os
import secrets
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import Http404, HttpResponse
from django.utils.http import content_disposition_header

from contactcenter.records.files.models import StoredFile
from contactcenter.records.files.quota import Quota, one_at_a_time
from contactcenter.records.files.sniff import FileRefused, safe_name, sniff
from tenants.door import SHARED_SCHEMA, current_schema

__all__ = ["SIZE_LIMIT", "FileRefused", "Quota", "download_response", "open_file", "store", "sweep"]

log = logging.getLogger(__name__)

SIZE_LIMIT = 10 * 1024 * 1024  # bytes
UNSENT_LIFE = timedelta(days=1)  # an upload that no message took


def store(
    upload: UploadedFile[bytes], *, conversation: UUID, user: int | None, now: datetime, quota: Quota | None = None
) -> StoredFile:
    """Keeps an upload for this conversation; `user` is the agent's user id, none for the customer, who has a `quota`.
    Raises FileRefused.
    """
    if (upload.size or 0) > SIZE_LIMIT:
        raise FileRefused("too_big")
    content = upload.read(SIZE_LIMIT + 1)
    if len(content) > SIZE_LIMIT:
        raise FileRefused("too_big")
    if not content:
        raise FileRefused("empty")
    kind = sniff(content)
    name = safe_name(upload.name or "", kind)
    file = StoredFile(
        path=write(content),
        name=name,
        type=kind,
        size=len(content),
        conversation=conversation,
        uploaded_by_id=user,
        created_at=now,
    )
    try:
        with transaction.atomic():
            if quota is not None:
                one_at_a_time()
                quota.refuse_beyond(file.size)
            file.save()
    except FileRefused:
        (folder() / file.path).unlink()
        raise
    return file


def open_file(file: StoredFile) -> BinaryIO:
    return (folder() / file.path).open("rb")


def download_response(file: StoredFile) -> HttpResponse:
    """Never shown inline, whatever the sender says it is; and if a browser did, it could run nothing."""
    try:
        with open_file(file) as handle:
            content = handle.read()
    except FileNotFoundError as error:
        log.error("file %s has a row and no bytes", file.pk)
        raise Http404 from error
    response = HttpResponse(content, content_type=file.type)
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=file.name) or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "private, no-store"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response


def sweep(*, now: datetime) -> int:
    """Removes uploads that no message took, and files on the disk without a row: of a transaction rolled back, or
    redacted.
    """
    StoredFile.objects.filter(attachment=None, created_at__lt=now - UNSENT_LIFE).delete()
    known = set(StoredFile.objects.values_list("path", flat=True))
    old_enough = (now - UNSENT_LIFE).timestamp()  # younger ones may belong to a transaction still open
    removed = 0
    for path in folder().glob("??/*"):
        if f"{path.parent.name}/{path.name}" not in known and path.stat().st_mtime < old_enough:
            path.unlink()
            removed += 1
    return removed


def folder() -> Path:
    schema = current_schema()
    if not schema or schema == SHARED_SCHEMA:
        raise RuntimeError("files belong to a company")
    return Path(settings.FILES_DIR) / schema


def write(content: bytes) -> str:
    """On the disk, flushed, before its row can be committed."""
    token = secrets.token_hex(16)
    path = folder() / token[:2] / token[2:]
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("xb") as handle:
        path.chmod(0o600)
        handle.write(content)
        handle.flush()
        os.fsync(handle.fileno())
    directory = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
    return f"{token[:2]}/{token[2:]}"
