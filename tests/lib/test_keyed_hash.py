"""RFC 2104 by the standard library's own hand, and no two purposes alike."""

import hashlib
import hmac

import pytest
from django.conf import settings

from contactcenter.lib.keyed_hash import keyed_hash


def test_hmac_of_purpose_and_value(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "HASH_KEY", "key")
    expected = hmac.digest(b"key", b"login\0a@b.example", hashlib.sha256).hex()[:32]
    assert keyed_hash("a@b.example", purpose="login") == expected
    assert keyed_hash("a@b.example", purpose="rate-limit") != expected
    monkeypatch.setattr(settings, "HASH_KEY", "other")
    assert keyed_hash("a@b.example", purpose="login") != expected
