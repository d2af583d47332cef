"""The processes, as the tables and the broker show them: whichever machine they run on."""

from __future__ import annotations

from collections.abc import Iterator

from kombu.exceptions import OperationalError

from contactcenter.celery import app
from contactcenter.doctor.findings import Finding, well, wrong
from contactcenter.lib.clock import now
from contactcenter.metrics import tables

LATE = 30.0  # seconds
ANSWER_WITHIN = 2.0


def processes() -> Iterator[Finding]:
    yield from web()
    yield from router()
    yield from relay()
    yield from beat()
    yield from workers()


def web() -> Iterator[Finding]:
    if alive := tables.living_web(now()):
        yield well(f"Web processes that told of themselves lately: {len(alive)}")
    else:
        yield wrong("No web process lives", "Start web (docs/operations.md, Processes).")


def router() -> Iterator[Finding]:
    if tables.leaders():
        yield well("A router leads")
    else:
        yield wrong("No router leads: nobody is offered work", "Start router: manage.py route.")


def relay() -> Iterator[Finding]:
    lag = max(seconds for _rows, seconds in tables.outbox_by_kind().values())
    if lag <= LATE:
        yield well(f"News is told within {max(lag, 1):.0f} s")
    else:
        yield wrong(
            f"News has waited to be told for {lag:.0f} s", "Start relay (manage.py relay), or see what its log says."
        )


def beat() -> Iterator[Finding]:
    ticked = tables.beat_ticked()
    ago = (now() - ticked).total_seconds() if ticked else None
    if ago is not None and ago <= 2 * LATE:
        yield well(f"beat ticked {ago:.0f} s ago")
    else:
        words = "beat never ticked" if ago is None else f"beat ticked {ago / 60:.0f} minutes ago"
        yield wrong(words, "Start beat, once: nothing that happens by the clock happens now.")


def workers() -> Iterator[Finding]:
    try:
        answers = app.control.ping(timeout=ANSWER_WITHIN)
    except (OperationalError, OSError):
        return  # the broker's own line says so
    names = sorted(name for answer in answers for name in answer)
    for kind in ("celery", "webhooks"):
        if any(name.startswith(f"{kind}@") for name in names):
            yield well(f"A Celery worker answers as {kind}")
        else:
            yield wrong(f"No Celery worker answers as {kind}", "Start it (docs/operations.md, Processes).")
