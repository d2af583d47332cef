"""What each process counts of its own work (docs/operations.md, Metrics). Labels are names of ours: of routes, kinds,
tasks; never of a person.

With PROMETHEUS_MULTIPROC_DIR the processes of the product (PROCESS_NAME) on one machine count in files of one folder,
and any of them can tell of all: behind the shared listening socket no scrape reaches one certain process, and Celery's
forks have no address. A command at a shell counts for itself.
"""

from __future__ import annotations

import os
import socket
from pathlib import Path

from prometheus_client import CollectorRegistry, Counter, Histogram, multiprocess, values

FAST = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
VERY_FAST = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0)


def shared_folder() -> str:
    return os.environ.get("PROMETHEUS_MULTIPROC_DIR", "") if "PROCESS_NAME" in os.environ else ""


def whoami() -> str:
    """Numbers of processes alone would meet where several containers share the folder."""
    return f"{socket.gethostname()}-{os.getpid()}".replace("_", "-")


if shared_folder():
    Path(shared_folder()).mkdir(mode=0o700, parents=True, exist_ok=True)
    values.ValueClass = values.MultiProcessValue(whoami)  # type: ignore[no-untyped-call]
else:
    values.ValueClass = values.MutexValue

own = CollectorRegistry()
requests = Histogram(
    "contactcenter_request_seconds", "Requests by route and status.", ["route", "status"], buckets=FAST, registry=own
)
sockets_closed = Counter(
    "contactcenter_sockets_closed",
    "Sockets that ended, by code: 403 refused, 1006 cut.",
    ["kind", "code"],
    registry=own,
)
frames = Counter("contactcenter_frames", "Frames over sockets.", ["kind", "direction"], registry=own)
offers = Counter("contactcenter_offers", "What became of offers; made counts each.", ["outcome"], registry=own)
router_turns = Histogram(
    "contactcenter_router_turn_seconds", "Turns of the router that leads.", buckets=VERY_FAST, registry=own
)
told = Counter("contactcenter_outbox_told", "Rows of the outbox that the relay told.", ["kind"], registry=own)
repairs = Counter(
    "contactcenter_repairs", "What the reconciler had to mend. There should be none.", ["kind"], registry=own
)
tasks = Histogram(
    "contactcenter_task_seconds", "Tasks of Celery by how they ended.", ["task", "outcome"], buckets=FAST, registry=own
)


def of_all_processes() -> CollectorRegistry:
    """What the processes of this machine counted; without a shared folder, this one alone."""
    if not shared_folder():
        return own
    registry = CollectorRegistry()
    multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return registry
