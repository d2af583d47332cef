"""Embedded PostgreSQL and Redis under real kills, stale files and closed folders."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis
from kombu import Connection

from contactcenter.run import postgres
from contactcenter.run.living import alive, postgres_processes
from contactcenter.run.place import Place, make_folders
from tests.run.started import Started, command, services, until

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("services")]
ROOT_ONLY = pytest.mark.skipif(
    os.geteuid() != 0, reason="needs root: PostgreSQL refuses that user, and so has to change it"
)


@pytest.fixture
def data() -> Iterator[Path]:
    """Not below pytest's own folder, which only its owner may enter: as root, PostgreSQL would take another way in."""
    folder = Path(tempfile.mkdtemp(prefix="cc-services-"))
    folder.chmod(0o755)
    yield folder / "data"
    shutil.rmtree(folder)


def connect(started: Started) -> psycopg.Connection:
    return psycopg.connect(started.environ()["DATABASE_URL"], autocommit=True)


def remember(started: Started, number: int) -> None:
    with connect(started) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (number int)")
        connection.execute("INSERT INTO kept VALUES (%s)", [number])


def remembered(started: Started) -> list[int]:
    with connect(started) as connection:
        return [row[0] for row in connection.execute("SELECT number FROM kept ORDER BY number")]


def answers(started: Started) -> bool:
    try:
        with connect(started):
            return True
    except psycopg.OperationalError:
        return False


def redis_answers(started: Started) -> bool:
    try:
        return bool(redis.Redis.from_url(started.environ()["REDIS_URL"]).ping())
    except redis.ConnectionError:
        return False


def test_the_role_owns_its_database_and_is_no_superuser(data: Path) -> None:
    with services(data) as started, connect(started) as connection:
        row = connection.execute("SELECT rolname, rolsuper, rolcreatedb FROM pg_roles WHERE rolname = current_user")
        assert row.fetchone() == ("contactcenter", False, True)
        assert connection.execute("SHOW fsync").fetchone() == ("on",)
        assert connection.execute("SHOW server_encoding").fetchone() == ("UTF8",)
        connection.execute("CREATE SCHEMA of_a_company")


def test_kills_of_either_lose_no_row_and_both_come_back(data: Path) -> None:
    with services(data) as started:
        for number, victim in enumerate(("postgres", "redis", "postgres")):
            other = started.pid({"postgres": "redis", "redis": "postgres"}[victim])
            remember(started, number)
            started.kill(victim)
            assert other == started.pid({"postgres": "redis", "redis": "postgres"}[victim])
            until(lambda: answers(started))
            until(lambda: redis_answers(started))
        assert remembered(started) == [0, 1, 2]


def test_a_failed_statement_does_not_carry_its_words_into_the_log(data: Path) -> None:
    with services(data) as started, connect(started) as connection:
        connection.execute("CREATE TABLE people (mail text PRIMARY KEY)")
        connection.execute("INSERT INTO people VALUES ('marker@example.com')")
        with pytest.raises(psycopg.errors.UniqueViolation):
            connection.execute("INSERT INTO people VALUES ('marker@example.com')")
        until(lambda: "duplicate key" in started.log())
        assert "marker@example.com" not in started.log()


def test_nothing_is_left_when_the_supervisor_is_killed_and_the_next_start_has_all_rows(data: Path) -> None:
    with services(data) as started:
        remember(started, 1)
        pids = [started.pid("postgres"), started.pid("redis")]
        started.process.kill()
        started.process.wait()
        until(lambda: not any(map(alive, pids)), 10)
    with services(data) as started:
        assert remembered(started) == [1]


def test_a_server_that_outlived_its_supervisor_is_taken_over(data: Path) -> None:
    with services(data) as started:
        remember(started, 1)
        old = started.pid("postgres")
        os.kill(old, signal.SIGSTOP)  # so that it cannot hear what the kernel tells it
        started.process.kill()
        started.process.wait()
        assert alive(old)
    os.kill(old, signal.SIGCONT)
    with services(data) as started:
        assert remembered(started) == [1]
        assert not alive(old)


def test_everything_killed_at_once_comes_up_with_all_rows(data: Path) -> None:
    with services(data) as started:
        remember(started, 1)
        victims = [started.process.pid, started.pid("redis"), *postgres_processes(data / "postgres")]
        for pid in victims:
            with contextlib.suppress(ProcessLookupError):  # the kernel was quicker
                os.kill(pid, signal.SIGKILL)
        started.process.wait()
    with services(data) as started:
        assert remembered(started) == [1]


def test_a_stale_number_that_belongs_to_another_process_does_not_hinder(data: Path) -> None:
    with services(data) as started:
        remember(started, 1)
        record = (data / "postgres" / "postmaster.pid").read_text().splitlines()
    # A process of the very user that PostgreSQL runs as: it may signal it, and would believe it to be a server.
    owner = (data / "postgres").stat()
    identity = {} if os.geteuid() else {"user": owner.st_uid, "group": owner.st_gid}
    with subprocess.Popen(["sleep", "600"], cwd="/", **identity) as stranger:  # type: ignore[call-overload]
        pid_file = data / "postgres" / "postmaster.pid"
        pid_file.write_text("\n".join([str(stranger.pid), *record[1:]]) + "\n")
        os.chown(pid_file, owner.st_uid, owner.st_gid)
        with services(data) as started:
            assert remembered(started) == [1]
        assert stranger.poll() is None
        stranger.kill()


def test_a_half_made_cluster_is_made_anew(data: Path) -> None:
    data.mkdir()
    (data / "postgres.unfinished").mkdir()
    (data / "postgres.unfinished" / "PG_VERSION").write_text("18\n")
    with services(data) as started:
        remember(started, 1)
    assert not (data / "postgres.unfinished").exists()


def test_data_of_another_version_are_refused_with_a_cure(data: Path) -> None:
    (data / "postgres").mkdir(parents=True)
    (data / "postgres" / "PG_VERSION").write_text("16\n")
    done = command("services", DATA_DIR=str(data))
    assert done.returncode == 1
    assert "was made by PostgreSQL 16, this program brings 18" in done.stderr
    assert done.stderr.strip().count("\n") == 0


def test_two_at_once_in_one_folder_are_refused(data: Path) -> None:
    with services(data) as started:
        done = command("services", DATA_DIR=str(data))
        assert done.returncode == 1
        assert f"is already in use by process {started.process.pid}" in done.stderr
        assert done.stderr.strip().count("\n") == 0
        assert answers(started)


def test_a_path_too_long_for_a_socket_gets_a_short_one(data: Path) -> None:
    deep = data / ("d" * 100)
    deep.mkdir(parents=True)
    with services(deep / "data") as started:
        remember(started, 1)
        assert "d" * 100 not in started.environ()["DATABASE_URL"]
        short = Path(started.environ()["REDIS_URL"].removeprefix("unix://").split("?")[0]).parent
        assert short.is_dir()
    assert not short.exists()


def test_a_folder_with_capitals_and_spaces_suits_every_library(data: Path) -> None:
    with services(data.parent / "Of Somebody") as started:
        remember(started, 1)
        assert redis_answers(started)
        broker = started.environ()["BROKER_URL"]
        with Connection(broker) as connection:
            connection.SimpleQueue("somewhere").put({"number": 7})
        with redis.Redis(unix_socket_path=str(started.data / "sockets" / "redis.sock"), db=1) as second_database:
            assert second_database.exists("somewhere")


@ROOT_ONLY
def test_root_runs_it_as_nobody(data: Path) -> None:
    with services(data) as started:
        assert Path(f"/proc/{started.pid('postgres')}").owner() == "nobody"
        assert (data / "postgres").stat().st_mode & 0o777 == 0o700


@ROOT_ONLY
def test_root_in_a_closed_home_lets_nobody_walk_in(data: Path) -> None:
    data.parent.chmod(0o700)
    with services(data) as started:
        remember(started, 1)
        assert Path(f"/proc/{started.pid('postgres')}").owner() == "nobody"
        started.kill("postgres")
        until(lambda: answers(started))
    data.parent.chmod(0o755)
    with services(data) as started:
        assert remembered(started) == [1]


@ROOT_ONLY
def test_programs_in_a_closed_home_find_each_other(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = postgres.binaries().parent.parent
    home = data.parent
    shutil.copytree(package / "pginstall18", home / package.name / "pginstall18")
    shutil.copytree(package.with_name(f"{package.name}.libs"), home / f"{package.name}.libs")
    home.chmod(0o700)
    monkeypatch.setattr(postgres, "binaries", lambda: home / package.name / "pginstall18" / "bin")
    place = Place(data=data, port=8000)
    make_folders(place)
    postgres.prepare(place, postgres.choose_runner(place))
    assert (data / "postgres" / "PG_VERSION").read_text() == "18\n"


# What Docker leaves to root: neither user namespaces nor a look into other users' processes.
IN_A_CONTAINER = "chown,dac_override,fowner,fsetid,kill,setgid,setuid,setpcap,net_bind_service,sys_chroot,setfcap"


@ROOT_ONLY
def test_root_of_a_container_in_a_closed_home(data: Path) -> None:
    data.parent.chmod(0o700)
    with services(data, bounded_to=IN_A_CONTAINER) as started:
        remember(started, 1)
        old = started.pid("postgres")
        os.kill(old, signal.SIGSTOP)
        started.process.kill()
        started.process.wait()
    os.kill(old, signal.SIGCONT)
    with services(data, bounded_to=IN_A_CONTAINER) as started:
        assert not alive(old)
        assert remembered(started) == [1]


@ROOT_ONLY
def test_root_without_any_way_in_is_told_what_to_do(data: Path) -> None:
    data.parent.chmod(0o700)
    with services(data, bounded_to="setgid,setuid,setpcap,chown,fowner,kill", waits=False) as started:
        assert started.process.wait(30) == 1
    assert "start as an ordinary user, or move the project" in started.log()
