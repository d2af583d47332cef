"""What people typed, made safe to store and show: nothing invisible that steers a screen, nothing PostgreSQL refuses.

Messages and names differ. A message keeps its lines, its emoji and the joiners its script needs. A name is one line and
nothing in it is invisible: two names that look the same are the same.
"""

from __future__ import annotations

import re
import unicodedata

MARKS_IN_A_ROW = 8  # no script stacks more; "zalgo" text does, and paints over its neighbours

NEW_LINE = re.compile(r"\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f]")
SURROGATES = re.compile(r"[\ud800-\udfff]")  # a lone half of a pair: JSON can carry it, UTF-8 cannot
OVERRIDES = re.compile(r"[\u202d\u202e]")  # force the order of characters; no language needs them
OPENERS = {"\u202a": "\u202c", "\u202b": "\u202c", "\u2066": "\u2069", "\u2067": "\u2069", "\u2068": "\u2069"}
CLOSERS = frozenset(OPENERS.values())
BIDI = re.compile(r"[\u202a-\u202c\u2066-\u2069]")
BLANK_LETTERS = frozenset("\u115f\u1160\u3164\uffa0\u2800")  # letters and signs that draw nothing
SPACES = re.compile(r"\s+")
LATIN_WITHOUT_MARKS = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ħ": "h", "ı": "i", "ŋ": "n", "æ": "ae", "œ": "oe"}
)


def clean_message(text: str) -> str:
    """What opens a direction in a line closes it there, so that it cannot turn what stands around the message."""
    text = NEW_LINE.sub("\n", SURROGATES.sub("\ufffd", text))
    text = OVERRIDES.sub("", CONTROLS.sub("", text))
    text = limit_marks(unicodedata.normalize("NFC", text))
    if BIDI.search(text):
        text = "\n".join(balance_directions(line) for line in text.split("\n"))
    return text.strip()


def clean_line(text: str, limit: int) -> str:
    """A name, subject or reason: one line, visible characters only, cut to `limit` characters."""
    text = SURROGATES.sub("\ufffd", text[: limit * 20])
    text = unicodedata.normalize("NFC", SPACES.sub(" ", text))
    visible = "".join(character for character in text if not is_invisible(character))
    return SPACES.sub(" ", limit_marks(visible)).strip()[:limit].rstrip()


def search_key(text: str) -> str:
    """Small letters without accents, to sort and search names by: the embedded PostgreSQL knows no ICU collations."""
    plain = unicodedata.normalize("NFKD", text.casefold()).translate(LATIN_WITHOUT_MARKS)
    kept = "".join(character for character in plain if unicodedata.category(character) not in ("Mn", "Cc", "Cf", "Cs"))
    return SPACES.sub(" ", kept.casefold()).strip()


def is_invisible(character: str) -> bool:
    return character in BLANK_LETTERS or unicodedata.category(character) in ("Cc", "Cf", "Co")


def balance_directions(line: str) -> str:
    kept: list[str] = []
    open_until: list[str] = []
    for character in line:
        if character in OPENERS:
            open_until.append(OPENERS[character])
        elif character in CLOSERS:
            if not open_until or open_until[-1] != character:
                continue
            open_until.pop()
        kept.append(character)
    return "".join(kept) + "".join(reversed(open_until))


def limit_marks(text: str) -> str:
    if text.isascii():
        return text
    kept: list[str] = []
    marks = 0
    for character in text:
        marks = marks + 1 if unicodedata.combining(character) else 0
        if marks <= MARKS_IN_A_ROW:
            kept.append(character)
    return "".join(kept)
