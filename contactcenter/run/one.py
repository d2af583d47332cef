"""`process NAME`: becomes one process of the product, for systemd, a container or a shell. What `make run` starts is
the same (processes.py).
"""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping

from contactcenter.run.place import Place
from contactcenter.run.processes import WEB, listen, web_process, workers
from contactcenter.run.refusal import Refusal

HANDED_DOWN = 3  # the first socket that systemd passes on (sd_listen_fds)
SET_HERE = {"DJANGO_SETTINGS_MODULE": "contactcenter.settings", "PYTHONUNBUFFERED": "1"}


def names() -> list[str]:
    return [WEB, *(spec.name for spec in workers({}))]


def become(place: Place, name: str) -> int:
    """Does not return."""
    environ = {"PROCESS_NAME": name, **os.environ, **SET_HERE}
    if name == WEB:
        door = door_of(place, environ)
        door.set_inheritable(True)
        spec = web_process(name, environ, door)
    else:
        spec = next(spec for spec in workers(environ) if spec.name == name)
    os.execvpe(spec.command[0], list(spec.command), dict(spec.environ))  # noqa: S606


def door_of(place: Place, environ: Mapping[str, str]) -> socket.socket:
    """The one that systemd holds, or one of our own."""
    if environ.get("LISTEN_FDS") == "1" and environ.get("LISTEN_PID") == str(os.getpid()):
        return socket.socket(fileno=HANDED_DOWN)
    if environ.get("LISTEN_FDS"):
        raise Refusal("systemd passed on other sockets than the one that contactcenter-web.socket names.")
    return listen(place, place.port, environ.get("LISTEN_ADDRESS", "127.0.0.1"))
