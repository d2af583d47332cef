"""Errors for machines: problem details (RFC 9457), one shape for all of them, in English."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse

CONTENT_TYPE = "application/problem+json"
API = "/api/"
NOT_KEPT = "private, no-store"
NOTHING_HERE = "There is nothing here that you may see."


def is_of_machines(request: HttpRequest) -> bool:
    return request.path.startswith(API)


def problem(
    status: int,
    detail: str,
    *,
    errors: Mapping[str, list[str]] | None = None,
    headers: Mapping[str, str] | None = None,
) -> HttpResponse:
    """`errors`: what is wrong with which field, and the cure."""
    body: dict[str, object] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
    }
    if errors:
        body["errors"] = dict(errors)
    return HttpResponse(
        json.dumps(body, ensure_ascii=False),
        status=status,
        content_type=CONTENT_TYPE,
        headers={"Cache-Control": NOT_KEPT, **(headers or {})},
    )
