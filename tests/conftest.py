"""Real PostgreSQL and Redis. One migrated template database with three companies; each worker works on a clone of it.

`db` (pytest-django) wraps a test in a transaction that is rolled back. A test that must commit, use threads or start
processes takes `committed`: it gets a clone of its own, dropped afterwards (a flush would fail where a company's table
points at users).
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import connections
from django.utils import translation
from psycopg import sql

from contactcenter.lib import redis_clients
from tests.companies import seed_companies

ROOT = Path(__file__).resolve().parent.parent
ANSWERS_WITHIN = 10.0  # seconds: a loaded machine that answers late is no Redis that is away
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "gw0")


def pytest_configure(config: pytest.Config) -> None:
    os.environ.setdefault("WEB_PROCESSES", "1")  # of the demos: what happens to it happens to everybody at once
    prefix = f"test-{WORKER}"
    settings.CHANNEL_LAYERS["default"]["CONFIG"]["prefix"] = prefix
    settings.CACHES["default"]["KEY_PREFIX"] = prefix
    settings.CACHES["default"]["OPTIONS"]["socket_timeout"] = ANSWERS_WITHIN
    settings.FILES_DIR = Path(tempfile.mkdtemp(prefix="files-"))
    # One connection a thread, so that clones can be dropped; and then a thread notices when its own is gone.
    connections.databases["default"].get("OPTIONS", {}).pop("pool", None)
    connections.databases["default"]["CONN_HEALTH_CHECKS"] = True


def pytest_unconfigure(config: pytest.Config) -> None:
    shutil.rmtree(settings.FILES_DIR, ignore_errors=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browsers share one running demo, and what kills demos has a fresh one: each of the two kinds runs one after the
    other in one worker. A test with a database of its own is slow: the clone alone costs more than most tests.
    """
    without_chromium = os.environ.get("CHROMIUM_MISSING")  # the reason, from `make test`
    for item in items:
        if without_chromium and item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.skip(reason=without_chromium))
        if not {"committed", "furnished_database"}.isdisjoint(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.slow)
        for group in ("browser", "faults"):
            if item.get_closest_marker(group):
                item.add_marker(pytest.mark.xdist_group(group))
                item.add_marker(pytest.mark.slow)


redis_clients.PATIENCE_SECONDS = ANSWERS_WITHIN


@pytest.fixture(autouse=True)
def no_language_stays() -> Iterator[None]:
    """A request leaves its language on the thread; the next test may expect English."""
    yield
    translation.deactivate()


@contextmanager
def admin() -> Iterator[psycopg.Connection[Any]]:
    """A connection of its own, outside the databases that tests use: CREATE DATABASE cannot run in a transaction."""
    database = connections.databases["default"]
    with psycopg.connect(
        host=database["HOST"] or None,
        port=database["PORT"] or None,
        user=database["USER"] or None,
        password=database["PASSWORD"] or None,
        dbname="postgres",
        autocommit=True,
    ) as connection:
        yield connection


def use_database(name: str) -> None:
    connections["default"].close()
    connections.databases["default"]["NAME"] = name
    connections["default"].settings_dict["NAME"] = name


def clone(template: str, name: str) -> None:
    with admin() as connection:
        drop(connection, name)
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
        )


def drop(connection: psycopg.Connection[Any], name: str) -> None:
    database = sql.Identifier(name)
    try:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(database))
    except psycopg.errors.InsufficientPrivilege:  # the server is just cleaning it: a plain drop makes it stop
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(database))


def fingerprint() -> str:
    """Of all that decides what the template holds: migrations, models and the companies of the tests."""
    digest = hashlib.sha256()
    for pattern in (
        "contactcenter/**/migrations/*.py",
        "contactcenter/**/models.py",
        "tenants/**/*.py",
        "tests/companies.py",
    ):
        for path in sorted(ROOT.glob(pattern)):
            digest.update(path.read_bytes())
    digest.update(repr(settings.INSTALLED_APPS).encode())
    return digest.hexdigest()[:12]


@pytest.fixture(scope="session")
def template_database(django_db_blocker: Any) -> str:
    """Built once by whichever worker comes first, kept between runs while nothing it is made of changes."""
    name = f"cc_template_{fingerprint()}"
    lock = Path(tempfile.gettempdir()) / f"{name}-{os.getuid()}.lock"
    with lock.open("w") as handle, django_db_blocker.unblock():
        fcntl.flock(handle, fcntl.LOCK_EX)
        with admin() as connection:
            found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
            if found:
                return name
            for (old,) in connection.execute(
                "SELECT datname FROM pg_database WHERE datname LIKE 'cc_template_%'"
            ).fetchall():
                drop(connection, old)
            drop(connection, "cc_building")
            connection.execute("CREATE DATABASE cc_building")
        use_database("cc_building")
        seed_companies()
        connections["default"].close()
        with admin() as connection:
            connection.execute(sql.SQL("ALTER DATABASE cc_building RENAME TO {}").format(sql.Identifier(name)))
    return name


@pytest.fixture(scope="session")
def django_db_setup(template_database: str, django_db_blocker: Any) -> Iterator[None]:
    """In place of pytest-django's own: the worker's clone."""
    name = f"cc_test_{WORKER}"
    clone(template_database, name)
    with django_db_blocker.unblock():
        use_database(name)
        yield
        connections["default"].close()
    with admin() as connection:
        drop(connection, name)


@pytest.fixture
def committed(django_db_setup: None, template_database: str, django_db_blocker: Any) -> Iterator[str]:
    """A database of its own for a test that commits. Gives its URL, for processes the test starts."""
    with django_db_blocker.unblock(), on_a_clone(template_database) as name:
        yield database_url(name)


@contextmanager
def on_a_clone(template: str) -> Iterator[str]:
    own = f"cc_own_{WORKER}"
    clone(template, own)
    use_database(own)
    yield own
    for connection in connections.all(initialized_only=True):
        connection.close()
    use_database(f"cc_test_{WORKER}")
    with admin() as server:
        drop(server, own)


def database_url(name: str) -> str:
    database = connections.databases["default"]
    login = database["USER"] + (f":{database['PASSWORD']}" if database["PASSWORD"] else "")
    port = f":{database['PORT']}" if database["PORT"] else ""
    if database["HOST"].startswith("/"):  # a unix socket, in the form that settings.py reads
        return f"postgres://{login}@{port}/{name}?host={database['HOST']}"
    return f"postgres://{login}@{database['HOST']}{port}/{name}"
