"""The wrong-brand guard (B9): does a text to one company's customer name another company? Pure.

An agent serves several companies in one window and will one day sign with the wrong name. Compared are words: without
case, accents, invisible characters and full-width forms, whole words only, whatever stands between them
("Borealis-Bank", "borealis  bank"), and run together ("BorealisBank"). Scripts that put no spaces between words are
compared character by character.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

# Scripts without spaces between words: kana, Han, Thai, Lao, Myanmar, Khmer; Hangul (as decomposed) glues particles to
# names.
UNSPACED = re.compile(
    r"[\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\U00020000-\U0003ffff]"
)
# A monogram is a word in some language ("AT"): only where a signature puts it, after a mark at the end of the last
# line.
SIGNED = re.compile(r"(?:^|[-‐-―,/|·•(\[])[ \t]*(\w{2})[)\]]?\W*\Z", re.MULTILINE)


@dataclass(frozen=True)
class Brand:
    """How one company is called: its names, and the hosts of its links and mail addresses."""

    names: tuple[str, ...]
    monogram: str = ""


@dataclass(frozen=True)
class Word:
    plain: str
    start: int
    end: int


@dataclass(frozen=True)
class Span:
    start: int
    end: int

    def lies_in(self, other: Span) -> bool:
        return other.start <= self.start and self.end <= other.end


def find_foreign(text: str, own: Brand, others: Sequence[Brand]) -> list[str]:
    """The words of `others` in `text`, as they stand there, each once, in order. What belongs to an own name is never
    foreign, also where that name contains another's.
    """
    words = list(words_of(text))
    own_terms = set(terms(own.names))
    owned = [span for term in own_terms for span in occurrences(term, words)]
    foreign = {
        span
        for brand in others
        for term in terms(brand.names)
        if term not in own_terms
        for span in occurrences(term, words)
        if not any(span.lies_in(ours) for ours in owned)
    }
    foreign |= set(signatures(text, own, others))
    longest = [span for span in foreign if not any(span != other and span.lies_in(other) for other in foreign)]
    found = [text[span.start : span.end] for span in sorted(longest, key=lambda span: span.start)]
    return list(dict.fromkeys(found))


def signatures(text: str, own: Brand, others: Iterable[Brand]) -> Iterator[Span]:
    match = SIGNED.search(text)
    if match and match[1] != own.monogram and any(match[1] == other.monogram for other in others):
        yield Span(match.start(1), match.end(1))


def terms(names: Iterable[str]) -> Iterator[tuple[str, ...]]:
    for name in names:
        term = term_of(name)
        if len("".join(term)) >= 2:
            yield term


@lru_cache(maxsize=4096)
def term_of(name: str) -> tuple[str, ...]:
    return tuple(word.plain for word in words_of(name))


def occurrences(term: tuple[str, ...], words: Sequence[Word]) -> Iterator[Span]:
    together = "".join(term)
    for at, word in enumerate(words):
        if word.plain == together:
            yield Span(word.start, word.end)
        elif word.plain == term[0] and tuple(other.plain for other in words[at : at + len(term)]) == term:
            yield Span(word.start, words[at + len(term) - 1].end)


def words_of(text: str) -> Iterator[Word]:
    plain, start, end = "", 0, 0
    for index, character in enumerate(text):
        letters = plain_letters(character)
        if letters is None:  # invisible, or an accent: neither ends a word
            end = index + 1 if plain else end
            continue
        for letter in letters:
            alone = UNSPACED.match(letter) is not None
            if plain and (alone or not letter.isalnum()):
                yield Word(plain, start, end)
                plain = ""
            if alone:
                yield Word(letter, index, index + 1)
            elif letter.isalnum():
                start = start if plain else index
                plain, end = plain + letter, index + 1
    if plain:
        yield Word(plain, start, end)


@lru_cache(maxsize=4096)
def plain_letters(character: str) -> str | None:
    if character.isascii():
        return character.lower() if character >= " " else " "
    if unicodedata.category(character) in ("Cf", "Mn", "Me"):
        return None
    decomposed = unicodedata.normalize("NFKD", character).casefold()
    return "".join(letter for letter in decomposed if unicodedata.category(letter) not in ("Mn", "Me", "Cf")) or None
