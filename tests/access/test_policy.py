"""The walk's own look at each page sees what it must: pages made to be wrong."""

from __future__ import annotations

import pytest

from tests.access.policy import unprotected

OURS = "default-src 'none'; script-src 'self' 'nonce-'; style-src 'self' 'nonce-'"
PAGE = b'<html><script src="/static/js/page.js"></script><script nonce="">x()</script></html>'


def faults(
    policy: str = OURS, page: bytes = PAGE, *, kind: str = "text/html; charset=utf-8", whose: str = "desk"
) -> str:
    headers = {"Content-Type": kind, **({"Content-Security-Policy": policy} if policy else {})}
    return "; ".join(unprotected(headers, page, whose=whose))


@pytest.mark.parametrize(
    ("policy", "page", "whose"),
    [
        (OURS, PAGE, "desk"),
        ("default-src 'none'", b"<p>nothing</p>", "desk"),
        (OURS, b'<script type="application/json">{}</script>', "desk"),
        (OURS.replace("'self' 'nonce-'", "'self' 'nonce-' 'unsafe-eval'", 1), PAGE, "admin"),
    ],
)
def test_what_is_right(policy: str, page: bytes, whose: str) -> None:
    assert faults(policy, page, whose=whose) == ""


@pytest.mark.parametrize(
    ("policy", "page", "found"),
    [
        ("", PAGE, "a page without a policy for scripts"),
        ("style-src 'self'", PAGE, "a page without a policy for scripts"),
        ("script-src 'self' 'nonce-' 'unsafe-inline'", PAGE, "scripts may come from 'unsafe-inline'"),
        ("script-src 'self' 'nonce-' 'unsafe-eval'", PAGE, "scripts may come from 'unsafe-eval'"),
        ("script-src 'self' 'nonce-' https:", PAGE, "scripts may come from https:"),
        ("script-src 'self'", PAGE, "a script whose nonce its policy does not know"),
        (OURS, b"<script>x()</script>", "a script that nothing vouches for"),
        (OURS, b'<button onclick="x()">', "a script in an attribute"),
    ],
)
def test_what_is_wrong(policy: str, page: bytes, found: str) -> None:
    assert faults(policy, page) == found


def test_only_pages_have_scripts() -> None:
    assert faults("", b"") == ""
    assert faults("", b"{}", kind="application/json") == ""
