"""`run`: the whole product with its demo, under one supervisor."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from contactcenter.run.orders import taking_orders
from contactcenter.run.place import Place, need_space
from contactcenter.run.processes import is_lively, is_web, listen, product, web_names
from contactcenter.run.refusal import Refusal
from contactcenter.run.services import STORES, environment, start_services, write_env_file
from contactcenter.run.session import INTERRUPTED, run_step, supervise, until_asked
from contactcenter.run.simulation import MARK
from contactcenter.run.supervisor import Supervisor
from contactcenter.run.terminal import paint, say, step

DATA_MEGABYTES = 500
READY_SECONDS = 90.0
CONNECTIONS, CONNECTIONS_OF_WEB = 100, 20  # of a web process and its successor, which are there together
TABLE_WIDTH = 110
WITHOUT_SECOND_FACTOR = {"REQUIRE_SECOND_FACTOR": "0"}  # printed logins have no phone; each page says so


def run_product(place: Place) -> int:
    started = time.monotonic()

    async def work(supervisor: Supervisor) -> int:
        need_space(place.data, megabytes=DATA_MEGABYTES, purpose="the data folder")
        with listen(place, place.port) as web, listen(place, place.port + 1) as sites:
            environ = await _start(place, supervisor, web=web, sites=sites)
            _show_demo(place, seconds=time.monotonic() - started)
            async with taking_orders(place, {"restart": partial(_restart, supervisor, environ)}):
                return await until_asked()

    code = supervise(place, work)
    return 0 if code == INTERRUPTED else code


async def _start(place: Place, supervisor: Supervisor, *, web: socket.socket, sites: socket.socket) -> dict[str, str]:
    connections = CONNECTIONS + CONNECTIONS_OF_WEB * len(web_names(os.environ))
    services = await start_services(place, supervisor, os.environ, connections=connections)
    environ = {**WITHOUT_SECOND_FACTOR, **environment(place, services, os.environ)}
    write_env_file(place, environ)
    (place.run / MARK).unlink(missing_ok=True)
    await _prepare(environ)
    for spec in product(environ, web=web, sites=sites):
        supervisor.start(spec)
    with step("Starting the product") as note:
        await _until_ready(place, note)
    return environ


async def _prepare(environ: Mapping[str, str]) -> None:
    # One connection each: these end before the pool would pay.
    once = {**environ, "DB_POOL": "0"}
    await run_step("Migrating and filling the demo", [sys.executable, "-m", "contactcenter.run.prepare"], once)


async def _restart(supervisor: Supervisor, environ: Mapping[str, str], tell: Callable[[str], None]) -> None:
    """The program as it lies there now takes over; the old one serves meanwhile, on tables that were widened first. Who
    works off comes before who brings work, and the web processes one after the other. The stores run on.
    """
    tell("migrating")
    await _prepare(environ)
    tell("whatever works in the background")
    names = [name for name in supervisor.children if name not in STORES]
    await asyncio.gather(*(supervisor.replace(name) for name in names if not is_web(name)))
    for name in filter(is_web, names):
        tell(name)
        await supervisor.replace(name)


async def _until_ready(place: Place, note: Callable[[str], None]) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while True:
        answer = await asyncio.to_thread(_ask_readiness, place)
        if answer == "":
            return
        if time.monotonic() > deadline:
            raise Refusal(f"The product did not become ready in {READY_SECONDS:.0f} s ({answer}): see its lines above.")
        note(answer)
        await asyncio.sleep(0.1)


def _ask_readiness(place: Place) -> str:
    """Empty when ready, else what is missing."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{place.port}/readyz", timeout=5):
            return ""
    except urllib.error.HTTPError as error:
        return error.read(500).decode(errors="replace")
    except OSError as error:
        return str(error)


def _show_demo(place: Place, *, seconds: float) -> None:
    demo = json.loads(place.demo_file.read_text())
    console = Console(highlight=False, width=None if sys.stdout.isatty() else TABLE_WIDTH)
    addresses = Table(title="Addresses", title_justify="left", show_header=False, box=SIMPLE)
    for what, address in _addresses(demo):
        addresses.add_row(what, address)
    logins = Table(title="Logins", title_justify="left", box=SIMPLE)
    for heading in ("Role", "E-mail", "Password"):
        logins.add_column(heading, no_wrap=True)  # made to be copied
    logins.add_column("Companies")
    for role, people in demo["logins"].items():
        for person in people if role != "simulated" else []:
            logins.add_row(role, person["email"], person["password"], ", ".join(person["companies"]))
    say()
    console.print(addresses)
    console.print(logins)
    if is_lively(os.environ):
        say("Simulated visitors come, mostly to Delta Ferries, which simulated agents serve.")
        say("`make quiet` in another terminal sends them home; SIMULATE=0 make run starts without them.")
    say(paint(f"Ready after {seconds:.0f} s: {demo['address']}  (Ctrl-C stops everything)", "32;1"))


def _addresses(demo: Mapping[str, Any]) -> list[tuple[str, str]]:
    hosts = demo["hosts"]
    sites = [(f"Website of {company}", f"http://{host}/") for company, host in hosts["sites"].items()]
    companies = [(f"Sign-in of {company}'s people", f"http://{host}/") for company, host in hosts["companies"].items()]
    return [("Desk of the agents", demo["address"]), *sites, *companies]
