"""Every address that a kind of host knows, and what it is filled in with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.conf import settings
from django.urls import URLPattern, URLResolver, get_resolver

from contactcenter.access.who import Place

URLCONFS = {Place.SHARED: settings.PUBLIC_SCHEMA_URLCONF, Place.COMPANY: settings.ROOT_URLCONF}
Patterns = Sequence[URLPattern | URLResolver]


def routes(place: Place) -> list[tuple[str, tuple[str, ...]]]:
    """Names and their parameters."""
    return list(found(get_resolver(URLCONFS[place]).url_patterns))


def found(
    patterns: Patterns, spaces: tuple[str, ...] = (), before: tuple[str, ...] = ()
) -> Iterator[tuple[str, tuple[str, ...]]]:
    for pattern in patterns:
        given = (*before, *pattern.pattern.regex.groupindex)
        if isinstance(pattern, URLResolver):
            yield from found(pattern.url_patterns, (*spaces, pattern.namespace) if pattern.namespace else spaces, given)
        else:
            assert pattern.name, f"{pattern} has no name and could not be declared"
            yield ":".join((*spaces, pattern.name)), given
