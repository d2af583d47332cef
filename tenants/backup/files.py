"""The stored files of companies: into an archive and out of it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from tenants.backup.archive import Reader, Writer, settle
from tenants.names import is_schema_name

PREFIX = "files/"  # then the schema's name, then the file's path below its folder


def folder_of(schema: str) -> Path:
    """Raises ValueError: an archive may come from anybody."""
    if not is_schema_name(schema):
        raise ValueError(f"{schema!r} is no name of a schema")
    return Path(settings.FILES_DIR) / schema


def stored(schema: str) -> list[Path]:
    folder = folder_of(schema)
    return sorted(path for path in folder.glob("??/*") if path.is_file())


def add_files(writer: Writer, schema: str) -> list[str]:
    """Gives the names of those that were removed while the backup ran."""
    gone = []
    for path in stored(schema):
        name = f"{path.parent.name}/{path.name}"
        try:
            content = path.read_bytes()  # at most 10 MB, and whole: it is written before its row can be read
        except FileNotFoundError:
            gone.append(name)
            continue
        writer.add(f"{PREFIX}{schema}/{name}", [content], packed=False)
    return gone


def names_in(reader: Reader, schema: str) -> list[str]:
    return reader.below(f"{PREFIX}{schema}/")


def unpack(reader: Reader, schema: str, into: str) -> int:
    """Those not there yet, into the folder of a company. A file never changes, so one of the same name is the same."""
    written = 0
    folders = set()
    for member in names_in(reader, schema):
        target = folder_of(into) / safe(member.removeprefix(f"{PREFIX}{schema}/"))
        if target.exists():
            continue
        for made in reversed([target.parent, *target.parents]):
            made.mkdir(exist_ok=True)
        write(target, reader.chunks(member))
        folders.add(target.parent)
        written += 1
    for folder in folders:
        settle(folder)
    return written


def safe(name: str) -> Path:
    """Two steps below the company's folder and no further, whoever made the archive."""
    path = Path(name)
    if path.is_absolute() or len(path.parts) != 2 or ".." in path.parts:
        raise ValueError(f"{name} is no name of a stored file")
    return path


def write(target: Path, chunks: Iterator[bytes]) -> None:
    unfinished = target.with_name(f".{target.name}.unfinished")
    unfinished.unlink(missing_ok=True)
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        for chunk in chunks:
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
    unfinished.rename(target)
