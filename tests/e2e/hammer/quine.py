"""A zip that holds one file: itself. Who unpacks what is in it never comes to an end.

The stream is a program of two instructions that a reader of DEFLATE runs: L, "put out the next bytes as they stand" (a
stored block), and R, "put out the last bytes again" (a block with matches), each five bytes long. It puts out the head
of the archive, the program itself, and the tail of the archive.
"""

from __future__ import annotations

import struct
import zlib
from itertools import product

NAME = b"self.zip"
HEAD = 60  # bytes, with an extra field as padding: then R of HEAD + 5 takes five bytes
LENGTHS = [3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227]
LENGTH_BITS = [0] * 8 + [1] * 4 + [2] * 4 + [3] * 4 + [4] * 4 + [5] * 4
DISTANCES = [1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257]
DISTANCE_BITS = [0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7]


class Bits:
    """As DEFLATE packs them: numbers from their low bit, codes from their high one."""

    def __init__(self) -> None:
        self.bits: list[int] = []

    def number(self, value: int, count: int) -> None:
        self.bits += [value >> at & 1 for at in range(count)]

    def code(self, value: int, count: int) -> None:
        self.bits += [value >> at & 1 for at in reversed(range(count))]

    def packed(self) -> bytes:
        padded = self.bits + [0] * (-len(self.bits) % 8)
        return bytes(sum(bit << at for at, bit in enumerate(padded[i : i + 8])) for i in range(0, len(padded), 8))


def literal(count: int) -> bytes:
    return struct.pack("<BHH", 0, count, count ^ 0xFFFF)


def block(lengths: list[int], distance: int, *, last: bool = False) -> Bits:
    """With the fixed codes: matches at one distance, and the end."""
    bits = Bits()
    bits.number(last, 1)
    bits.number(1, 2)
    for length in lengths:
        at = max(i for i, base in enumerate(LENGTHS) if base <= length)
        symbol = 257 + at
        bits.code(*((symbol - 256, 7) if symbol < 280 else (0b11000000 + symbol - 280, 8)))
        bits.number(length - LENGTHS[at], LENGTH_BITS[at])
        at = max(i for i, base in enumerate(DISTANCES) if base <= distance)
        bits.code(at, 5)
        bits.number(distance - DISTANCES[at], DISTANCE_BITS[at])
    bits.code(0, 7)
    return bits


def again(count: int) -> bytes:
    """R in exactly five bytes: in one match or in two, with an empty block as padding where that fits."""
    splits = [[count], *([first, count - first] for first in range(3, count - 2))]
    for lengths, padded in product(splits, (False, True)):
        bits = block(lengths, count)
        if padded:
            bits.bits += block([], 1).bits
        if len(bits.bits) == 40:
            return bits.packed()
    raise ValueError(f"{count} bytes do not fit")


def program(head: bytes, tail: bytes) -> bytes:
    l0, l1, l4, r4, rn, ln = (
        literal(0),
        literal(5),
        literal(20),
        again(20),
        again(len(head) + 5),
        literal(len(head) + 5),
    )
    size = len(tail)
    end = b""
    for _ in range(3):  # until it fits its own length
        end = block([(size + len(end) + 1) // 2, (size + len(end)) // 2], size + len(end), last=True).packed()
    lm = literal(size + len(end))
    return b"".join(
        [
            *(ln, head, ln, rn, l1, rn, l1, l1, l4, rn, l1, l1, l4, r4),
            *(l4, r4, l4, r4, l4, r4, l4, r4, l0, l0, lm, r4, l0, l0, lm, end, tail, end),
        ]
    )


def archive(crc: int, packed: int, size: int) -> bytes:
    facts = struct.pack("<HHHHHIII", 20, 0, 8, 0, 0x21, crc, packed, size)
    extra = struct.pack("<HH", 0x4343, HEAD - 30 - len(NAME) - 4).ljust(HEAD - 30 - len(NAME), b"\0")
    head = b"PK\3\4" + facts + struct.pack("<HH", len(NAME), len(extra)) + NAME + extra
    entry = b"PK\1\2\x14\0" + facts + struct.pack("<HHHHHII", len(NAME), 0, 0, 0, 0, 0, 0) + NAME
    tail = entry + b"PK\5\6" + struct.pack("<HHHHIIH", 0, 0, 1, 1, len(entry), HEAD + packed, 0)
    return head + program(head, tail) + tail


def quine() -> bytes:
    """Its checksum stands in it four times, and it is the checksum of all of that: 32 equations of bits."""
    size = len(archive(0, 0, 0))
    packed = size - HEAD - (46 + len(NAME) + 22)

    def checked(crc: int) -> int:
        return zlib.crc32(archive(crc, packed, size))

    base = checked(0)
    columns = [checked(1 << bit) ^ base ^ (1 << bit) for bit in range(32)]
    rows = [sum((columns[bit] >> row & 1) << bit for bit in range(32)) | (base >> row & 1) << 32 for row in range(32)]
    for bit in range(32):
        pivot = next(at for at in range(bit, 32) if rows[at] >> bit & 1)
        rows[bit], rows[pivot] = rows[pivot], rows[bit]
        rows = [row ^ rows[bit] if at != bit and row >> bit & 1 else row for at, row in enumerate(rows)]
    return archive(sum((row >> 32) << bit for bit, row in enumerate(rows)), packed, size)
