"""Signatures as Standard Webhooks 1.0.0 has them (standardwebhooks.com, symmetric). Pure.

Signed is `<webhook-id>.<webhook-timestamp>.<body>` by HMAC-SHA256 with the secret's bytes; one `v1,<base64>` for each
valid secret, with a space between.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime

PREFIX = "whsec_"


def signed_headers(*, message_id: str, at: datetime, body: bytes, secrets: Sequence[str]) -> Mapping[str, str]:
    timestamp = str(int(at.timestamp()))
    signatures = [signature(secret, message_id, timestamp, body) for secret in secrets]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(signatures),
    }


def signature(secret: str, message_id: str, timestamp: str, body: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(PREFIX))
    digest = hmac.new(key, f"{message_id}.{timestamp}.".encode() + body, hashlib.sha256).digest()
    return "v1," + base64.b64encode(digest).decode()
