"""`manage.py create_tenant`: a new client company from the command line."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError
from datetime import date, time
from pathlib import Path
from typing import IO, Any, cast

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.progress import Progress

from contactcenter.lib.hours import Span
from tenants import written
from tenants.branding import LOGO_BYTES
from tenants.models import Tenant
from tenants.services import NewTenant, create_tenant

DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


class Command(BaseCommand):
    help = "Makes a client company: its schema, hosts, colours and hours. When anything fails, nothing is left behind."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("schema", help="small letters, digits and _: names the PostgreSQL schema")
        parser.add_argument("--name", required=True, help="as people read it")
        parser.add_argument(
            "--host",
            dest="hosts",
            action="append",
            required=True,
            help="may be given several times; the first is the main one",
        )
        parser.add_argument("--colour", required=True, help="#rrggbb")
        parser.add_argument("--monogram", default="", help="one or two characters; by default the initials")
        parser.add_argument("--logo", type=read_logo, help="a PNG or SVG file of at most 64 kB")
        parser.add_argument("--timezone", default="UTC", help="such as Europe/Madrid")
        parser.add_argument(
            "--language",
            dest="languages",
            action="append",
            help="a code such as en; may be given several times; the first is the default",
        )
        parser.add_argument(
            "--greeting",
            dest="greeting",
            action="append",
            default=[],
            type=read_greeting,
            help="LANGUAGE=PHRASE, where {agent} and {company} are filled in",
        )
        parser.add_argument("--contract", default=Tenant.Contract.SHARED, choices=Tenant.Contract.values)
        parser.add_argument(
            "--legal-name",
            dest="legal_names",
            action="append",
            default=[],
            help="a further name or web address of the company",
        )
        parser.add_argument(
            "--hours",
            dest="hours",
            action="append",
            default=[],
            type=read_hours,
            help='such as "mon-fri 09:00-14:00 16:00-19:30"; 00:00 closes at the end of the day',
        )
        parser.add_argument(
            "--holiday",
            dest="holidays",
            action="append",
            default=[],
            type=read_holiday,
            help='"2026-12-25 Christmas", closed, or "2026-12-24 10:00-13:00 Christmas Eve"',
        )

    def handle(self, *args: Any, **options: Any) -> None:
        new = NewTenant(
            schema=options["schema"],
            name=options["name"],
            hosts=options["hosts"],
            colour=options["colour"],
            monogram=options["monogram"],
            logo=options["logo"],
            timezone=options["timezone"],
            languages=options["languages"] or ["en"],
            greeting=dict(options["greeting"]),
            contract=options["contract"],
            legal_names=options["legal_names"],
            opening_hours=[span for spans in options["hours"] for span in spans],
            holidays=options["holidays"],
        )
        with Progress(
            console=Console(file=cast(IO[str], self.stdout)), transient=True, disable=not self.stdout.isatty()
        ) as bar:
            task = bar.add_task(new.schema)
            try:
                tenant = create_tenant(
                    new,
                    progress=lambda done, total, what: bar.update(task, completed=done, total=total, description=what),
                )
            except ValidationError as error:
                raise CommandError("\n".join(self.lines(error.message_dict))) from error
        self.stdout.write(f"{tenant.name} is ready at {', '.join(new.hosts)}.")

    def lines(self, errors: dict[str, list[str]]) -> list[str]:
        return [f"{name}: {message}" for name, messages in errors.items() for message in messages]


def read_span(text: str) -> tuple[time, time]:
    try:
        span = written.read_span(text)
    except ValueError as error:
        raise ArgumentTypeError(str(error)) from None
    return span.opens, span.closes


def read_hours(text: str) -> list[tuple[int, time, time]]:
    days, *spans = text.split()
    first, _dash, last = days.lower().partition("-")
    if first not in DAYS or (last or first) not in DAYS or not spans:
        raise ArgumentTypeError(f"{text!r} is not such as mon-fri 09:00-17:30")
    weekdays = range(DAYS.index(first), DAYS.index(last or first) + 1)
    return [(weekday, *read_span(span)) for weekday in weekdays for span in spans]


def read_holiday(text: str) -> tuple[date, str, Span | None]:
    try:
        return written.read_holiday(text)
    except ValueError as error:
        raise ArgumentTypeError(str(error)) from None


def read_greeting(text: str) -> tuple[str, str]:
    language, equals, phrase = text.partition("=")
    if not equals:
        raise ArgumentTypeError(f"{text!r} is not LANGUAGE=PHRASE")
    return language, phrase


def read_logo(text: str) -> bytes:
    try:
        with Path(text).open("rb") as file:
            return file.read(LOGO_BYTES + 1)
    except OSError as error:
        raise ArgumentTypeError(f"{text}: {error.strerror}") from None
