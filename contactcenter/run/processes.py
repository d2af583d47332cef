"""The processes of the product, each replaceable while the others run."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Mapping

from contactcenter.run.place import Place
from contactcenter.run.refusal import Refusal
from contactcenter.run.supervisor import Spec

FRAME_BYTES = 256 * 1024  # daphne cuts without a word above it; the product itself answers from 64 KB on
BACKLOG = 512
WEB = "web"
MOST_WEB_PROCESSES = 64
BY_ITSELF = 4  # so many at most, where nobody says how many


def listen(place: Place, port: int, address: str = "127.0.0.1") -> socket.socket:
    """Held by the supervisor: while a process is replaced, visitors wait in the socket's queue and are not refused."""
    door = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        door.bind((address, port))
    except OSError:
        door.close()
        raise Refusal(
            f"Port {port} is taken: stop what listens there, or choose two free neighbours with PORT=... "
            f"(the product takes PORT={place.port}, the demo's websites {place.port + 1})."
        ) from None
    door.listen(BACKLOG)
    return door


def product(environ: Mapping[str, str], *, web: socket.socket, sites: socket.socket) -> list[Spec]:
    """All that `make run` starts, in the order of their start."""
    return [
        *workers(environ),
        Spec(
            name="sites",
            command=[sys.executable, "-m", "contactcenter.demo.sites"],
            environ={**environ, "LISTEN_FD": str(sites.fileno())},
            pass_fds=(sites.fileno(),),
            stop_seconds=5.0,
        ),
        *([simulation(environ)] if is_lively(environ) else []),
        *(web_process(name, environ, web) for name in web_names(environ)),
    ]


def workers(environ: Mapping[str, str]) -> list[Spec]:
    """Whatever works in the background."""
    celery = [sys.executable, "-m", "celery", "-A", "contactcenter.celery", "--quiet"]
    # A pool of database connections does not survive the fork of the worker's processes.
    celery_environ = {**environ, "DB_POOL": "0"}
    return [
        # One connection, and a new one as soon as PostgreSQL is back: a pool would wait ever longer between its tries.
        Spec(name="router", command=[sys.executable, "manage.py", "route"], environ={**environ, "DB_POOL": "0"}),
        Spec(name="relay", command=[sys.executable, "manage.py", "relay"], environ=environ),
        Spec(
            name="worker",
            command=[
                *celery,
                "worker",
                "--concurrency=2",
                "--loglevel=WARNING",
                "--without-gossip",
                "--without-mingle",
            ],
            environ=celery_environ,
        ),
        # Threads, for these wait for other people's servers (docs/webhooks.md).
        Spec(
            name="webhooks",
            command=[
                *celery,
                *("worker", "--queues=webhooks", "--pool=threads", "--concurrency=16", "--hostname=webhooks@%h"),
                *("--loglevel=WARNING", "--without-gossip", "--without-mingle"),
            ],
            environ=celery_environ,
        ),
        Spec(name="beat", command=[*celery, "beat", "--pidfile=", "--loglevel=WARNING"], environ=celery_environ),
    ]


def web_names(environ: Mapping[str, str]) -> list[str]:
    """By itself one a core, and not more than BY_ITSELF."""
    wanted = environ.get("WEB_PROCESSES") or str(min(len(os.sched_getaffinity(0)), BY_ITSELF))
    if not wanted.isdigit() or not 1 <= int(wanted) <= MOST_WEB_PROCESSES:
        raise Refusal(
            f"WEB_PROCESSES={wanted} is no number from 1 to {MOST_WEB_PROCESSES}: one a core that is free for it."
        )
    return [WEB, *(f"{WEB}-{number}" for number in range(2, int(wanted) + 1))]


def is_web(name: str) -> bool:
    return name == WEB or name.startswith(f"{WEB}-")


def web_process(name: str, environ: Mapping[str, str], door: socket.socket) -> Spec:
    return Spec(
        name=name,
        # No access log: an address may carry what somebody searched for.
        command=[
            *(sys.executable, "-m", "daphne", "--verbosity", "0", "--no-server-name", "--fd", str(door.fileno())),
            *("--websocket-max-frame-size", str(FRAME_BYTES), "--websocket-max-message-size", str(FRAME_BYTES)),
            "contactcenter.asgi:application",
        ],
        environ=environ,
        pass_fds=(door.fileno(),),
        tells_ready=True,
    )


def is_lively(environ: Mapping[str, str]) -> bool:
    return environ.get("SIMULATE", "1") != "0"


def simulation(environ: Mapping[str, str]) -> Spec:
    """Visitors and robots of the demo. It reaches the others by their addresses alone."""
    return Spec(
        name="simulate",
        command=[sys.executable, "manage.py", "simulate"],
        environ={**environ, "DB_POOL": "0"},
        stop_seconds=5.0,
    )
