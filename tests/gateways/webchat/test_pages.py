"""What the widget is made of: small, in the company's brand and language, and strict about who may show it."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path

import pytest
from django.test import Client

from contactcenter.gateways.webchat.words import WORDS
from tenants.models import Endpoint, Tenant
from tests.webchat import SITE, give_widget, origin, visitor_client

ROOT = Path(__file__).resolve().parents[3]
LIMIT = 30_000  # bytes, gzipped


def gzipped(content: bytes) -> int:
    return len(gzip.compress(content, 9))


def test_the_tag_weighs_a_tenth_of_what_it_may(aurora: Tenant) -> None:
    """Before it is clicked the loader is all that is fetched. 3.2 kB when this was written."""
    assert gzipped(visitor_client().get("/widget.js").content) < LIMIT / 6


def test_loader_and_frame_together_stay_below_the_limit(aurora: Tenant) -> None:
    """With everything the opened frame fetches, in the longer of its languages. 29.7 kB when this was written."""
    client = visitor_client()
    served = [client.get(address).content for address in ("/widget.js", "/widget/?language=es", "/widget/brand.css")]
    static = [path.read_bytes() for path in (ROOT / "static" / "webchat").iterdir() if path.name != "loader.js"]

    assert sum(gzipped(each) for each in served + static) < LIMIT


def test_the_loader_knows_its_company_and_speaks_its_languages(aurora: Tenant) -> None:
    answer = visitor_client().get("/widget.js")
    facts = json.loads(answer.content.decode().rpartition("})(")[2].removesuffix(");\n"))

    assert answer["Content-Type"] == "text/javascript; charset=utf-8"
    assert answer["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert answer["Cache-Control"] == "public, max-age=300"
    assert facts["origin"] == origin("aurora")
    assert facts["words"]["en"] == {"open": "Chat with Aurora Travel", "unread": "New messages: {n}"}
    assert facts["words"]["es"]["open"] != facts["words"]["en"]["open"]
    assert facts["colours"]["light"]["solid"] == "#6a3fd0"


def test_the_loader_is_not_sent_twice(aurora: Tenant) -> None:
    first = visitor_client().get("/widget.js")
    again = visitor_client(**{"If-None-Match": first["ETag"]}).get("/widget.js")

    assert (again.status_code, again.content) == (304, b"")


def test_two_companies_have_two_widgets(aurora: Tenant, borealis: Tenant) -> None:
    ours, theirs = (visitor_client(schema).get("/widget/brand.css").content for schema in ("aurora", "borealis"))

    assert b"#6a3fd0" in ours
    assert b"#6a3fd0" not in theirs


def test_only_the_company_s_sites_may_show_the_frame(aurora: Tenant) -> None:
    answer = visitor_client().get("/widget/")

    assert f"frame-ancestors {SITE}" in answer["Content-Security-Policy"]
    assert "X-Frame-Options" not in answer
    give_widget("aurora", origins=[])
    assert "frame-ancestors 'none'" in visitor_client().get("/widget/")["Content-Security-Policy"]


def test_the_frame_s_policy_lets_nothing_in_from_elsewhere_and_nothing_inline(aurora: Tenant) -> None:
    answer = visitor_client().get("/widget/")
    policy = answer["Content-Security-Policy"]
    page = answer.content.decode()

    assert "default-src 'none'; script-src 'self'; style-src 'self';" in policy
    assert "require-trusted-types-for 'script'" in policy
    assert "unsafe" not in policy
    assert not re.search(r"<[^>]+\s(?:style|on\w+)=", page)
    assert re.findall(r"<script(?![^>]*(?: src=|application/json))", page) == []
    assert "<style" not in page


@pytest.mark.parametrize("address", ["/widget.js", "/widget/", "/widget/brand.css", "/widget/hours/"])
def test_nothing_sets_a_cookie(aurora: Tenant, address: str) -> None:
    answer = visitor_client().get(address)

    assert answer.status_code == 200
    assert not answer.cookies


@pytest.mark.parametrize(
    ("query", "accepted", "language"),
    [
        ("?language=es", "en", "es"),
        ("?language=es-MX", "en", "es"),
        ("", "es-ES,en;q=0.5", "es"),
        ("", "fr,es;q=0.5", "es"),
        ("", "fr", "en"),
        ("?language=fr", "es", "es"),
        ("?language=%00", "", "en"),
        ("?language=../../etc", "", "en"),
    ],
)
def test_the_page_speaks_what_the_site_and_the_browser_ask(
    aurora: Tenant, query: str, accepted: str, language: str
) -> None:
    answer = visitor_client(**{"Accept-Language": accepted}).get(f"/widget/{query}")

    assert f'<html lang="{language}">' in answer.content.decode()


def test_a_company_s_words_cannot_leave_their_place(aurora: Tenant) -> None:
    evil = "</script><script>alert(1)</script><img src=x onerror=alert(1)>"
    Tenant.objects.filter(pk=aurora.pk).update(name=evil[:100])
    give_widget("aurora", welcome={"en": evil}, privacy={"en": evil})
    page = visitor_client().get("/widget/").content.decode()

    assert "<script>alert" not in page
    assert "<img src=x" not in page
    loader = visitor_client().get("/widget.js").content.decode()
    assert json.loads(loader.rpartition("})(")[2].removesuffix(");\n"))["words"]["en"]["open"].endswith(evil[:100])


def test_the_form_is_told_as_configured(aurora: Tenant) -> None:
    give_widget("aurora", name="required", email="off", welcome={"en": "Good day"}, privacy={"en": "Kept a year"})
    page = visitor_client().get("/widget/").content.decode()
    facts = json.loads(re.findall(r'<script id="facts" type="application/json">(.*?)</script>', page)[0])

    assert facts["fields"] == {"name": "required", "email": "off", "queue": "optional"}
    topics = re.findall(r'<option value="(.*?)">(.*?)</option>', page)
    assert topics == [("", "Choose…"), ("help", "Help"), ("sales", "Sales")]
    assert facts["welcome"] == "Good day"
    assert facts["origins"] == [SITE]
    assert facts["opening"] == {"open": True, "until": None, "opens": None}
    assert "Kept a year" in page
    assert "secret" not in json.dumps(facts)


@pytest.mark.parametrize("address", ["/widget.js", "/widget/", "/widget/brand.css", "/widget/hours/"])
def test_a_company_without_a_widget_has_none_of_it(aurora: Tenant, address: str) -> None:
    Endpoint.objects.filter(tenant=aurora).update(is_active=False)

    assert visitor_client().get(address).status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["localhost", "nobody.localhost", "www.aurora.localhost"])
@pytest.mark.parametrize("address", ["/widget.js", "/widget/", "/widget/token/"])
def test_the_staff_s_host_and_unknown_ones_have_no_widget(name: str, address: str) -> None:
    assert Client(headers={"Host": name}).get(address).status_code == 404


def test_every_word_the_scripts_say_is_sent_and_none_is_sent_in_vain() -> None:
    scripts = "".join(path.read_text() for path in (ROOT / "static" / "webchat").glob("*.js"))
    said = set(re.findall(r"\bsay\('(\w+)'", scripts))
    by_state = {"sending", "delivered", "read", "failed"}  # say(how)

    assert said | by_state == set(WORDS)
