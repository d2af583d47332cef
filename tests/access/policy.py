"""What a page's content policy lets scripts do: run where the page's own nonce or host vouches for them, no more."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

SCRIPT = re.compile(rb"<script\b([^>]*)>", re.IGNORECASE)
HANDLER = re.compile(rb"<[a-z][^>]*\son[a-z]+\s*=", re.IGNORECASE)
DATA = (b'type="application/json"', b'type="importmap"')
BY_UNFOLD = ("admin", "records")  # its lists run on Alpine, which makes functions of attributes


def unprotected(headers: Mapping[str, str], body: bytes, *, whose: str) -> Iterator[str]:
    """The nonces themselves were taken out of what the walk has read."""
    if not body or not headers.get("Content-Type", "").startswith("text/html"):
        return
    policy = {
        name: rest.split()
        for name, _space, rest in map(directive, headers.get("Content-Security-Policy", "").split(";"))
    }
    scripts = policy.get("script-src", policy.get("default-src"))
    if scripts is None:
        yield "a page without a policy for scripts"
        return
    allowed = {"'self'", "'none'", "'nonce-'", *(["'unsafe-eval'"] if whose in BY_UNFOLD else [])}
    if wide := set(scripts) - allowed:
        yield f"scripts may come from {', '.join(sorted(wide))}"
    for tag in SCRIPT.findall(body):
        if b"nonce=" in tag and "'nonce-'" not in scripts:
            yield "a script whose nonce its policy does not know"
        if b"nonce=" not in tag and b" src=" not in tag and not any(kind in tag for kind in DATA):
            yield "a script that nothing vouches for"
    if whose not in BY_UNFOLD and HANDLER.search(body):
        yield "a script in an attribute"


def directive(text: str) -> tuple[str, str, str]:
    return text.strip().partition(" ")
