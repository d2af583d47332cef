"""Bodies of requests: one JSON object, small, flat enough, and nothing ambiguous in it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import IO, Any

from rest_framework.exceptions import APIException, ParseError, UnsupportedMediaType
from rest_framework.parsers import BaseParser

LARGEST = 64 * 1024  # bytes


class TooLarge(APIException):
    status_code = 413
    default_detail = f"The body is larger than {LARGEST // 1024} kB: send less at once."


class StrictJSON(BaseParser):
    media_type = "application/json"

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        headers = parser_context["request"].headers if parser_context else {}
        if headers.get("Content-Encoding", "identity") != "identity":
            raise UnsupportedMediaType(media_type or "", "Send the body as it is, without Content-Encoding.")
        raw = stream.read(LARGEST + 1)
        if len(raw) > LARGEST:
            raise TooLarge
        try:
            body = json.loads(raw.decode(), parse_constant=no_number, object_pairs_hook=each_once)
        except UnicodeDecodeError:
            raise ParseError("The body is not UTF-8.") from None
        except (ValueError, RecursionError) as error:
            said = str(error) if isinstance(error, ValueError) else "too deeply nested"
            raise ParseError(f"The body is not JSON that can be read: {said}.") from None
        if not isinstance(body, dict):
            raise ParseError("The body must be a JSON object: {…}.")
        return body


def no_number(text: str) -> float:
    raise ValueError(f"{text} is no number in JSON")


def each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A name that comes twice is read differently by different programs: refused."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice in one object")
    return found
