"""What a thief of one store would read: dumps of single schemas, Redis with its waiting tasks, the logs."""

from __future__ import annotations

import subprocess
from urllib.parse import parse_qs, urlsplit

import redis

from contactcenter.demo.running import Demo
from contactcenter.run.postgres import binaries


def dump(demo: Demo, schema: str) -> str:
    """All rows of one schema, as text."""
    address = urlsplit(demo.environment()["DATABASE_URL"])
    done = subprocess.run(
        [
            str(binaries() / "pg_dump"),
            "--data-only",
            f"--schema={schema}",
            f"--host={parse_qs(address.query)['host'][0]}",
            f"--username={address.username}",
            f"--dbname={address.path.lstrip('/')}",
        ],
        capture_output=True,
        check=True,
        timeout=60,
    )
    return done.stdout.decode()


def redis_content(demo: Demo) -> str:
    """Every key and value: cache and limits, Celery's queues. Read by type: a DUMP would be compressed."""
    found: list[object] = []
    for number in (0, 1):
        store = redis.Redis(unix_socket_path=demo.environment()["REDIS_URL"].split("://")[1].split("?")[0], db=number)
        reads = {
            b"string": store.get,
            b"list": lambda key, store=store: store.lrange(key, 0, -1),
            b"set": store.smembers,
            b"hash": store.hgetall,
            b"zset": lambda key, store=store: store.zrange(key, 0, -1),
            b"stream": store.xrange,
        }
        for key in store.scan_iter():
            kind = store.type(key)
            found += [key, reads[kind](key) if kind != b"none" else ""]  # none: it expired meanwhile
    return "\n".join(str(part) for part in found)


def logs(demo: Demo) -> str:
    texts = [demo.log()]
    texts += [path.read_text(errors="replace") for path in demo.data_dir.rglob("*.log") if path.is_file()]
    return "\n".join(texts)
