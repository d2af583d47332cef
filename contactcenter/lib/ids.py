"""UUIDv7 (RFC 9562, section 5.7): ids of records, sortable by the millisecond they were made in."""

import os
import time
from uuid import UUID


def uuid7() -> UUID:
    milliseconds = time.time_ns() // 1_000_000
    random = int.from_bytes(os.urandom(10), "big")
    time_part = (milliseconds & 0xFFFFFFFFFFFF) << 80
    version_part = 0x7 << 76 | (random >> 62 & 0xFFF) << 64
    variant_part = 0b10 << 62 | random & (2**62 - 1)
    return UUID(int=time_part | version_part | variant_part)
