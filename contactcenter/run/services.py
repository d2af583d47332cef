"""PostgreSQL and Redis of one start: embedded, or outside ones that the environment names."""

from __future__ import annotations

import asyncio
import os
import secrets
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from contactcenter.run import outside, postgres, redis_server
from contactcenter.run.place import Place
from contactcenter.run.supervisor import Supervisor
from contactcenter.run.terminal import step

STORES = ("redis", "postgres")  # stopped last, in this order
HARMLESS = (
    "No directory at",  # static files are served from where they lie; only a deployment collects them
    "You're running the worker with superuser",
)
SERVICE_NAMES = ("DATABASE_URL", "REDIS_URL", "BROKER_URL")


@dataclass(frozen=True)
class Services:
    database_url: str
    redis_url: str
    broker_url: str

    def environ(self) -> dict[str, str]:
        return dict(zip(SERVICE_NAMES, (self.database_url, self.redis_url, self.broker_url), strict=True))


async def start_services(
    place: Place, supervisor: Supervisor, environ: Mapping[str, str], *, connections: int = 120, fsync: bool = True
) -> Services:
    """Ready to use when it returns. What `environ` names is checked instead of started."""
    database_url, redis_url, broker_url = map(environ.get, SERVICE_NAMES)
    if database_url:
        await _check("PostgreSQL", outside.check_database, database_url)
    else:
        database_url = await _start_postgres(place, supervisor, connections=connections, fsync=fsync)
    if broker_url:
        await _check("broker", outside.check_broker, broker_url)
    if redis_url:
        await _check("Redis", outside.check_redis, redis_url)
        broker_url = broker_url or outside.broker_beside(redis_url)
    else:
        redis_url = await _start_redis(place, supervisor)
        broker_url = broker_url or redis_server.broker_url(place)
    return Services(database_url, redis_url, broker_url)


def environment(place: Place, services: Services, environ: Mapping[str, str]) -> dict[str, str]:
    """What every process of the product gets."""
    return {
        **environ,
        **services.environ(),
        "DATA_DIR": str(place.data),
        "PORT": str(place.port),
        "SECRET_KEY": environ.get("SECRET_KEY") or _secret_key(place),
        "PROMETHEUS_MULTIPROC_DIR": str(place.metrics),
        "DJANGO_SETTINGS_MODULE": "contactcenter.settings",
        "PYTHONUNBUFFERED": "1",
        "PYTHONWARNINGS": ",".join(f"ignore:{words}" for words in HARMLESS),
    }


def write_env_file(place: Place, process_environment: Mapping[str, str]) -> None:
    """For a shell that wants to work beside what runs: `. DATA_DIR/env`."""
    names = [*SERVICE_NAMES, "DATA_DIR", "PORT", "SECRET_KEY"]
    names += [name for name in ("REQUIRE_SECOND_FACTOR",) if name in process_environment]
    text = "".join(f"export {name}={shlex.quote(process_environment[name])}\n" for name in names)
    _write_private(place.env_file, text)


def _secret_key(place: Place) -> str:
    path = place.data / "secret_key"
    if not path.exists():
        _write_private(path, secrets.token_urlsafe(50))
    return path.read_text().strip()


async def _start_postgres(place: Place, supervisor: Supervisor, *, connections: int, fsync: bool) -> str:
    with step("Starting PostgreSQL"):
        runner = postgres.choose_runner(place)
        await asyncio.to_thread(postgres.prepare, place, runner)
        supervisor.start(postgres.spec(place, runner, connections=connections, fsync=fsync))
        await postgres.ready(place)
    return postgres.database_url(place)


async def _start_redis(place: Place, supervisor: Supervisor) -> str:
    with step("Starting Redis"):
        supervisor.start(redis_server.spec(place))
        await redis_server.ready(place)
    return redis_server.redis_url(place)


async def _check(what: str, check: Callable[[str], None], url: str) -> None:
    with step(f"Checking the outside {what}"):
        await asyncio.to_thread(check, url)


def _write_private(path: Path, text: str) -> None:
    """Whole or not at all, readable by the owner alone."""
    unfinished = path.with_name(f"{path.name}.unfinished")
    unfinished.unlink(missing_ok=True)
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    unfinished.rename(path)
