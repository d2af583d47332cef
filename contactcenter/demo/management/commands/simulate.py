"""`manage.py simulate`: visitors and simulated agents for a running demo."""

from __future__ import annotations

import asyncio
import json
from argparse import ArgumentParser, ArgumentTypeError
from contextlib import suppress
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from contactcenter.demo.simulate.life import Life
from contactcenter.demo.simulate.plan import Plan


class Command(BaseCommand):
    help = "Plays visitors by the widget's own protocol against the running demo, and the agents of its robot company."
    requires_system_checks = ()  # it only speaks to the demo's addresses

    def add_arguments(self, parser: ArgumentParser) -> None:
        plan = Plan()
        parser.add_argument("--seed", type=int, default=plan.seed, help="the same seed brings the same visitors")
        parser.add_argument("--rate", type=positive, default=plan.rate, help="visitors a minute over all companies")
        parser.add_argument(
            "--for-people", type=share, default=plan.for_people, help="0 to 1: who comes to companies people serve"
        )
        parser.add_argument(
            "--patience", type=positive, default=plan.patience, help="mean seconds that a visitor waits for an agent"
        )
        parser.add_argument(
            "--languages", type=weights, default=dict(plan.languages), help="weights, such as en=2,es=1"
        )
        parser.add_argument("--seconds", type=positive, help="how long; by default until it is stopped")

    def handle(self, *args: Any, **options: Any) -> None:
        facts = settings.DATA_DIR / "demo.json"
        if not facts.exists():
            raise CommandError(f"No demo has been started in {settings.DATA_DIR}: `make run` first.")
        life = Life(
            plan=Plan(
                seed=options["seed"],
                rate=options["rate"],
                for_people=options["for_people"],
                patience=options["patience"],
                languages=options["languages"],
            ),
            facts=json.loads(facts.read_text()),
            pause=settings.DATA_DIR / "run" / "quiet",
            say=self.stdout.write,
        )
        with suppress(KeyboardInterrupt):
            asyncio.run(life.run(options["seconds"]))


def positive(text: str) -> float:
    number = float(text)
    if not 0 < number < float("inf"):
        raise ArgumentTypeError("must be above 0")
    return number


def share(text: str) -> float:
    number = float(text)
    if not 0 <= number <= 1:
        raise ArgumentTypeError("must be from 0 to 1")
    return number


def weights(text: str) -> dict[str, float]:
    try:
        found = {name: positive(weight) for name, _, weight in (part.partition("=") for part in text.split(","))}
    except ValueError:
        raise ArgumentTypeError("write languages as en=2,es=1") from None
    if unknown := set(found) - {"en", "es"}:
        raise ArgumentTypeError(f"no stories are told in {', '.join(sorted(unknown))}: en and es")
    return found
