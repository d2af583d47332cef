"""Peers run on the same machine, the same PostgreSQL and the same Redis as the product, one after the other."""

from __future__ import annotations

import os
import resource
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from bench.house import House
from contactcenter.demo.running import ROOT

DATABASE = "cc_bench_peer"
READY_SECONDS = 30.0


@dataclass
class Peer:
    port: int
    pid: int

    def memory_kb(self) -> int:
        return int(Path(f"/proc/{self.pid}/statm").read_text().split()[1]) * resource.getpagesize() // 1024


@contextmanager
def peer(house: House, *, site: bool) -> Iterator[Peer]:
    """The Django site on daphne, else the bare server."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    environ = {**os.environ, "PEER_URL": database(house), "REDIS_URL": house.demo.environment()["REDIS_URL"]}
    arguments = ["bench.peers.bare", str(port)]
    if site:
        arguments = ["daphne", "-v0", "-b", "127.0.0.1", "-p", str(port), "bench.peers.site:application"]
    process = subprocess.Popen(
        [sys.executable, "-m", *arguments], cwd=ROOT, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        wait(process, port)
        yield Peer(port, process.pid)
    finally:
        process.kill()
        process.wait()


def wait(process: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("a peer did not start") from None
            time.sleep(0.1)
        else:
            return


def database(house: House) -> str:
    url = house.demo.environment()["DATABASE_URL"]
    with psycopg.connect(url, autocommit=True) as direct:
        if not direct.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
            direct.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))
    found = urlunsplit(urlsplit(url)._replace(path=f"/{DATABASE}"))
    with psycopg.connect(found, autocommit=True) as direct:
        direct.execute("CREATE TABLE IF NOT EXISTS bare_message (id bigserial PRIMARY KEY, chat integer, text text)")
    return found
