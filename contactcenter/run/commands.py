"""The commands of `python3 -m contactcenter.run`. Until the environment is there, only the standard library is."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Sequence

from contactcenter.run import install, one
from contactcenter.run.orders import order
from contactcenter.run.place import ROOT, Place, place_from
from contactcenter.run.refusal import Refusal
from contactcenter.run.reset import reset
from contactcenter.run.simulation import lively, quiet
from contactcenter.run.terminal import complain, say

HELP = {
    "run": "start the whole product with its demo (Ctrl-C stops it)",
    "process": "become one process of the product, for systemd or a container",
    "restart": "put the program as it lies here in place of the one that runs, with nobody cut",
    "services": "start PostgreSQL and Redis alone and print their addresses",
    "test": "every check and the whole suite",
    "quick": "the inner loop: checks and the fast tests",
    "soak": "the long tests with the whole figures",
    "bench": "measures, each beside its limit; BENCH=part for one part",
    "pictures": "pictures of the living demo into docs/pictures",
    "quiet": "send the simulated visitors of a running demo home",
    "lively": "let them come again",
    "words": "bring the catalogues of other languages up to date with the source",
    "reset": "delete the demo's data after asking",
}


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python3 -m contactcenter.run")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, text in HELP.items():
        command = commands.add_parser(name, help=text)
        if name == "services":
            command.add_argument("--detach", action="store_true", help="go to the background when they are ready")
            command.add_argument("--stop", action="store_true", help="stop those in the background")
        if name == "process":
            command.add_argument("name", metavar="NAME", choices=one.names(), help=", ".join(one.names()))
        if name in ("test", "quick", "soak", "pictures"):
            command.add_argument("pytest_arguments", nargs="*", help="handed to pytest after --")
    options = parser.parse_args(arguments)
    try:
        return _run(options, list(arguments))
    except Refusal as refusal:
        complain(str(refusal))
        return 1
    except KeyboardInterrupt:
        return 130


def _run(options: argparse.Namespace, arguments: list[str]) -> int:
    os.chdir(ROOT)
    tests = options.command in ("test", "quick", "soak", "pictures", "words")
    place = place_from(os.environ, tests=tests)
    if at_once := {"reset": reset, "quiet": quiet, "lively": lively}.get(options.command):
        return at_once(place)
    if options.command == "process":
        return one.become(place, options.name)
    install.install(with_tests=tests)
    if options.command == "restart":
        return order(place, "restart")
    if not install.inside():
        return install.go_inside(arguments)
    command = {"words": _words, "bench": _bench, "services": _services, "run": _product}.get(options.command, _checks)
    return command(place, options)


# From here on the environment is there.


def _words(place: Place, options: argparse.Namespace) -> int:
    from contactcenter.translations.catalogues import update

    for line in update():
        say(line)
    return 0


def _bench(place: Place, options: argparse.Namespace) -> int:
    return subprocess.call([sys.executable, "-m", "bench"])


def _services(place: Place, options: argparse.Namespace) -> int:
    from contactcenter.run import services_command

    return services_command.stop(place) if options.stop else services_command.serve(place, detach=options.detach)


def _product(place: Place, options: argparse.Namespace) -> int:
    from contactcenter.run.product import run_product

    return run_product(place)


def _checks(place: Place, options: argparse.Namespace) -> int:
    from contactcenter.run.checks import run_checks

    return run_checks(place, options.command, options.pytest_arguments)
