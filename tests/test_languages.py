"""Each word of the screens stands in every language's catalogue, translated, and Django reads what stands there."""

from __future__ import annotations

import ast
import re
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.conf import settings
from django.template.base import Lexer, TokenType
from django.test import Client
from django.utils import translation
from django.utils.translation import gettext, ngettext

from contactcenter.operation.accounts.models import Role, User
from contactcenter.translations import catalogues
from contactcenter.translations.catalogues import LANGUAGES, path_of, read, texts, untranslated, updated
from contactcenter.translations.extraction import (
    ARGUMENTS,
    DOMAINS,
    ROOT,
    Entry,
    Unreadable,
    entries,
    in_python,
    in_script,
    in_template,
    sources,
)
from tests.signed_in import signed_in

CATALOGUES = [(language, domain) for language in LANGUAGES for domain in DOMAINS]
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%%|%[sd]|\{\w*\}|</?\w[^>]*>")
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
SPOKEN_ATTRIBUTES = {"alt", "aria-label", "aria-description", "aria-placeholder", "label", "placeholder", "title"}
# Keys, marks and numbers are the same in each language.
SAME_EVERYWHERE = re.compile(r"\b(Alt|Esc|Ctrl|Shift|Tab|[A-Z0-9])\b")


# What stands in the catalogues --------------------------------------------------------------------------------------


def test_every_language_that_is_offered_has_catalogues() -> None:
    assert {"en", *LANGUAGES} == dict(settings.LANGUAGES).keys()


@pytest.mark.parametrize(("language", "domain"), CATALOGUES)
def test_the_catalogue_is_what_make_words_would_write(language: str, domain: str) -> None:
    """Nothing missing, nothing stale, and the compiled one is of these very words."""
    fresh = updated(read(language, domain), entries(domain), language=language, domain=domain)
    assert {m.id for m in read(language, domain)} == {m.id for m in fresh}, "run `make words` and translate"
    assert path_of(language, domain, "po").read_bytes() == catalogues.as_text(fresh), "run `make words`"
    assert path_of(language, domain, "mo").read_bytes() == catalogues.compiled(fresh), "run `make words`"


@pytest.mark.parametrize(("language", "domain"), CATALOGUES)
def test_everything_is_translated(language: str, domain: str) -> None:
    assert untranslated(read(language, domain)) == []


@pytest.mark.parametrize(("language", "domain"), CATALOGUES)
def test_translations_keep_what_is_filled_in_and_the_markup(language: str, domain: str) -> None:
    for message in read(language, domain):
        if not message.id:
            continue
        allowed = [parts(text) for text in texts(message.id)]
        for form in filter(None, texts(message.string)):
            assert parts(form) in allowed, f"{message.id!r} → {form!r}"
            for end in (0, -1):
                source = texts(message.id)[0]
                assert form[end].isspace() == source[end].isspace(), f"space at an end of {form!r}"


def parts(text: str) -> Counter[str]:
    """Placeholders and tags, without the words in them (a key's name, a tooltip)."""
    return Counter(PLACEHOLDER.findall(text))


# What is said is found ----------------------------------------------------------------------------------------------


def test_python_is_read() -> None:
    source = """
from django.utils.translation import gettext_lazy as _
_("one " "two")
gettext_lazy("three")
gettext_noop("four")
# Translators: a fruit
ngettext("%(n)s apple", "%(n)s apples", n) % {"n": n}
pgettext("verb", "Open")
npgettext("book", "%s leaf", "%s leaves", n)
for _, x in pairs: print(x)
_(variable)
"""
    assert in_python(source) == [
        Entry("one two"),
        Entry("three"),
        Entry("four"),
        Entry("%(n)s apple", "%(n)s apples", notes=("Translators: a fruit",)),
        Entry("Open", context="verb"),
        Entry("%s leaf", "%s leaves", context="book"),
    ]


def test_templates_are_read() -> None:
    source = """{% load i18n %}{# nothing of this _("comment") #}
<p title="{% translate 'Single' %}">{% translate "Kept as" as kept %}{% translate "Open" context "verb" %}</p>
{% blocktranslate with name=user.name %}Hello <b>{{ name }}</b>, 100% yours{% endblocktranslate %}
{% blocktranslate count n=list|length trimmed %}
  {{ n }} leaf
  is here
{% plural %}
  {{ n }} leaves
{% endblocktranslate %}
{% blocktranslate context "book" %}Leaf{% endblocktranslate %}
{{ name|default:_("Nobody") }}{% include "x.html" with title=_("A title") %}
"""
    assert in_template(source) == [
        Entry("Single"),
        Entry("Kept as"),
        Entry("Open", context="verb"),
        Entry("Hello <b>%(name)s</b>, 100%% yours"),
        Entry("%(n)s leaf is here", "%(n)s leaves"),
        Entry("Leaf", context="book"),
        Entry("Nobody"),
        Entry("A title"),
    ]


def test_scripts_are_read() -> None:
    source = """
import { format, gettext, ngettext, pgettext } from "./i18n.js";
export const gettext = (text) => globalThis.gettext(text);
const a = () => gettext("It’s \\"here\\"");
const b = `<b>${gettext("in a template")}</b> ${`deep ${gettext('inside')}`}`;
const half = total / 2, other = gettext("after a division") / 3;
const match = /[/"'`]/.test(x) ? gettext(`backticks`) : x?.y ?? gettext("last");
format(ngettext("%(n)s file", "%(n)s files", n), { n });
pgettext("verb", "Open");
"""
    assert in_script(source) == [
        Entry('It’s "here"'),
        Entry("in a template"),
        Entry("inside"),
        Entry("after a division"),
        Entry("backticks"),
        Entry("last"),
        Entry("%(n)s file", "%(n)s files"),
        Entry("Open", context="verb"),
    ]


@pytest.mark.parametrize(
    "source", ["gettext(name)", "gettext(`${n} files`)", 'gettext("a" + b)', "ngettext('a', b, n)"]
)
def test_a_script_whose_words_cannot_be_found_is_refused(source: str) -> None:
    with pytest.raises(Unreadable):
        in_script(source)


def test_only_our_own_words_are_read() -> None:
    read_files = {path.relative_to(ROOT).as_posix() for domain in DOMAINS for path in sources(domain)}
    assert {"templates/base.html", "static/js/i18n.js", "contactcenter/errors.py", "tenants/models.py"} <= read_files
    assert not [
        path
        for path in read_files
        if path.startswith(("static/vendor/", "tests/", "contactcenter/run/", "contactcenter/demo/websites/"))
        or "/migrations/" in path
    ]


def test_no_text_is_translated_while_modules_load() -> None:
    """It would stay in one language for everybody: there, gettext_lazy."""
    frozen = [
        f"{path.relative_to(ROOT)}:{line}"
        for path in sources("django")
        if path.suffix == ".py"
        for line in translated_at_load(path.read_text())
    ]
    assert frozen == []


def test_what_is_translated_while_a_module_loads_is_seen() -> None:
    assert translated_at_load("""
from django.utils.translation import gettext as _, gettext_lazy
WORDS = {"fine": gettext_lazy("Fine"), "later": lambda: _("Fine")}
TOO_EARLY = _("Frozen")
class Form:
    label = _("Frozen")
    def words(self, text=_("Frozen")):
        return _("Fine")
""") == [4, 6, 7]


def translated_at_load(source: str) -> list[int]:
    tree = ast.parse(source)
    names = {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"
        for alias in node.names
        if alias.name in ARGUMENTS
    }
    lines, waiting = [], [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names:
            lines.append(node.lineno)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            waiting += [*node.decorator_list, node.args]
        elif not isinstance(node, ast.Lambda):
            waiting += ast.iter_child_nodes(node)
    return sorted(lines)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.relative_to(ROOT / "templates").as_posix())
def test_no_page_says_anything_in_one_language_alone(path: Path) -> None:
    assert bare_words(path.read_text()) == []


def test_bare_words_are_seen() -> None:
    assert bare_words("""
<p title="{% translate "Fine" %}">{% translate "Fine" %} · <kbd>Ctrl</kbd> {{ name }}{% comment %}note{% endcomment %}
<b aria-label="Bare label">bare text</b>{% blocktranslate %}Fine {{ x }}{% endblocktranslate %}
<script type="module" src="x.js"></script><input placeholder="bare hint"></p>""") == [
        "Bare label",
        "bare text",
        "bare hint",
    ]


def bare_words(source: str) -> list[str]:
    """Texts and spoken attributes of a template that no translation tag holds."""
    kept, inside = [], ""
    for token in Lexer(source).tokenize():
        name = token.contents.split(maxsplit=1)[0] if token.token_type == TokenType.BLOCK and token.contents else ""
        if inside:
            inside = "" if name == f"end{inside}" else inside
        elif name in ("blocktranslate", "comment") or token.contents == "block body_class":
            inside = name
        elif token.token_type == TokenType.TEXT:
            kept.append(token.contents)
    page = _Page()
    page.feed("".join(kept))
    page.close()
    return [text for text in page.said if re.search(r"[^\W\d_]", SAME_EVERYWHERE.sub("", text))]


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.said += [value.strip() for name, value in attrs if name in SPOKEN_ATTRIBUTES and value and value.strip()]
        self.silent += tag in ("script", "style")

    def handle_endtag(self, tag: str) -> None:
        self.silent -= tag in ("script", "style")

    def handle_data(self, data: str) -> None:
        if data.strip() and not self.silent:
            self.said.append(data.strip())


# What the tool does with them ---------------------------------------------------------------------------------------


def test_an_update_keeps_drops_and_never_guesses() -> None:
    old = catalogues.Catalogue(locale="es", domain="django")
    old.add("Kept", "Guardado", user_comments=["of a file"])
    old.add("Doubtful", "Dudoso", flags=["fuzzy"])
    old.add("Gone away", "Ido")
    old.add("Now it counts", "Ahora cuenta")
    old.add("Open", "Abrir", context="verb")
    found = [Entry("Kept"), Entry("Gone awry"), Entry("Doubtful"), Entry("Open"), Entry("Open", context="verb")]
    new = updated(old, [*found, Entry("Now it counts", "Now they count")], language="es", domain="django")
    assert {(m.id, m.context): m.string or "" for m in new if m.id} == {
        ("Kept", None): "Guardado",
        ("Gone awry", None): "",
        ("Doubtful", None): "Dudoso",
        ("Open", None): "",
        ("Open", "verb"): "Abrir",
        (("Now it counts", "Now they count"), None): ("", "", "Ahora cuenta"),
    }
    assert new["Kept"].user_comments == ["of a file"]
    assert sorted(untranslated(new)) == ["Doubtful", "Gone awry", "Now it counts", "Open"]


def test_the_same_words_in_another_order_give_the_same_bytes() -> None:
    found = entries("django")
    one, other = (
        updated(read("es", "django"), order, language="es", domain="django") for order in (found, found[::-1])
    )
    assert catalogues.as_text(one) == catalogues.as_text(other)
    assert catalogues.compiled(one) == catalogues.compiled(other)


# What people get ----------------------------------------------------------------------------------------------------


def test_python_speaks_the_language() -> None:
    with translation.override("es"):
        assert gettext("Wrap-up") == "Cierre"
        assert ngettext("%(n)s conversation", "%(n)s conversations", 1) == "%(n)s conversación"
        assert ngettext("%(n)s conversation", "%(n)s conversations", 2) == "%(n)s conversaciones"
        assert gettext("This field is required.") == "Este campo es obligatorio.", "Django's own words stay"
    with translation.override("en"):
        assert gettext("Wrap-up") == "Wrap-up"


@pytest.mark.django_db
def test_pages_speak_the_language_of_the_browser() -> None:
    page = Client(headers={"host": "localhost", "accept-language": "es-MX,en;q=0.5"}).get("/accounts/login/")
    assert '<html lang="es"' in page.content.decode()
    assert "Iniciar sesión" in page.content.decode()
    assert "Sign in" not in page.content.decode()


@pytest.mark.django_db
def test_scripts_get_the_words_of_the_reader_and_ask_again_cheaply() -> None:
    english, spanish = (Client(headers={"host": "localhost", "accept-language": code}) for code in ("en", "es"))
    answer = spanish.get("/i18n/")
    assert answer.headers["Content-Type"] == 'text/javascript; charset="utf-8"'
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert '"Yesterday": "Ayer"' in answer.content.decode()
    assert "n == 1 ? 0 : n != 0 && n % 1000000 == 0 ? 1 : 2" in answer.content.decode()
    assert '"Ayer"' not in english.get("/i18n/").content.decode()
    again = spanish.get("/i18n/", headers={"if-none-match": answer.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert english.get("/i18n/", headers={"if-none-match": answer.headers["ETag"]}).status_code == 200


@pytest.mark.django_db
def test_another_language_is_seen_at_once() -> None:
    """The same address after a change of the cookie: what the browser has kept no longer stands."""
    browser = Client(headers={"host": "localhost", "accept-language": "en"})
    english = browser.get("/i18n/")
    browser.cookies[settings.LANGUAGE_COOKIE_NAME] = "es"
    answer = browser.get("/i18n/", headers={"if-none-match": english.headers["ETag"]})
    assert answer.status_code == 200
    assert '"Yesterday": "Ayer"' in answer.content.decode()


@pytest.mark.django_db
def test_a_signed_in_persons_words_are_kept_by_the_browser_too() -> None:
    user = User.objects.create_user(email="ines@example.com", name="Inés", language="es", role=Role.AGENT)
    answer = signed_in(user).get("/i18n/")
    assert '"Yesterday": "Ayer"' in answer.content.decode()
    assert answer.headers["Cache-Control"] == "private, no-cache"
