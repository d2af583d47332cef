"""pg_dump and pg_restore of the server's own version: an older one refuses, a newer one writes what the server does not
read back.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from django.db import connection
from psycopg.conninfo import make_conninfo

from contactcenter.run.postgres import binaries
from contactcenter.run.refusal import Refusal
from tenants.backup.archive import CHUNK
from tenants.backup.errors import BackupRefused
from tenants.migrating.template import direct

PLACES = ("/usr/lib/postgresql/{}/bin", "/usr/pgsql-{}/bin", "/opt/homebrew/opt/postgresql@{}/bin")
LAST_WORDS = 2000  # characters of a program's complaints


def program(name: str) -> str:
    """Raises BackupRefused."""
    major = direct().info.server_version // 10000
    for candidate in candidates(name, major):
        if major_of(candidate) == major:
            return str(candidate)
    raise BackupRefused(
        f"There is no {name} of PostgreSQL {major}, which the server is: install it (on Debian: apt-get install "
        f"postgresql-client-{major}) or put it on PATH."
    )


def candidates(name: str, major: int) -> Iterator[Path]:
    with suppress(Refusal):  # no embedded PostgreSQL on this machine
        yield binaries() / name
    if found := shutil.which(name):
        yield Path(found)
    yield from (Path(place.format(major)) / name for place in PLACES)


def major_of(candidate: Path) -> int:
    """0 for what does not run."""
    try:
        told = subprocess.run([candidate, "--version"], check=False, capture_output=True, text=True)
    except OSError:
        return 0
    number = re.search(r" (\d+)[.\w]* *(\(|$)", told.stdout.strip())
    return int(number[1]) if number else 0


def server() -> tuple[str, dict[str, str]]:
    """What names the database to PostgreSQL's programs, and the environment with its password."""
    given = {name: value for name, value in connection.get_connection_params().items() if isinstance(value, str | int)}
    password = str(given.pop("password", ""))
    known = {name: str(value) for name, value in given.items() if name not in ("prepare_threshold", "client_encoding")}
    return make_conninfo(**known), {**os.environ, **({"PGPASSWORD": password} if password else {})}


def output_of(name: str, *options: str) -> Iterator[bytes]:
    """Raises BackupRefused when the program fails."""
    database, environ = server()
    with subprocess.Popen(
        [program(name), f"--dbname={database}", *options], env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None and process.stderr is not None
        os.set_blocking(process.stderr.fileno(), False)
        while chunk := process.stdout.read(CHUNK):
            yield chunk
        process.wait()
        complain(name, process.returncode, process.stderr.read() or b"")


def feed(name: str, chunks: Iterable[bytes], *options: str) -> None:
    """Raises BackupRefused when the program fails."""
    database, environ = server()
    with subprocess.Popen(
        [program(name), f"--dbname={database}", *options], env=environ, stdin=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdin is not None and process.stderr is not None
        os.set_blocking(process.stderr.fileno(), False)
        with suppress(BrokenPipeError):  # it has failed, and says why
            for chunk in chunks:
                process.stdin.write(chunk)
            process.stdin.close()
        process.wait()
        complain(name, process.returncode, process.stderr.read() or b"")


def complain(name: str, code: int, words: bytes) -> None:
    if code != 0:
        raise BackupRefused(f"{name} failed: {words.decode(errors='replace').strip()[-LAST_WORDS:]}")
