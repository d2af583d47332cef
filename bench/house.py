"""The product that is measured: all its processes as `make run` starts them, in a folder of its own, every limit on.

Many people call from many loopback addresses, as in life: limits count by address.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from contactcenter.demo.running import ROOT, Demo, clean_environment, start_demo

FEW, MANY = 4, 200  # companies
FILES = 20_000  # open at once, sockets among them


@dataclass
class House:
    demo: Demo
    companies: int = FEW
    people: dict[str, list[dict[str, str]]] = field(default_factory=dict)

    @property
    def port(self) -> int:
        return self.demo.port

    def host(self, schema: str) -> str:
        return str(self.demo.facts["hosts"]["companies"][schema]).partition(":")[0]

    def api_token(self, schema: str) -> str:
        return str(self.demo.facts["tokens"]["api"][schema])

    def inside(self, function: str, *arguments: object) -> Any:
        """What a function of bench.inside gives, called in the product's environment."""
        return json.loads(self.python("-m", "bench.inside", function, *map(str, arguments)).splitlines()[-1])

    def python(self, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=self.environ(),
            stdout=subprocess.PIPE,
            text=True,
            check=True,
            timeout=900,
        )
        return done.stdout

    def environ(self) -> dict[str, str]:
        """As the supervisor wrote it down."""
        return {**clean_environment(), **self.demo.environment(), "DJANGO_SETTINGS_MODULE": "contactcenter.settings"}

    def staff(self, kind: str, number: int) -> list[dict[str, str]]:
        """At least so many of these people: agents, supervisors."""
        found = self.people.setdefault(kind, [])
        if len(found) < number:
            found += self.inside(f"make_{kind}", len(found), number)
        return found[:number]

    def grow(self) -> None:
        self.inside("make_companies", MANY)
        self.companies = MANY

    def memory_kb(self, process: str) -> int:
        """Resident."""
        words = Path(f"/proc/{self.demo.pid(process)}/statm").read_text().split()
        return int(words[1]) * resource.getpagesize() // 1024


@contextmanager
def house(data: Path, **more: str) -> Iterator[House]:
    """With `more` in its environment."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(FILES, hard), hard))
    shutil.rmtree(data, ignore_errors=True)
    demo = start_demo(data, more=more)
    try:
        built = House(demo)
        built.inside("open_always")
        yield built
    finally:
        demo.stop()


def address(number: int) -> str:
    """The loopback address of the so-manyeth caller; the first ones are left to others."""
    return f"127.{20 + number // 62_500}.{number // 250 % 250}.{number % 250 + 1}"


def cores() -> int:
    return len(os.sched_getaffinity(0))
