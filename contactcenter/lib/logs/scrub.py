"""The last net under every line of a log: masks what tells of a person or opens a door, should it have come that far.

It works on text alone and in one pass, in time that grows with the text only: repetitions have a limit, and no two of
them can share the same characters.
"""

from __future__ import annotations

import re

from contactcenter.lib.card_numbers import scrub as scrub_cards

GONE = "…"
LONGEST = 20_000  # characters of a line: what comes after tells nothing new

# What looks like a number of a person's and is none: ids, times, addresses of machines, versions.
KEPT = (
    r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b"  # a UUID
    r"|\b[0-9a-f]{32}\b(?![=_-])"  # an id of a request
    r"|\b\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?(?:Z|[+-]\d\d:?\d\d)?)?(?!\d)"
    r"|(?<![\d.])\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}(?![\d.])"
)
# Names whose value is a key, in a header, an address, a JSON object or Python's own writing.
NAMED = (
    r"(?:set-cookie2?|cookie|authorization|proxy-authorization|sec-websocket-protocol)",
    r"(?:[\w-]{0,30}(?:password|passwd|passphrase|secret|token|api[_-]?key|sessionid|session_key|csrf\w{0,20}))",
)
PATTERNS = re.compile(
    rf"(?P<kept>{KEPT})"
    # A whole header: everything to the end of its line, or of the quotes it stands in.
    rf"|(?P<header>\b{NAMED[0]}\b['\"]?\s{{0,3}}[:=]\s{{0,3}})(?:b?'[^'\n]*'|b?\"[^\"\n]*\"|[^\n]*)"
    rf"|(?P<name>\b{NAMED[1]}['\"]?\s{{0,3}}[:=]\s{{0,3}})(?:b?'[^'\n]*'|b?\"[^\"\n]*\"|[^\s,;&)}}\]]+)"
    r"|(?P<scheme>\b(?:bearer|basic)\s{1,3})[\w.~+/=-]{6,}"
    r"|(?P<login>://[^\s:/@]{0,200}:)[^\s/@]{1,500}(?=@)"
    # Addresses that are keys, and what was asked for behind a question mark.
    r"|(?P<key>/(?:wall|invitation|password/reset/key)/)[^/\s?\"']+"
    r"|(?P<query>(?<=[\w/])\?)[\w.%+~-]{1,200}=[^\s\"'<>]*"
    r"|(?P<mail>[^\s@<>()\[\]{},;:\"'=|\\/]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8})"
    # +44 20 7946 0958, (020) 7946-0958, 0034600111222
    r"|(?P<phone>(?<![\w.+-])\+?\(?\d(?:[ ().·/-]{0,2}\d){7,14}(?![\w-]))"
    # Long, and no name that a programmer would write: with digits, or in both cases.
    r"|(?P<opaque>(?<![\w-])(?:(?=[\w-]{0,400}\d)[\w-]{32,}"
    r"|(?-i:(?=[\w-]{0,400}[a-z])(?=[\w-]{0,400}[A-Z]))[\w-]{40,}))",
    re.IGNORECASE,
)


def scrub(text: str) -> str:
    if len(text) > LONGEST:
        text = text[:LONGEST] + GONE
    return PATTERNS.sub(_mask, scrub_cards(text))


def _mask(found: re.Match[str]) -> str:
    kind = found.lastgroup or ""
    if kind == "kept":
        return found.group()
    if kind in ("mail", "phone", "opaque"):
        return GONE
    return found[kind] + GONE
