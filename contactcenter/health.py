"""/livez: this process answers. /readyz: it can do its work. Both on any host, before all else, with no versions.

Readiness has a connection of its own with short patience: the pool would hide a lost database for ten seconds.
"""

from __future__ import annotations

import asyncio
import logging
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import redis
from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.utils.decorators import sync_and_async_middleware
from redis.backoff import NoBackoff
from redis.retry import Retry

from tenants.migrating.versions import program_graph, read_versions

log = logging.getLogger(__name__)

PATIENCE_SECONDS = 2
REMEMBERED_SECONDS = 1.0  # everybody may ask: asking more often does not reach the database more often
FREE_SHARE, FREE_BYTES = 0.10, 5_000_000_000  # either is enough: a big disk is not full at 9 %
OK, FAILED = "ok", "failed"

_draining = threading.Event()
_one_check_at_a_time = threading.Lock()
_migrations_were_current = threading.Event()
_last_checks: tuple[float, dict[str, str]] = (float("-inf"), {})


def start_draining() -> None:
    """From now on /readyz is red: this process is about to end and wants no new visitors."""
    _draining.set()


def check_readiness() -> dict[str, str]:
    """`ok` or `failed` by what was checked, at most REMEMBERED_SECONDS old."""
    global _last_checks  # noqa: PLW0603
    with _one_check_at_a_time:
        if time.monotonic() - _last_checks[0] > REMEMBERED_SECONDS:
            checks = {**_check_database(), "redis": _answer(_redis_answers), "disk": _answer(disk_has_room)}
            _last_checks = (time.monotonic(), checks)
        return {**_last_checks[1], "serving": FAILED if _draining.is_set() else OK}


def is_ready(checks: dict[str, str]) -> bool:
    """Without Redis people still have their pages and rows, only the news of them waits: degraded, not down."""
    return all(answer == OK for name, answer in checks.items() if name != "redis")


@sync_and_async_middleware
def HealthMiddleware(get_response: Callable[[HttpRequest], Any]) -> Callable[[HttpRequest], Any]:
    """First in MIDDLEWARE: behind it stands the one that refuses unknown hosts."""
    if asyncio.iscoroutinefunction(get_response):

        async def answer_async(request: HttpRequest) -> HttpResponse:
            if _asks_for_readiness(request):
                return readiness_response(await asyncio.to_thread(check_readiness))
            response: HttpResponse = _liveness_response(request) or await get_response(request)
            return response

        return answer_async

    def answer(request: HttpRequest) -> HttpResponse:
        if _asks_for_readiness(request):
            return readiness_response(check_readiness())
        response: HttpResponse = _liveness_response(request) or get_response(request)
        return response

    return answer


def readiness_response(checks: dict[str, str]) -> JsonResponse:
    ready = is_ready(checks)
    status = "not ready" if not ready else "ready" if checks["redis"] == OK else "degraded"
    return _json({"status": status, "checks": checks}, status=200 if ready else 503)


def _asks_for_readiness(request: HttpRequest) -> bool:
    return request.path == "/readyz" and request.method in ("GET", "HEAD")


def _liveness_response(request: HttpRequest) -> HttpResponse | None:
    if request.path not in ("/livez", "/readyz"):
        return None
    if request.method not in ("GET", "HEAD"):
        return HttpResponseNotAllowed(["GET", "HEAD"])
    return _json({"status": "alive"}, status=200)


def _json(body: dict[str, object], *, status: int) -> JsonResponse:
    return JsonResponse(body, status=status, headers={"Cache-Control": "no-store"})


def _check_database() -> dict[str, str]:
    writes = False
    try:
        with _own_connection() as direct:
            # A write that needs no table: it goes through the log to the disk, and a read-only server refuses it.
            direct.execute("SELECT pg_logical_emit_message(true, 'readyz', '')")
            direct.commit()
            writes = True
            if not _migrations_were_current.is_set() and _all_applied(direct):
                _migrations_were_current.set()
    except psycopg.Error as error:
        log.warning("not ready: database: %s", type(error).__name__)
    return {"database": OK if writes else FAILED, "migrations": OK if _migrations_were_current.is_set() else FAILED}


@contextmanager
def _own_connection() -> Iterator[psycopg.Connection]:
    # Django's own parameters without its cursor class and type adapters.
    parameters: dict[str, Any] = {k: v for k, v in connection.get_connection_params().items() if isinstance(v, str)}
    parameters["connect_timeout"] = PATIENCE_SECONDS
    with psycopg.connect(**parameters) as direct:
        direct.execute(f"SET statement_timeout = '{PATIENCE_SECONDS}s'")
        yield direct


def _all_applied(direct: psycopg.Connection) -> bool:
    """A company whose migration failed is fenced, and has no say: the others are served."""
    versions = read_versions(direct, program_graph())
    if not versions.is_current(settings.PUBLIC_SCHEMA_NAME):
        return False
    fenced = {name for (name,) in direct.execute("SELECT schema_name FROM tenants_tenant WHERE fenced_at IS NOT NULL")}
    return all(versions.is_current(schema) for schema in versions.applied if schema not in fenced)


def _answer(probe: Callable[[], bool]) -> str:
    try:
        return OK if probe() else FAILED
    except (redis.RedisError, OSError) as error:
        log.warning("not ready: %s", type(error).__name__)
        return FAILED


def _redis_answers() -> bool:
    with redis.Redis.from_url(
        settings.REDIS_URL,
        socket_connect_timeout=PATIENCE_SECONDS,
        socket_timeout=PATIENCE_SECONDS,
        retry=Retry(NoBackoff(), 0),
    ) as client:
        return bool(client.ping())


def disk_has_room() -> bool:
    status = os.statvfs(settings.DATA_DIR)
    free = status.f_bavail * status.f_frsize
    return free > FREE_BYTES or status.f_bavail > status.f_blocks * FREE_SHARE
