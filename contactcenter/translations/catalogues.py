"""Keeps the catalogues of each language: the same source gives the same bytes, so that a change shows only itself."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from contactcenter.translations.extraction import DOMAINS, ROOT, Entry, entries

LOCALE = ROOT / "locale"
LANGUAGES = ("es",)
# As Django's own catalogues have them, so that Django can merge ours in.
PLURAL_FORMS = {"es": (3, "n == 1 ? 0 : n != 0 && n % 1000000 == 0 ? 1 : 2")}


class Catalogue(Catalog):
    """One without dates, names and versions in its head."""

    @property
    def num_plurals(self) -> int:
        return PLURAL_FORMS[str(self.locale_identifier)][0]

    @property
    def plural_expr(self) -> str:
        return PLURAL_FORMS[str(self.locale_identifier)][1]

    def _get_mime_headers(self) -> list[tuple[str, str]]:
        return [
            ("Language", str(self.locale_identifier)),
            ("MIME-Version", "1.0"),
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Content-Transfer-Encoding", "8bit"),
            ("Plural-Forms", f"{self.plural_forms}\n"),
        ]

    mime_headers = property(_get_mime_headers, Catalog._set_mime_headers)


def path_of(language: str, domain: str, suffix: str) -> Path:
    return LOCALE / language / "LC_MESSAGES" / f"{domain}.{suffix}"


def read(language: str, domain: str) -> Catalog:
    path = path_of(language, domain, "po")
    if not path.exists():
        return _empty(language, domain)
    with path.open("rb") as file:
        return read_po(file, locale=language, domain=domain, abort_invalid=True)


def updated(old: Catalog, found: Iterable[Entry], *, language: str, domain: str) -> Catalogue:
    """With every entry that was found and no other; translations stay, nothing is guessed."""
    new = _empty(language, domain)
    for entry in found:
        text = (entry.text, entry.plural) if entry.plural else entry.text
        new.add(text, context=entry.context, auto_comments=entry.notes)
    for message in list(new):
        known = old.get(message.id, message.context) if message.id else None
        if known is None:
            continue
        message.user_comments = known.user_comments
        if known.fuzzy:  # a person's doubt
            message.flags.add("fuzzy")
        if known.pluralizable == message.pluralizable:
            message.string = known.string
        elif message.pluralizable:
            message.string = ("",) * (new.num_plurals - 1) + (str(known.string),)
    return new


def as_text(catalogue: Catalogue) -> bytes:
    file = io.BytesIO()
    write_po(file, catalogue, width=0, no_location=True, sort_output=True, ignore_obsolete=True)
    return file.getvalue().rstrip() + b"\n"


def compiled(catalogue: Catalogue) -> bytes:
    file = io.BytesIO()
    write_mo(file, catalogue)
    return file.getvalue()


def update() -> Iterator[str]:
    """Writes all catalogues anew. Yields what there is to say: how many entries, and each that wants a translation."""
    for domain in DOMAINS:
        found = entries(domain)
        for language in LANGUAGES:
            catalogue = updated(read(language, domain), found, language=language, domain=domain)
            path = path_of(language, domain, "po")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(as_text(catalogue))
            path.with_suffix(".mo").write_bytes(compiled(catalogue))
            missing = untranslated(catalogue)
            yield f"{path.relative_to(ROOT)}: {len(catalogue)} entries, {len(missing)} to translate"
            yield from (f"  {text}" for text in missing)


def untranslated(catalogue: Catalog) -> list[str]:
    """Texts without a whole translation, or with one that somebody marked as doubtful."""
    return [
        texts(message.id)[0]
        for message in catalogue
        if message.id and (message.fuzzy or not all(texts(message.string)))
    ]


def texts(value: object) -> tuple[str, ...]:
    """The text of an entry or its translation, or the forms of one that counts."""
    return tuple(value) if isinstance(value, list | tuple) else (str(value or ""),)


def _empty(language: str, domain: str) -> Catalogue:
    return Catalogue(locale=language, domain=domain, header_comment="# Written by `make words`.", fuzzy=False)
