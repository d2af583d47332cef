"""Random secrets that show by themselves whether this house made them: whoever invents some by the thousand asks no
table. They are kept as a digest and can be revoked like any other; the check alone opens nothing.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64encode

from django.conf import settings
from django.utils.crypto import constant_time_compare

TOKEN_BYTES, CHECK_BYTES = 32, 9
CHECK_LENGTH = CHECK_BYTES * 4 // 3
LENGTH = 43 + CHECK_LENGTH


def make(purpose: str) -> str:
    body = secrets.token_urlsafe(TOKEN_BYTES)
    return body + check_of(body, purpose, settings.SECRET_KEY)


def is_ours(token: str, purpose: str) -> bool:
    """Made with today's key or one of those before."""
    if len(token) != LENGTH or not token.isascii():
        return False
    body, check = token[:-CHECK_LENGTH], token[-CHECK_LENGTH:]
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return any(constant_time_compare(check, check_of(body, purpose, key)) for key in keys)


def check_of(body: str, purpose: str, key: str) -> str:
    digest = hmac.new(key.encode(), f"token {purpose}\0{body}".encode(), hashlib.sha256).digest()
    return urlsafe_b64encode(digest[:CHECK_BYTES]).decode()
