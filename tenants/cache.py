"""Keys of the cache carry the schema of whoever reads and writes: one company never finds what another put there."""

from __future__ import annotations

from tenants.backend.base import SchemaNotChosen
from tenants.door import current_schema


def make_key(key: str, key_prefix: str, version: int) -> str:
    schema = current_schema()
    if schema is None:
        raise SchemaNotChosen("No schema is chosen on this thread: the cache is read and written behind tenants.door.")
    return f"{key_prefix}:cache:{schema}:{version}:{key}"


def reverse_key(key: str) -> str:
    return key.split(":", 4)[4]
