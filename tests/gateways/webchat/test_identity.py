"""A website's word on who its visitor is: believed when its server signed it for this company just now, else not."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from typing import Any

import jwt
import pytest

from contactcenter.gateways.webchat.identity import BadIdentity, SiteIdentity, read_identity

SECRET = "the-secret-of-aurora-has-more-than-32-bytes"
NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
AT = int(NOW.timestamp())
CLAIMS: dict[str, Any] = {
    "sub": "AT-88214",
    "name": "Helen Marsh",
    "email": "helen@example.com",
    "aud": "aurora",
    "iat": AT,
    "exp": AT + 300,
}


def signed(secret: str = SECRET, algorithm: str = "HS256", **changes: Any) -> str:
    claims = {key: value for key, value in {**CLAIMS, **changes}.items() if value is not ...}
    return jwt.encode(claims, secret, algorithm=algorithm)


def read(token: str, *, secret: str = SECRET, schema: str = "aurora", now: datetime = NOW) -> SiteIdentity:
    return read_identity(token, secret=secret, schema=schema, now=now)


def test_a_good_one_says_who_it_is() -> None:
    assert read(signed()) == SiteIdentity(subject="AT-88214", name="Helen Marsh", email="helen@example.com")


def test_name_and_address_may_be_missing() -> None:
    assert read(signed(name=..., email=...)) == SiteIdentity(subject="AT-88214", name="", email="")


@pytest.mark.parametrize(
    "token",
    [
        signed(secret="another-secret-of-more-than-thirty-two-bytes"),
        signed(aud="borealis"),
        signed(aud=...),
        signed(sub=...),
        signed(sub=""),
        signed(sub="  "),
        signed(sub=5),
        signed(iat=...),
        signed(exp=...),
        signed(exp=AT + 301),
        signed(exp=AT),
        signed(iat=AT - 400, exp=AT - 100),
        signed(iat=AT + 31, exp=AT + 60),
        signed(iat="now"),
        signed(exp=True),
        signed(secret=SECRET * 2, algorithm="HS512"),
        "",
        "not.a.token",
        "é" * 10,
        signed() + "x",
        "x" * 5000,
    ],
)
def test_anything_else_is_nobody(token: str) -> None:
    with pytest.raises(BadIdentity):
        read(token)


def test_one_without_a_signature_is_nobody() -> None:
    def part(value: dict[str, Any]) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

    with pytest.raises(BadIdentity):
        read(f"{part({'alg': 'none', 'typ': 'JWT'})}.{part(CLAIMS)}.")


def test_without_a_secret_nobody_is_believed() -> None:
    with pytest.raises(BadIdentity):
        read(signed(), secret="")


def test_the_website_s_clock_may_be_half_a_minute_ahead() -> None:
    assert read(signed(iat=AT + 30, exp=AT + 300)).subject == "AT-88214"
