"""The present, in one place: callers at the edge (views, consumers, tasks, processes) read it once and pass it on."""

from datetime import UTC, datetime


def now() -> datetime:
    return datetime.now(UTC)
