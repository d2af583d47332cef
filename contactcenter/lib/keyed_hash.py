"""Keyed hashes: to recognise an address or a name again where itself must not be kept (shared schema, Redis)."""

import hashlib
import hmac

from django.conf import settings


def keyed_hash(value: str, *, purpose: str) -> str:
    """128 bits as 32 hex digits. Hashes of different purposes cannot be compared; the key is not in the database."""
    message = f"{purpose}\0{value}".encode()
    return hmac.new(settings.HASH_KEY.encode(), message, hashlib.sha256).hexdigest()[:32]
