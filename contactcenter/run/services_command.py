"""`services`: PostgreSQL and Redis alone, for work on one part of the product."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

from contactcenter.run.living import alive
from contactcenter.run.place import Place, hold, make_folders
from contactcenter.run.refusal import Refusal
from contactcenter.run.services import environment, start_services, write_env_file
from contactcenter.run.session import INTERRUPTED, supervise, until_asked
from contactcenter.run.supervisor import Supervisor
from contactcenter.run.terminal import say

READY_SECONDS = 180.0


def serve(place: Place, *, detach: bool) -> int:
    if detach:
        return _serve_in_background(place)

    async def work(supervisor: Supervisor) -> int:
        services = await start_services(place, supervisor, os.environ)
        write_env_file(place, environment(place, services, os.environ))
        for name, value in services.environ().items():
            say(f"export {name}='{value}'")
        say(f"In a shell: . {place.env_file}   (Ctrl-C here stops them)")
        return await until_asked()

    code = supervise(place, work)
    return 0 if code == INTERRUPTED else code


def stop(place: Place) -> int:
    try:
        pid = int((place.run / "supervisor.pid").read_text())
        os.kill(pid, signal.SIGTERM)
    except (FileNotFoundError, ProcessLookupError):
        say(f"Nothing runs in {place.data}.")
        return 0
    while alive(pid):
        time.sleep(0.05)
    return 0


def _serve_in_background(place: Place) -> int:
    make_folders(place)
    os.close(hold(place))  # refuses while others run here, and must not hide their file
    place.env_file.unlink(missing_ok=True)
    log = place.run / "services.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "contactcenter.run", "services"],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    deadline = time.monotonic() + READY_SECONDS
    while not place.env_file.exists():
        if process.poll() is not None or time.monotonic() > deadline:
            raise Refusal(f"The services did not start: {log.read_text().strip().splitlines()[-1]}")
        time.sleep(0.05)
    say(place.env_file.read_text() + f"In a shell: . {place.env_file}   (stop them: services --stop)")
    return 0
