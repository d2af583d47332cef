"""Secrets that must be read again (a webhook signs with its own, an app's digits follow from one) are kept encrypted:
whoever holds a copy of the database alone cannot use them. Sealed with SECRET_KEY; those of before
(SECRET_KEY_FALLBACKS) still open what they sealed.
"""

from __future__ import annotations

from base64 import urlsafe_b64encode

from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


def seal(text: str, *, purpose: str) -> str:
    return box(purpose).encrypt(text.encode()).decode()


def unseal(sealed: str, *, purpose: str) -> str:
    """Raises cryptography.fernet.InvalidToken where it was sealed by another key or for another purpose."""
    return box(purpose).decrypt(sealed.encode()).decode()


def box(purpose: str) -> MultiFernet:
    secrets = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return MultiFernet([Fernet(key_from(secret, purpose)) for secret in secrets])


def key_from(secret: str, purpose: str) -> bytes:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose.encode()).derive(secret.encode())
    return urlsafe_b64encode(derived)
