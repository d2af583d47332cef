"""Card numbers are masked before a text is written anywhere. PCI DSS 3.4.1 allows at most the BIN and the last four;
we keep the last four.

A number counts as a card's when an issuer's range and length fit, its check digit holds (Luhn, ISO/IEC 7812-1 annex B)
and it is written as people write one. What only looks like one is left alone: a valid IBAN, a UUID, a date, a parcel's
number, a telephone number with its plus sign.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

MASK = "•"
SHORTEST, LONGEST, KEPT = 13, 19, 4

# First digits (a range of equally long prefixes) and the lengths such numbers have.
ISSUERS: list[tuple[int, int, range]] = [
    (4, 4, range(13, 20)),  # Visa
    (51, 55, range(16, 17)),  # Mastercard
    (2221, 2720, range(16, 17)),  # Mastercard
    (34, 34, range(15, 16)),  # American Express
    (37, 37, range(15, 16)),  # American Express
    (300, 305, range(14, 20)),  # Diners Club
    (3095, 3095, range(14, 20)),
    (36, 36, range(14, 20)),
    (38, 39, range(14, 20)),
    (3528, 3589, range(16, 20)),  # JCB
    (1800, 1800, range(15, 16)),
    (2131, 2131, range(15, 16)),
    (6011, 6011, range(16, 20)),  # Discover
    (644, 659, range(16, 20)),
    (60, 60, range(16, 17)),  # RuPay, Hipercard
    (81, 82, range(16, 20)),  # UnionPay, RuPay
    (62, 62, range(16, 20)),  # UnionPay
    (2200, 2204, range(16, 20)),  # Mir
    (9792, 9792, range(16, 17)),  # Troy
    (50, 50, range(13, 20)),  # Maestro
    (56, 58, range(13, 20)),
    (63, 63, range(13, 20)),
    (67, 67, range(13, 20)),
]

NUMBER_WORDS = {
    word: digit
    for digit, words in enumerate(
        [
            ("zero", "oh", "cero"),
            ("one", "uno"),
            ("two", "dos"),
            ("three", "tres"),
            ("four", "cuatro"),
            ("five", "cinco"),
            ("six", "seis"),
            ("seven", "siete"),
            ("eight", "ocho"),
            ("nine", "nueve"),
        ]
    )
    for word in words
}
TIMES = {"double": 2, "doble": 2, "triple": 3}
SPOKEN = re.compile(
    rf"(?<!\w)(?:(?P<times>{'|'.join(TIMES)})\s+)?(?P<word>{'|'.join(NUMBER_WORDS)})(?!\w)", re.IGNORECASE
)

LONGEST_GAP = 3
REACH = 200  # characters: more than a number takes, also in words
SOFT_GAP = re.compile(r"[\s.·_\-‐-―−]*")
UUID = re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b", re.IGNORECASE)
PARCEL = re.compile(r"\b1Z[0-9A-Z]{16}\b", re.IGNORECASE)
IBAN_START = re.compile(r"\b([A-Z]{2})\d{2}", re.IGNORECASE)
IBAN_LENGTHS = {
    "BE": 16,
    "DK": 18,
    "FI": 18,
    "NL": 18,
    "NO": 18,
    "AT": 20,
    "EE": 20,
    "LT": 20,
    "LU": 20,
    "CH": 21,
    "HR": 21,
}
IBAN_LENGTHS |= {
    "LI": 21,
    "LV": 21,
    "BG": 22,
    "DE": 22,
    "GB": 22,
    "IE": 22,
    "AD": 24,
    "CZ": 24,
    "ES": 24,
    "RO": 24,
    "SA": 24,
}
IBAN_LENGTHS |= {
    "SE": 24,
    "SK": 24,
    "PT": 25,
    "IS": 26,
    "TR": 26,
    "FR": 27,
    "GR": 27,
    "IT": 27,
    "MC": 27,
    "SM": 27,
    "CY": 28,
}
IBAN_LENGTHS |= {"HU": 28, "PL": 28, "BR": 29, "MT": 31}
DAY, MONTH, YEAR = r"(?:0?[1-9]|[12]\d|3[01])", r"(?:0?[1-9]|1[0-2])", r"(?:19|20)\d\d"
DATE = re.compile(rf"(?<!\d)(?:{DAY}[.-]{MONTH}[.-]{YEAR}|{YEAR}[.-]{MONTH}[.-]{DAY})(?!\d)")

# Groups in which any one separator is believed: 4111/1111/1111/1111.
PRINTED = {(4, 4, 4, 4), (4, 6, 5), (4, 6, 4), (4, 3, 3, 3), (4, 4, 4, 4, 3), (4, 4, 4, 4, 2), (6, 13), (8, 8)}


@dataclass(frozen=True)
class Digit:
    value: int
    start: int
    end: int


@dataclass(frozen=True)
class Group:
    """Digits that stand together, and what stands between the last group and this one."""

    digits: tuple[Digit, ...]
    gap: str


def scrub(text: str) -> str:
    """The text, as long as before, with each card number's digits but the last four masked."""
    digits = list(find_digits(text))
    if len(digits) < SHORTEST:
        return text
    groups = list(group(text, digits))
    excluded = [match.span() for pattern in (UUID, DATE, PARCEL) for match in pattern.finditer(text)]
    excluded += find_ibans(text)
    masked = {digit for number in find_numbers(text, groups, excluded) for digit in number[:-KEPT]}
    characters = list(text)
    for digit in masked:
        characters[digit.start : digit.end] = MASK * (digit.end - digit.start)
    return "".join(characters)


def scrub_over_messages(earlier: Sequence[str], text: str) -> tuple[list[str], str]:
    """For a number sent in pieces: the sender's last messages, oldest first, and the new one, all masked."""
    tails = [message[-REACH:] for message in earlier]
    head = text[:REACH]
    joined = scrub("\n".join([*tails, head]))
    masked: list[str] = []
    at = 0
    for message, tail in zip(earlier, tails, strict=True):
        masked.append(message[: len(message) - len(tail)] + joined[at : at + len(tail)])
        at += len(tail) + 1
    return masked, scrub(joined[at:] + text[REACH:])


def has_digits(text: str) -> bool:
    """Whether a text could be a piece of a number at all."""
    return next(find_digits(text), None) is not None


def find_digits(text: str) -> Iterator[Digit]:
    """Digits of any script (full-width, Arabic-Indic, circled...) and digits in words, in the order they stand."""
    spoken = {match.start(): match for match in SPOKEN.finditer(text)}
    for start, character in enumerate(text):
        if start in spoken:
            yield from spoken_digits(spoken[start])
        elif (value := unicodedata.digit(character, None)) is not None:
            yield Digit(value, start, start + 1)


def spoken_digits(match: re.Match[str]) -> Iterator[Digit]:
    """A doubled digit is one word in the text: all its copies but the last are empty places before it."""
    value = NUMBER_WORDS[match["word"].lower()]
    copies = TIMES[match["times"].lower()] if match["times"] else 1
    for _ in range(copies - 1):
        yield Digit(value, match.start(), match.start())
    yield Digit(value, match.start(), match.end())


def group(text: str, digits: Sequence[Digit]) -> Iterator[Group]:
    together: list[Digit] = []
    gap = ""
    for digit in digits:
        between = visible(text[together[-1].end : digit.start]) if together else ""
        if together and (between or is_word(together[-1]) or is_word(digit)):
            yield Group(tuple(together), gap)
            together, gap = [], between
        together.append(digit)
    if together:
        yield Group(tuple(together), gap)


def is_word(digit: Digit) -> bool:
    return digit.end - digit.start != 1


def visible(between: str) -> str:
    """Without marks and joiners: a keycap emoji is its digit."""
    if between.isascii():
        return between
    return "".join(character for character in between if unicodedata.category(character) not in ("Mn", "Me", "Cf"))


def find_numbers(
    text: str, groups: Sequence[Group], excluded: Sequence[tuple[int, int]]
) -> Iterator[tuple[Digit, ...]]:
    for first in range(len(groups)):
        digits: tuple[Digit, ...] = ()
        for last in range(first, len(groups)):
            if last > first and not is_gap(groups[last].gap):
                break
            digits += groups[last].digits
            if len(digits) > LONGEST:
                break
            if len(digits) >= SHORTEST and is_card(text, groups[first : last + 1], digits, excluded):
                yield digits


def is_gap(gap: str) -> bool:
    return len(gap) <= LONGEST_GAP and not any(character.isalnum() for character in gap)


def is_card(text: str, groups: Sequence[Group], digits: tuple[Digit, ...], excluded: Sequence[tuple[int, int]]) -> bool:
    start, end = digits[0].start, digits[-1].end
    return (
        is_issued("".join(str(digit.value) for digit in digits[:4]), len(digits))
        and passes_luhn([digit.value for digit in digits])
        and is_written_like_a_card(groups, len(digits))
        and not (len(digits) <= 15 and text[:start].endswith("+"))  # a telephone number has at most 15 (E.164)
        and not any(start < other_end and other_start < end for other_start, other_end in excluded)
    )


@cache  # four digits and a length: bounded by itself
def is_issued(begins: str, length: int) -> bool:
    return any(length in lengths and low <= int(begins[: len(str(low))]) <= high for low, high, lengths in ISSUERS)


def passes_luhn(values: Sequence[int]) -> bool:
    total = 0
    for place, value in enumerate(reversed(values)):
        doubled = value * 2 if place % 2 else value
        total += doubled - 9 if doubled > 9 else doubled
    return total % 10 == 0


def is_written_like_a_card(groups: Sequence[Group], length: int) -> bool:
    sizes = tuple(len(group.digits) for group in groups)
    gaps = [group.gap for group in groups[1:]]
    printed = sizes in PRINTED or len(set(sizes[:-1])) <= 1
    if not all(SOFT_GAP.fullmatch(gap) for gap in gaps):
        return (sizes in PRINTED and len(set(gaps)) == 1) or set(sizes) == {1}
    # Thirteen digits in odd groups are a foreign telephone number far more often than an old Visa card sent in pieces.
    return printed or length > SHORTEST or any("\n" in gap for gap in gaps)


def find_ibans(text: str) -> Iterator[tuple[int, int]]:
    """ISO 13616: its first four characters moved to the end, letters as numbers, it leaves 1 when divided by 97."""
    for match in IBAN_START.finditer(text):
        length = IBAN_LENGTHS.get(match[1].upper())
        if length is None:
            continue
        shape = re.compile(rf"(?:[A-Z0-9] ?){{{length - 1}}}[A-Z0-9]\b", re.IGNORECASE | re.ASCII)
        written = shape.match(text, match.start())
        if written is None:
            continue
        compact = written.group().replace(" ", "")
        if int("".join(str(int(character, 36)) for character in compact[4:] + compact[:4])) % 97 == 1:
            yield written.span()
