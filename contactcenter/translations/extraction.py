"""Finds what the source says in English."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from babel.messages.extract import extract_python
from babel.messages.jslexer import unquote_string
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent.parent
DOMAINS = ("django", "djangojs")  # the names Django looks for
SUFFIXES = {"django": {".py", ".html", ".txt"}, "djangojs": {".js"}}
SOURCES = ("contactcenter", "tenants", "channels_app", "templates", "static")
NOT_OURS_OR_NOT_SHOWN = (
    "static/vendor",
    "contactcenter/run",  # speaks English at the terminal, before anything is installed
    "contactcenter/demo/websites",  # other companies' sites, which carry their own languages
    "migrations",
)
NOTE_TO_TRANSLATORS = "Translators:"

# What the arguments of each function are, in order.
ARGUMENTS = {
    "gettext": ("text",),
    "ngettext": ("text", "plural"),
    "pgettext": ("context", "text"),
    "npgettext": ("context", "text", "plural"),
}
ALIASES = {
    "_": "gettext",
    "gettext_noop": "gettext",
    **{name: name for name in ARGUMENTS},
    **{f"{name}_lazy": name for name in ARGUMENTS},
}
# Babel's lexer of scripts takes some divisions for patterns and swallows what follows; calls in plain form need none.
_PLAIN = r""" "(?:[^"\\\n]|\\.)*" | '(?:[^'\\\n]|\\.)*' | `(?:[^`\\$]|\\.|\$(?!\{))*` """
_ANY_CALL = re.compile(r"(?<![.\w])(?:np|n|p)?gettext\(")
_PLAIN_CALL = re.compile(
    rf"(?<![.\w])((?:np|n|p)?gettext)\( \s* ((?:{_PLAIN}) (?:\s*,\s* (?:{_PLAIN}))*) \s* [,)]", re.VERBOSE
)


@dataclass(frozen=True)
class Entry:
    text: str
    plural: str | None = None
    context: str | None = None
    notes: tuple[str, ...] = ()


class Unreadable(ValueError):
    """A call whose text cannot be found without running it."""


def entries(domain: str, *, root: Path = ROOT) -> list[Entry]:
    return [entry for path in sources(domain, root=root) for entry in _entries_of(path)]


def sources(domain: str, *, root: Path = ROOT) -> Iterator[Path]:
    for folder in SOURCES:
        for path in sorted((root / folder).rglob("*")):
            if path.suffix in SUFFIXES[domain] and not _is_left_out(path.relative_to(root)):
                yield path


def _is_left_out(path: Path) -> bool:
    return any(f"/{left_out}/" in f"/{path.parent.as_posix()}/" for left_out in NOT_OURS_OR_NOT_SHOWN)


def _entries_of(path: Path) -> list[Entry]:
    source = path.read_text()
    try:
        if path.suffix == ".js":
            return in_script(source)
        return in_python(source) if path.suffix == ".py" else in_template(source)
    except (Unreadable, SyntaxError) as error:
        raise Unreadable(f"{path}: {error}") from error


def in_python(source: str) -> list[Entry]:
    # As (line, function, argument or arguments, notes), whatever its annotation says.
    names = dict.fromkeys(ALIASES)
    calls: Iterable[Any] = extract_python(io.BytesIO(source.encode()), names, [NOTE_TO_TRANSLATORS], {})
    found = (_entry(function, arguments, notes) for _line, function, arguments, notes in calls)
    # None for a variable, whose texts are marked by gettext_noop where they stand.
    return [entry for entry in found if entry]


def in_template(source: str) -> list[Entry]:
    return in_python(templatize(source))


def in_script(source: str) -> list[Entry]:
    found = []
    for function, arguments in _PLAIN_CALL.findall(source):
        texts = tuple(unquote_string(text) for text in re.findall(_PLAIN, arguments, re.VERBOSE))
        if entry := _entry(function, texts):
            found.append(entry)
    if len(found) != (calls := len(_ANY_CALL.findall(source))):
        raise Unreadable(f"{calls} calls of gettext and its kin, but plain texts in {len(found)} of them")
    return found


def _entry(function: str, arguments: object, notes: Iterable[str] = ()) -> Entry | None:
    """`arguments`: one or a tuple; one that is no plain text is None."""
    given = arguments if isinstance(arguments, tuple) else (arguments,)
    wanted = ARGUMENTS[ALIASES[function]]
    texts = dict(zip(wanted, given, strict=False))
    if len(texts) < len(wanted) or not all(isinstance(text, str) for text in texts.values()):
        return None
    return Entry(**texts, notes=tuple(notes))
