"""Serializers that refuse what they do not know, and pages that stand still while the list grows."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.core.validators import ProhibitNullCharactersValidator
from rest_framework import serializers
from rest_framework.fields import empty
from rest_framework.validators import ProhibitSurrogateCharactersValidator

PROHIBITIONS = (ProhibitNullCharactersValidator, ProhibitSurrogateCharactersValidator)


# A field that is not taken is refused by name (T7): a request never does less than it says. No docstring here: it would
# stand in the API's description.
class Strict(serializers.Serializer[Any]):
    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            taken = [name for name, field in self.fields.items() if not field.read_only]
            unknown = sorted(set(data) - set(taken))
            if unknown:
                cure = f"Use: {', '.join(taken)}." if taken else "Send an empty object."
                raise serializers.ValidationError({name: [f"There is no such field. {cure}"] for name in unknown})
        return super().to_internal_value(data)


class Words(serializers.CharField):
    """What people read. What may not be stored of it is taken out by the service (lib.text), which says when nothing
    is left to be seen.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(min_length=1, trim_whitespace=False, **options)
        self.validators = [one for one in self.validators if not isinstance(one, PROHIBITIONS)]

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            raise serializers.ValidationError("Write a text.")
        return str(super().to_internal_value(data))


class Cursor(serializers.RegexField):
    """Where a page ended; opaque to clients. Every text of its form means some place, be it one where nothing is."""

    def __init__(self, bytes_inside: int, **options: Any) -> None:
        length = -(-bytes_inside * 8 // 6)
        super().__init__(
            rf"^[A-Za-z0-9_-]{{{length}}}$",
            required=False,
            max_length=length,
            min_length=length,
            help_text="`next_cursor` of the page before.",
            error_messages={"invalid": "Use next_cursor of a page as it came, or leave it out."},
            **options,
        )

    def run_validation(self, data: Any = empty) -> Any:
        return self.read(base64.urlsafe_b64decode(super().run_validation(data) + "=="))

    def read(self, inside: bytes) -> Any:
        raise NotImplementedError


class IdCursor(Cursor):
    def __init__(self, **options: Any) -> None:
        super().__init__(16, **options)

    def read(self, inside: bytes) -> UUID:
        return UUID(bytes=inside)


class SequenceCursor(Cursor):
    def __init__(self, **options: Any) -> None:
        super().__init__(4, **options)

    def read(self, inside: bytes) -> int:
        return int.from_bytes(inside)


def cursor_of(last: UUID | int | None) -> str | None:
    if last is None:
        return None
    inside = last.bytes if isinstance(last, UUID) else last.to_bytes(4)
    return base64.urlsafe_b64encode(inside).decode().rstrip("=")


class PageQuery(Strict):
    limit = serializers.IntegerField(required=False, min_value=1, max_value=100, default=25)


def page(items: list[Any], limit: int) -> tuple[list[Any], Any]:
    """Of `limit` + 1 that were asked for: the page, and its last where more follow."""
    if len(items) <= limit:
        return items, None
    return items[:limit], items[limit - 1]
