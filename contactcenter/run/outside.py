"""Checks of services that the person brings: each failure is one line that says what to change."""

from __future__ import annotations

from urllib.parse import urlsplit, urlunsplit

import psycopg
import redis
from kombu.connection import Connection
from redis.backoff import NoBackoff
from redis.retry import Retry

from contactcenter.run.refusal import Refusal

OLDEST_POSTGRES = 15
OLDEST_REDIS = 6
PATIENCE_SECONDS = 5


def without_password(url: str) -> str:
    parts = urlsplit(url)
    if parts.password is None:
        return url
    user_and_host = parts.netloc.rsplit("@", 1)
    return urlunsplit(parts._replace(netloc=f"{parts.username or ''}:***@{user_and_host[1]}"))


def broker_beside(redis_url: str) -> str:
    """The same Redis, next database: channel layer and cache on the given one, Celery's queues on the one after it."""
    parts = urlsplit(redis_url)
    if parts.scheme == "unix":
        number = int(dict(part.split("=", 1) for part in parts.query.split("&") if "=" in part).get("db", "0"))
        return f"redis+socket://{parts.path}?virtual_host={number + 1}"
    number = int(parts.path.strip("/") or 0)
    return urlunsplit(parts._replace(path=f"/{number + 1}"))


def check_database(url: str) -> None:
    shown = without_password(url)
    try:
        with psycopg.connect(url, autocommit=True, connect_timeout=PATIENCE_SECONDS) as first:
            _check_version(first, shown)
            _check_rights(first, shown)
            with psycopg.connect(url, autocommit=True, connect_timeout=PATIENCE_SECONDS) as second:
                _check_pooling(first, second, shown)
    except psycopg.OperationalError as error:
        raise Refusal(
            f"DATABASE_URL={shown} cannot be reached ({_first_line(error)}): start that server or correct the address."
        ) from error
    except psycopg.ProgrammingError as error:
        raise Refusal(
            f"DATABASE_URL={shown} is not understood ({_first_line(error)}): write postgres://user:password@host:5432/database."
        ) from error


def _check_version(connection: psycopg.Connection, shown: str) -> None:
    major = connection.info.server_version // 10000
    if major < OLDEST_POSTGRES:
        raise Refusal(f"DATABASE_URL={shown} is PostgreSQL {major}: {OLDEST_POSTGRES} or newer is needed.")


def _check_rights(connection: psycopg.Connection, shown: str) -> None:
    row = connection.execute(
        "SELECT current_user, current_database(), has_database_privilege(current_database(), 'CREATE'),"
        " has_schema_privilege('public', 'CREATE')"
    ).fetchone()
    assert row is not None
    user, database, may_create_schemas, may_create_tables = row
    if not may_create_schemas:
        raise Refusal(
            f"DATABASE_URL={shown}: {user} may not create schemas, one of which each company gets: "
            f'GRANT CREATE ON DATABASE "{database}" TO "{user}".'
        )
    if not may_create_tables:
        raise Refusal(
            f"DATABASE_URL={shown}: {user} may not create tables in the shared schema: "
            f'GRANT CREATE ON SCHEMA public TO "{user}".'
        )


def _check_pooling(first: psycopg.Connection, second: psycopg.Connection, shown: str) -> None:
    """A pooler in transaction mode lends the idle first connection's server to the second, and its company with it."""
    before = _backend(first)
    with second.transaction():
        lent = _backend(second)
        after = before if lent == before else _backend(first)
    if lent == before or after != before:
        raise Refusal(
            f"DATABASE_URL={shown} goes through a pooler in transaction mode, which mixes companies up: "
            "set its pool_mode to session, or connect to PostgreSQL directly."
        )


def _backend(connection: psycopg.Connection) -> int:
    row = connection.execute("SELECT pg_backend_pid()").fetchone()
    assert row is not None
    return int(row[0])


def check_redis(url: str) -> None:
    try:
        client = redis.Redis.from_url(
            url, socket_connect_timeout=PATIENCE_SECONDS, socket_timeout=PATIENCE_SECONDS, retry=Retry(NoBackoff(), 0)
        )
        client.ping()
    except ValueError as error:
        raise Refusal(f"REDIS_URL={without_password(url)} is not understood: write redis://host:6379/0.") from error
    except redis.RedisError as error:
        raise Refusal(
            f"REDIS_URL={without_password(url)} cannot be reached ({_first_line(error)}): "
            "start that server or correct the address."
        ) from error


def check_broker(url: str) -> None:
    shown = without_password(url)
    try:
        with Connection(url, connect_timeout=PATIENCE_SECONDS) as connection:  # type: ignore[no-untyped-call]
            connection.ensure_connection(max_retries=1, timeout=PATIENCE_SECONDS)
    except KeyError as error:
        raise Refusal(f"BROKER_URL={shown} is not understood: write redis://host:6379/1 or amqp://host/.") from error
    except Exception as error:
        raise Refusal(
            f"BROKER_URL={shown} cannot be reached ({_first_line(error)}): start that server or correct the address."
        ) from error


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
