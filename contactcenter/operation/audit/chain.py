"""The chain of a company's entries, purely: what a digest covers, and where a chain does not hold."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Link:
    """An entry as its digest sees it."""

    schema: str
    sequence: int
    at: datetime
    actor: int | None
    action: str
    object_kind: str
    object_id: str
    facts: Mapping[str, Any]


@dataclass(frozen=True)
class End:
    """Where a chain stood at some moment: of its head, or of an anchor outside the database."""

    sequence: int
    digest: str


@dataclass(frozen=True)
class Break:
    sequence: int
    why: str


def digest(link: Link, before: str) -> str:
    """SHA-256, as hex, over the digest before it and the entry: JSON with sorted keys, UTC to the microsecond."""
    entry = {
        "schema": link.schema,
        "sequence": link.sequence,
        "at": link.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "actor": link.actor,
        "action": link.action,
        "object_kind": link.object_kind,
        "object_id": link.object_id,
        "facts": link.facts,
    }
    text = json.dumps(entry, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(f"{before}\n{text}".encode()).hexdigest()


def first_break(entries: Iterable[tuple[Link, str]], head: End, anchors: Iterable[End] = ()) -> Break | None:
    """`entries` in the order of their numbers, each with the digest that stands beside it."""
    anchored = {anchor.sequence: anchor.digest for anchor in anchors}
    before, last = "", 0
    for link, stands in entries:
        if link.sequence != last + 1:
            return Break(last + 1, "is missing")
        if digest(link, before) != stands:
            return Break(link.sequence, "was changed, or put in later")
        if anchored.get(link.sequence, stands) != stands:
            return Break(link.sequence, "is not what was anchored outside the database")
        before, last = stands, link.sequence
    furthest = max([head.sequence, *anchored])
    if last < furthest:
        return Break(last + 1, "is missing")
    if head != End(last, before):
        return Break(last, "is not where the chain's head points")
    return None
