"""Many companies: to make one, to find that none needs a migration, to give each a column, to go on after a kill.

In a database of its own, which is dropped afterwards.
"""

from __future__ import annotations

import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from bench.rows import Row, at_most

ROOT = Path(__file__).resolve().parent.parent
DATABASE = "cc_bench_tenants"
COMPANIES = 200
ADDED, SECOND = "9001_bench", "9002_bench"
COMPARED = 20  # companies made beside as many bare clones

FIRST = """import importlib
Migration = importlib.import_module("contactcenter.records.files.migrations.{}").Migration
"""
MORE = """from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("files", "{before}")]
    operations = [migrations.AddField("storedfile", "{column}", models.IntegerField(null=True))]
"""
BARE_START = """
import django; django.setup()
from django.db import connection
with connection.cursor() as cursor:
    cursor.execute("SELECT schemaname FROM pg_tables WHERE tablename = 'django_migrations'")
    every = " UNION ALL ".join(f"SELECT app, name FROM {s}.django_migrations" for (s,) in cursor.fetchall())
    cursor.execute(every)
    cursor.fetchall()
"""
# The least that a new schema costs: the same tables, indexes, checks and keys, by one call inside the server.
BARE_CLONE = """
CREATE FUNCTION bare_clone(src text, dst text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE r record;
BEGIN
  EXECUTE format('CREATE SCHEMA %I', dst);
  PERFORM set_config('search_path', src || ', public', true);
  FOR r IN SELECT relname FROM pg_class WHERE relnamespace = src::regnamespace AND relkind = 'r' LOOP
    EXECUTE format('CREATE TABLE %I.%I (LIKE %I.%I INCLUDING ALL)', dst, r.relname, src, r.relname);
  END LOOP;
  FOR r IN SELECT c.relname, k.conname, pg_get_constraintdef(k.oid) AS def FROM pg_constraint k
           JOIN pg_class c ON c.oid = k.conrelid WHERE k.connamespace = src::regnamespace AND k.contype = 'f' LOOP
    PERFORM set_config('search_path', dst || ', public', true);
    EXECUTE format('ALTER TABLE %I.%I ADD CONSTRAINT %I %s', dst, r.relname, r.conname, r.def);
  END LOOP;
  EXECUTE format('INSERT INTO %I.django_migrations SELECT * FROM %I.django_migrations', dst, src);
END $$
"""


def measure(server: str) -> list[Row]:
    """`server` is the address of any database on it."""
    with scratch_database(server) as url, tempfile.TemporaryDirectory() as folder:
        rows: list[Row] = json.loads(python(url, Path(folder), "-m", "bench.tenants", folder).splitlines()[-1])
    return rows


@contextmanager
def scratch_database(url: str) -> Iterator[str]:
    with psycopg.connect(url, autocommit=True) as direct:
        direct.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(DATABASE)))
        direct.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))
        try:
            yield urlunsplit(urlsplit(url)._replace(path=f"/{DATABASE}"))
        finally:
            direct.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(DATABASE)))


def inside(folder: Path) -> list[Row]:
    """With Django set up on the empty scratch database."""
    from django.core.management import call_command

    url = os.environ["DATABASE_URL"]
    known = sorted(path.stem for path in (ROOT / "contactcenter/records/files/migrations").glob("[0-9]*.py"))
    versions = write_versions(folder, known)
    call_command("migrate_companies", verbosity=0)
    rows = [create_x_clone(url)]
    with psycopg.connect(url) as direct:
        schemas = [name for (name,) in direct.execute("SELECT schema_name FROM tenants_tenant ORDER BY id OFFSET 1")]
    rows.append(noop(url, folder))
    rows.append(add_column(url, folder, versions[0], schemas))
    rows.append(resume(url, folder, versions[1], len(schemas)))
    return rows


def create_x_clone(url: str) -> Row:
    """Made by the product as its command makes one, and beside each a bare clone; then the rest of the companies."""
    from tenants.services import NewTenant, create_tenant

    ours, bare = [], []
    with psycopg.connect(url, autocommit=True) as direct:
        direct.execute(BARE_CLONE)
        for number in range(COMPANIES):
            name = f"firm{number:03}"
            started = time.perf_counter()
            create_tenant(NewTenant(schema=name, name=name, hosts=[f"{name}.localhost"], colour="#aa3300"))
            if number < COMPARED:
                ours.append(time.perf_counter() - started)
                started = time.perf_counter()
                direct.execute("SELECT bare_clone('cc_template', %s)", [f"bare{number:03}"])
                bare.append(time.perf_counter() - started)
        for number in range(COMPARED):
            direct.execute(sql.SQL("DROP SCHEMA {} CASCADE").format(sql.Identifier(f"bare{number:03}")))
    value, limit = statistics.median(ours), statistics.median(bare)
    return at_most("tenants.create_x_clone", value / limit, "x", 3.0, limit=1.0, against=f"bare clone, {limit:.3f} s")


def noop(url: str, folder: Path) -> Row:
    value = min(seconds(lambda: python(url, folder, "manage.py", "migrate_companies")) for _ in range(3))
    limit = min(seconds(lambda: python(url, folder, "-c", BARE_START)) for _ in range(3))
    return at_most("tenants.noop_migrate_s", value, "s", 5.0, limit=limit, against="start of Django and one query")


def add_column(url: str, folder: Path, version: str, schemas: list[str]) -> Row:
    with psycopg.connect(url, autocommit=True) as direct:
        started = time.perf_counter()
        for schema in schemas:
            direct.execute(
                sql.SQL("ALTER TABLE {} ADD bare integer").format(sql.Identifier(schema, "files_storedfile"))
            )
        limit = time.perf_counter() - started
        for schema in schemas:
            direct.execute(sql.SQL("ALTER TABLE {} DROP bare").format(sql.Identifier(schema, "files_storedfile")))
    value = seconds(lambda: python(url, folder, "manage.py", "migrate_companies", version=version))
    check_all(url, folder, version)
    return at_most("tenants.add_column_s", value, "s", 30.0, limit=limit, against="bare ALTER TABLE, in turn")


def resume(url: str, folder: Path, version: str, number: int) -> Row:
    """kill -9 of everything when half of the companies have it; the time of the run after."""
    process = subprocess.Popen(
        [sys.executable, "manage.py", "migrate_companies"],
        cwd=ROOT,
        env=environ(url, folder, version),
        stdout=subprocess.DEVNULL,
    )
    with psycopg.connect(url, autocommit=True) as direct:
        started = time.perf_counter()
        while done(direct) < number / 2:
            if process.poll() is not None:
                raise RuntimeError("it ended before it could be killed")
            time.sleep(0.02)
        half = time.perf_counter() - started
        workers = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        for pid in (process.pid, *map(int, workers)):
            os.kill(pid, signal.SIGKILL)
        process.wait()
    value = seconds(lambda: python(url, folder, "manage.py", "migrate_companies", version=version))
    check_all(url, folder, version)
    return at_most("tenants.resume_after_kill_s", value, "s", 30.0, limit=half, against="the killed first half")


def done(direct: psycopg.Connection) -> int:
    found = direct.execute("SELECT count(*) FROM tenants_schemamigration WHERE status = 'done' AND target LIKE %s",
                           [f"%files.{SECOND}%"]).fetchone()  # fmt: skip
    return int(found[0]) if found else 0


def check_all(url: str, folder: Path, version: str) -> None:
    """Raises when a company differs from the template."""
    python(url, folder, "manage.py", "check_schemas", version=version)


def write_versions(folder: Path, known: list[str]) -> list[str]:
    """Settings of two newer programs: with one more migration of the files app, and with two."""
    for place, more in (("bench_one", [ADDED]), ("bench_two", [ADDED, SECOND])):
        package = folder / f"{place}_files"
        package.mkdir()
        (package / "__init__.py").touch()
        for name in known:
            (package / f"{name}.py").write_text(FIRST.format(name))
        before = known[-1]
        for name in more:
            (package / f"{name}.py").write_text(MORE.format(before=before, column=f"column_{name}"))
            before = name
        (folder / f"{place}.py").write_text(
            f"from contactcenter.settings import *\nMIGRATION_MODULES = {{'files': '{place}_files'}}\n"
        )
    return ["bench_one", "bench_two"]


def environ(url: str, folder: Path, version: str) -> dict[str, str]:
    return {
        **os.environ,
        "DATABASE_URL": url,
        "DB_POOL": "0",
        "DJANGO_SETTINGS_MODULE": version,
        "PYTHONPATH": f"{folder}{os.pathsep}{ROOT}",
    }


def python(url: str, folder: Path, *arguments: str, version: str = "contactcenter.settings") -> str:
    """What a process of its own prints. Raises CalledProcessError."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=environ(url, folder, version),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        timeout=600,
    ).stdout


def seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


if __name__ == "__main__":
    import django

    django.setup()
    print(json.dumps(inside(Path(sys.argv[1]))))
