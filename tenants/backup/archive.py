"""One zip file that is whole or not there, readable by its owner alone, with a checksum for every member."""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
import zlib
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, cast

from tenants.backup.errors import BackupRefused

FORMAT = 1
MANIFEST = "manifest.json"
CHUNK = 1024 * 1024

Manifest = dict[str, Any]
Members = dict[str, dict[str, Any]]  # name → {sha256, bytes, rows of a table}


class Writer:
    def __init__(self, file: zipfile.ZipFile) -> None:
        self.file = file
        self.members: Members = {}

    def add(
        self, name: str, chunks: Iterable[bytes | bytearray | memoryview], *, packed: bool = True
    ) -> dict[str, Any]:
        """A member of a size that nobody knows yet. `rows` counts lines, which is what they are in a table's member."""
        digest, size, lines = hashlib.sha256(), 0, 0
        info = zipfile.ZipInfo(name)
        info.compress_type = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
        info.external_attr = 0o600 << 16
        with self.file.open(info, "w", force_zip64=True) as member:
            for chunk in chunks:
                member.write(chunk)
                digest.update(chunk)
                size += len(chunk)
                lines += bytes(chunk).count(b"\n")
        self.members[name] = {"sha256": digest.hexdigest(), "bytes": size, "rows": lines}
        return self.members[name]


@contextmanager
def writing(path: Path) -> Generator[Writer]:
    """The archive gets its name when it is whole and on the disk. Raises BackupRefused."""
    if path.exists():
        raise BackupRefused(f"{path} is there already: choose another name, or move it away.")
    unfinished = path.with_name(f".{path.name}.unfinished")
    unfinished.unlink(missing_ok=True)
    try:
        with (
            os.fdopen(os.open(unfinished, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b") as raw,
            zipfile.ZipFile(raw, "w") as file,
        ):
            yield Writer(file)
            file.close()
            raw.flush()
            os.fsync(raw.fileno())
        unfinished.rename(path)
        settle(path.parent)
    except OSError as error:
        raise BackupRefused(f"{path} could not be written: {error.strerror}.") from error
    finally:
        unfinished.unlink(missing_ok=True)


def settle(folder: Path) -> None:
    """Names in it survive a power cut."""
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def add_manifest(writer: Writer, manifest: Manifest) -> None:
    """Last, since it knows all the others."""
    whole = {"format": FORMAT, **manifest, "members": dict(writer.members)}
    writer.add(MANIFEST, [json.dumps(whole, indent=1, sort_keys=True).encode()])


class Reader:
    def __init__(self, file: zipfile.ZipFile, manifest: Manifest) -> None:
        self.file = file
        self.manifest = manifest
        self.members = cast(Members, manifest["members"])

    def chunks(self, name: str) -> Iterator[bytes]:
        with self.file.open(name) as member:
            while chunk := member.read(CHUNK):
                yield chunk

    def text(self, name: str) -> str:
        return self.file.read(name).decode()

    def below(self, prefix: str) -> list[str]:
        return [name for name in self.members if name.startswith(prefix)]

    def damages(self, follow: Callable[[int, int, str], None]) -> list[str]:
        """What is not as it was written. Reads all of it."""
        found = []
        there = set(self.file.namelist()) - {MANIFEST}
        found += [f"{name} is missing" for name in sorted(self.members.keys() - there)]
        found += [f"{name} does not belong here" for name in sorted(there - self.members.keys())]
        names = [name for name in self.members if name in there]
        for done, name in enumerate(names):
            follow(done, len(names), name)
            if self._read(name) != self.members[name]:
                found.append(f"{name} is damaged")
        follow(len(names), len(names), "")
        return found

    def _read(self, name: str) -> dict[str, Any]:
        digest, size, lines = hashlib.sha256(), 0, 0
        try:
            for chunk in self.chunks(name):
                digest.update(chunk)
                size += len(chunk)
                lines += chunk.count(b"\n")
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError) as error:
            return {"unreadable": type(error).__name__}
        return {"sha256": digest.hexdigest(), "bytes": size, "rows": lines}


@contextmanager
def reading(path: Path) -> Generator[Reader]:
    """Raises BackupRefused for what is no whole archive of ours."""
    try:
        raw: IO[bytes] = path.open("rb")
    except OSError as error:
        raise BackupRefused(f"{path} cannot be read: {error.strerror}.") from None
    with raw:
        try:
            file = zipfile.ZipFile(raw)
            manifest = json.loads(file.read(MANIFEST))
        except (zipfile.BadZipFile, zlib.error, KeyError, ValueError, OSError, NotImplementedError):
            raise BackupRefused(f"{path} is no backup, or it is damaged: take another one.") from None
        if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
            raise BackupRefused(f"{path} was written by another version of this program: restore it with that one.")
        yield Reader(file, manifest)
