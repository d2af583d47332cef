"""Which names a company's schema may have."""

SCHEMA_NAME = r"^[a-z][a-z0-9_]{2,40}$"
# Names that mean something as a schema, a host or an address.
# fmt: off
RESERVED = frozenset({
    "public", "information_schema", "postgres", "template", "admin", "api", "app", "assets", "auth", "cdn",
    "contactcenter", "desk", "dev", "docs", "floor", "ftp", "help", "host", "internal", "live", "local",
    "localhost", "login", "mail", "media", "ns", "panel", "portal", "root", "shared", "smtp", "sso", "static",
    "staging", "status", "support", "system", "test", "tests", "widget", "ws", "www",
})
# fmt: on
RESERVED_PREFIXES = ("pg_", "cc_")
