"""What the browser is told about the session's cookie, at home and behind https, by a process that starts so."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest

SHOW = """
import json, django
django.setup()
from django.conf import settings
print(json.dumps({name: getattr(settings, name) for name in dir(settings) if "COOKIE" in name}, default=str))
"""


def cookies(**environment: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-c", SHOW], env={**os.environ, **environment}, capture_output=True, check=True, timeout=60
    )
    return dict(json.loads(done.stdout))


@pytest.mark.slow
def test_behind_https_the_cookie_is_this_very_hosts_and_secure() -> None:
    """RFC 6265bis, 4.1.3.2: `__Host-` asks for Secure, Path=/ and no Domain; else the browser refuses the cookie."""
    said = cookies(PUBLIC_SCHEME="https", PORT="8443")
    assert said["SESSION_COOKIE_NAME"] == "__Host-session_8443"
    assert said["CSRF_COOKIE_NAME"] == "__Host-csrf_8443"
    for kind in ("SESSION", "CSRF"):
        assert said[f"{kind}_COOKIE_SECURE"] is True
        assert said[f"{kind}_COOKIE_PATH"] == "/"
        assert said[f"{kind}_COOKIE_DOMAIN"] is None
        assert said[f"{kind}_COOKIE_SAMESITE"] == "Lax"
    assert said["SESSION_COOKIE_HTTPONLY"] is True
    assert said["LANGUAGE_COOKIE_SECURE"] is True


@pytest.mark.slow
def test_the_demo_on_plain_http_keeps_two_starts_apart() -> None:
    one, other = cookies(PUBLIC_SCHEME="http", PORT="8000"), cookies(PUBLIC_SCHEME="http", PORT="8010")
    assert (one["SESSION_COOKIE_NAME"], other["SESSION_COOKIE_NAME"]) == ("session_8000", "session_8010")
    assert one["SESSION_COOKIE_SECURE"] is False
    assert one["SESSION_COOKIE_HTTPONLY"] is True
