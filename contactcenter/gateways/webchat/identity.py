"""The word of a company's website on who its visitor is: a short JWT that its server signed (RFC 7519, HS256).

Whoever can read the page can read the token; only the website's server can make one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import jwt

LONGEST_LIFE = 300  # seconds between `iat` and `exp`
CLOCKS_APART = 30  # seconds by which the website's clock may be ahead
LONGEST_TOKEN = 4096
REQUIRED = ["sub", "aud", "iat", "exp"]


class BadIdentity(ValueError):
    """Forged, run out, or not made for this company."""


@dataclass(frozen=True)
class SiteIdentity:
    """`subject` is the account's own id at the website; it does not change when the name or the mail address does."""

    subject: str
    name: str
    email: str


def read_identity(token: str, *, secret: str, schema: str, now: datetime) -> SiteIdentity:
    """Raises BadIdentity. The times are compared here, with `now`, and not inside the library with its own clock."""
    if not secret or len(token) > LONGEST_TOKEN:
        raise BadIdentity
    try:
        claims = jwt.decode(
            token,
            secret,
            algorithms=["HS256"],
            audience=schema,
            options={"require": REQUIRED, "verify_exp": False, "verify_iat": False, "verify_nbf": False},
        )
    except (jwt.PyJWTError, ValueError) as error:
        raise BadIdentity from error
    issued, expires, at = claims["iat"], claims["exp"], now.timestamp()
    if not all(isinstance(each, int | float) and not isinstance(each, bool) for each in (issued, expires)):
        raise BadIdentity
    if not (issued - CLOCKS_APART <= at < expires and 0 < expires - issued <= LONGEST_LIFE):
        raise BadIdentity
    subject = claims["sub"]
    if not isinstance(subject, str) or not subject.strip():
        raise BadIdentity
    return SiteIdentity(subject=subject, name=_text(claims.get("name")), email=_text(claims.get("email")))


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
