"""Which names a company's schema, hosts and name on screen may have."""

from __future__ import annotations

import ipaddress
import re
import unicodedata

from django.utils.translation import gettext as _

SCHEMA_NAME = r"^[a-z][a-z0-9_]{2,40}$"
# Names that mean something as a schema, a host or an address.
# fmt: off
RESERVED = frozenset({
    "public", "information_schema", "postgres", "template", "admin", "api", "app", "assets", "auth", "cdn",
    "contactcenter", "desk", "dev", "docs", "floor", "ftp", "help", "host", "internal", "live", "local", "localhost",
    "login", "mail", "media", "ns", "panel", "portal", "root", "shared", "smtp", "sso", "static", "staging", "status",
    "support", "system", "test", "tests", "widget", "ws", "www",
})
# fmt: on
RESERVED_PREFIXES = ("pg_", "cc_")
HOST_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")


def is_schema_name(name: str) -> bool:
    """Whether it has the form of one. `fullmatch`, because `$` alone lets a last line break pass."""
    return re.fullmatch(SCHEMA_NAME, name) is not None


def why_no_schema(name: str) -> str | None:
    """What speaks against a new company's schema of this name."""
    if not is_schema_name(name):
        return _("Use 3 to 41 small letters a-z, digits and _, starting with a letter.")
    if name in RESERVED or name.startswith(RESERVED_PREFIXES):
        return _("This name is reserved.")
    return None


def why_no_host(host: str) -> str | None:
    """What speaks against a host name, as a browser sends it: small letters, no port."""
    labels = host.split(".")
    if len(host) > 253 or len(labels) < 2 or not all(HOST_LABEL.fullmatch(label) for label in labels):
        return _("Write a host name such as chat.company.example, in small letters and without a port.")
    if is_address(host):
        return _("Write a host name, not an address.")
    return None


def is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return host.rpartition(".")[2].isdigit()  # browsers read 127.1 and 1.2.3 as addresses too
    return True


def why_no_title(name: str) -> str | None:
    """What speaks against a name on screens: characters that are invisible or turn the text could feign another's."""
    if not name.strip() or len(name) > 100:
        return _("Write a name of 1 to 100 characters.")
    if any(unicodedata.category(character).startswith("C") for character in name):
        return _("The name holds invisible characters.")
    return None
