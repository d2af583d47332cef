"""Sees what else a knock left: marks of the other company in answers, mails and logs, and rows that it changed."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.conf import settings
from django.core import mail
from django.db import connection

from contactcenter.lib import rate_limit
from tenants.door import shared
from tests.access.askers import OTHER, Asker
from tests.access.house import MARKS
from tests.access.policy import unprotected

if TYPE_CHECKING:
    from tests.access.walk import Answer, Knock

OF_ALL = ("floor", "admin")  # whoever is let in there sees every company
OF_NOBODY = ("for-anybody",)  # nothing private stands there


class Witness(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []
        self.mails: list[str] = []
        self.changed: list[str] = []
        self.rows = {schema: Rows(schema) for schema in MARKS}

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Alone, to every logger, those too that keep what they say to themselves."""
        loggers = [logging.getLogger(name) for name in logging.root.manager.loggerDict]
        spoken_to = {logger: logger.handlers for logger in [logging.root, *loggers]}
        for logger in spoken_to:
            logger.handlers = [self] if logger is logging.root or not logger.propagate else []
        try:
            yield
        finally:
            for logger, handlers in spoken_to.items():
                logger.handlers = handlers

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))

    def begin(self) -> None:
        self.lines.clear()
        mail.outbox.clear()

    def look(self, knock: Knock) -> None:
        """Before the knock is taken back."""
        other = OTHER[knock.asker.home]
        writes = knock.method != "GET" and knock.word == "in" and knock.door.kind not in OF_ALL
        self.changed = [other] if writes and self.rows[other].have_changed() else []
        self.mails = [str(letter.message()) for letter in mail.outbox]

    def faults(self, knock: Knock, answer: Answer, wanted: str) -> Iterator[str]:
        if self.changed:
            yield f"changed rows of {self.changed[0]}"
        said = b"\n".join([answer.body, *(f"{name}: {value}".encode() for name, value in answer.headers.items())])
        for sign in forbidden(knock, wanted):
            if sign in said.decode(errors="replace").lower():
                yield f"shows {sign}"
            if any(sign in letter.lower() for letter in self.mails):
                yield f"mails {sign}"
        yield from self.logged()
        yield from unprotected(answer.headers, answer.body, whose=knock.door.kind)
        if answer.status >= 500:
            yield f"says {self.lines[-1:]}"

    def changed_companies(self) -> list[str]:
        return [f"changed rows of {schema}" for schema, rows in self.rows.items() if rows.have_changed()]

    def logged(self) -> Iterator[str]:
        """Of no company anything, whoever asked."""
        for mark in MARKS.values():
            if any(mark in line.lower() for line in self.lines):
                yield f"logs {mark}"

    @staticmethod
    def forget_limits() -> None:
        """So many knocks are nobody's."""
        client = rate_limit.client()
        for key in client.scan_iter(f"{settings.CACHES['default']['KEY_PREFIX']}:*"):
            client.delete(key)


def signs_of_others(asker: Asker) -> list[str]:
    other = OTHER[asker.home]
    return [MARKS[other], other]


def forbidden(knock: Knock, wanted: str) -> list[str]:
    """Signs of the other company; where nobody private is let in, marks of one's own too."""
    if wanted == "in" and knock.door.kind in OF_ALL:
        return []
    signs = signs_of_others(knock.asker)
    return signs if wanted == "in" and knock.door.kind not in OF_NOBODY else [*signs, MARKS[knock.asker.home]]


class Rows:
    """All that a company has: its own tables, and its rows in the shared ones."""

    def __init__(self, schema: str) -> None:
        with shared(), connection.cursor() as cursor:
            cursor.execute("SELECT id FROM tenants_tenant WHERE schema_name = %s", [schema])
            (tenant,) = cursor.fetchone()
            cursor.execute("SELECT table_name FROM information_schema.tables WHERE table_schema = %s", [schema])
            parts = [f"SELECT '{name}', t::text FROM {schema}.{name} t" for (name,) in cursor.fetchall()]
            cursor.execute(
                "SELECT table_name FROM information_schema.columns"
                " WHERE table_schema = 'public' AND column_name = 'tenant_id'"
            )
            found = cursor.fetchall()
        parts += [f"SELECT '{name}', t::text FROM public.{name} t WHERE tenant_id = {tenant}" for (name,) in found]
        self.together = f"({' UNION ALL '.join(parts)}) AS rows(of, row)"
        self.before = self.digest()

    def have_changed(self) -> bool:
        return self.digest() != self.before

    def digest(self) -> str:
        with shared(), connection.cursor() as cursor:
            cursor.execute(f"SELECT md5(string_agg(of || row, '|' ORDER BY of, row)) FROM {self.together}")
            return str(cursor.fetchone()[0])
