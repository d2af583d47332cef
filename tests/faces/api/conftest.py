"""Machines that speak to a company's API, each by a token of its own."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.test import Client

from contactcenter.lib import rate_limit
from contactcenter.lib.clock import now
from contactcenter.operation.accounts.api_tokens import make_token
from contactcenter.operation.accounts.models import ApiToken
from tests.people import company

ALL = ApiToken.Right.values


@pytest.fixture(autouse=True)
def fresh_limits() -> Iterator[None]:
    """Rolled-back tests make tokens of the same number again: each starts with a full bucket."""
    forget_limits()
    yield
    forget_limits()


def forget_limits() -> None:
    client = rate_limit.client()
    prefix = settings.CACHES["default"]["KEY_PREFIX"]  # this worker's own
    for key in client.scan_iter(f"{prefix}:rate:*:api:*"):
        client.delete(key)


class Machine:
    """One token on one company's host."""

    def __init__(self, schema: str, *, rights: Collection[str] = ALL, host: str = "", secret: str = "") -> None:
        made = make_token(tenant=company(schema), name="Test", rights=rights, by=None, now=now())
        self.token, self.secret = made.token, secret or made.secret
        self.client = Client(headers={"host": host or f"{schema}.localhost"}, raise_request_exception=False)

    def get(self, path: str, query: dict[str, Any] | None = None, **headers: str) -> Any:
        return self.client.get(f"/api/v1/{path}", query or {}, headers=self.headers(headers))

    def post(self, path: str, body: Any = None, *, key: str | None = "", method: str = "post", **headers: str) -> Any:
        """`key` None: without; empty: a new one."""
        more = {} if key is None else {"Idempotency-Key": key or str(uuid4())}
        data = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        send = getattr(self.client, method)
        content_type = headers.pop("content_type", "application/json")
        return send(f"/api/v1/{path}", data, content_type=content_type, headers=self.headers({**more, **headers}))

    def patch(self, path: str, body: Any) -> Any:
        return self.post(path, body, key=None, method="patch")

    def delete(self, path: str) -> Any:
        return self.client.delete(f"/api/v1/{path}", headers=self.headers({}))

    def headers(self, more: dict[str, str]) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.secret}", **more}


def is_problem(answer: Any, status: int) -> dict[str, Any]:
    """Gives the problem's body."""
    assert answer.status_code == status, answer.content
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Cache-Control"] == "private, no-store"
    body: dict[str, Any] = json.loads(answer.content)
    assert body["status"] == status
    assert body["title"]
    assert body["detail"]
    return body
