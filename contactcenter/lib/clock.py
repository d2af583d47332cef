"""The present, in one place: callers at the edge (views, consumers, tasks, processes) read it once and pass it on."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo


def now() -> datetime:
    return datetime.now(UTC)


def zone(name: str) -> ZoneInfo | None:
    """A time zone by the name that a browser gave. None where that is empty, unknown here or no name at all."""
    try:
        return ZoneInfo(name) if name else None
    except (ValueError, KeyError, OSError):
        return None
