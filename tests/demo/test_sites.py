"""The two client websites: whole, alike in both languages, strict, and not to be talked into anything else."""

import json
import logging
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from threading import Thread

import jwt
import pytest

from contactcenter.demo import sites

AURORA = "www.aurora-travel.localhost"
BOREALIS = "www.borealis-bank.localhost"
PRODUCT_PORT = 18020
PAGES = {
    AURORA: ["/", "/lisbon/", "/help/", "/account/", "/es/", "/es/lisbon/", "/es/help/", "/es/account/"],
    BOREALIS: ["/", "/savings/", "/help/", "/account/", "/es/", "/es/savings/", "/es/help/", "/es/account/"],
}
EVERY_PAGE = [(host, path) for host, paths in PAGES.items() for path in paths]
SCHEMAS = {AURORA: "aurora", BOREALIS: "borealis"}
SECRETS = {"aurora": "aurora-secret-of-more-than-32-bytes", "borealis": "borealis-secret-of-more-than-32-bytes"}


@dataclass
class Answer:
    response: HTTPResponse
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


@dataclass
class Seen(HTMLParser):
    """What a page consists of."""

    tags: list[tuple[str, dict[str, str | None]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def all(self, name: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.tags if tag == name]

    @property
    def ids(self) -> list[str | None]:
        return [attributes["id"] for _, attributes in self.tags if "id" in attributes]


@pytest.fixture
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    return tmp_path


@pytest.fixture
def secrets(data_dir: Path) -> None:
    (data_dir / "demo.json").write_text(json.dumps({"tokens": {"identity": SECRETS}}))


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    listener = socket.create_server(("127.0.0.1", 0))
    with sites.Server(listener, port=PRODUCT_PORT) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield listener.getsockname()[1]
        server.shutdown()
        thread.join()


def ask(port: int, host: str, path: str, *, method: str = "GET", headers: dict[str, str] | None = None) -> Answer:
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    connection.request(method, path, headers={"Host": f"{host}:{port}", **(headers or {})})
    response = connection.getresponse()
    answer = Answer(response, response.read())
    connection.close()
    return answer


def send(port: int, raw: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        connection.sendall(raw)
        return connection.makefile("rb").read()


def read(html: str) -> Seen:
    seen = Seen()
    seen.feed(html)
    return seen


@pytest.mark.usefixtures("data_dir")
@pytest.mark.parametrize(("host", "path"), EVERY_PAGE)
def test_a_page_is_whole_and_has_one_foreign_tag_and_nothing_inline(port: int, host: str, path: str) -> None:
    answer = ask(port, host, path)
    page = read(answer.text)

    assert answer.response.status == 200
    assert answer.response.headers["Content-Type"] == "text/html; charset=utf-8"
    assert page.all("html") == [{"lang": "es" if path.startswith("/es/") else "en"}]
    assert len(page.all("h1")) == len(page.all("main")) == len(page.all("title")) == 1
    assert len(page.ids) == len(set(page.ids))
    assert page.all("script") == [{"src": f"http://{SCHEMAS[host]}.localhost:{PRODUCT_PORT}/widget.js", "async": None}]
    assert not page.all("style")
    assert not [name for _, attributes in page.tags for name in attributes if name == "style" or name.startswith("on")]
    assert "${" not in answer.text
    spanish = "Web de demostración de una empresa cliente ficticia"
    assert (spanish if path.startswith("/es/") else "Demo website of a fictional client company") in answer.text


@pytest.mark.usefixtures("data_dir")
@pytest.mark.parametrize(("host", "path"), EVERY_PAGE)
def test_every_link_of_a_page_leads_somewhere(port: int, host: str, path: str) -> None:
    page = read(ask(port, host, path).text)
    links = {value for _, tag in page.tags for name in ("href", "src", "action") if (value := tag.get(name))}

    for link in links:
        if link.startswith("http"):
            continue
        target, _, fragment = link.partition("#")
        there = ask(port, host, target or path)
        assert there.response.status == 200, link
        if fragment:
            assert fragment in read(there.text).ids, link


@pytest.mark.parametrize("host", PAGES)
def test_each_page_offers_its_twin_in_the_other_language(port: int, host: str) -> None:
    assert 'href="/es/help/" lang="es"' in ask(port, host, "/help/").text
    assert 'href="/help/" lang="en"' in ask(port, host, "/es/help/").text


def test_the_page_one_is_on_is_marked(port: int) -> None:
    assert '<a href="/help/" aria-current="page">Help</a>' in ask(port, AURORA, "/help/").text


@pytest.mark.parametrize("path", ["/", "/assets/mark.svg", "/nothing"])
def test_the_policy_lets_in_the_company_s_widget_only(port: int, path: str) -> None:
    assert ask(port, AURORA, path).response.headers["Content-Security-Policy"] == (
        "default-src 'none'; script-src 'self' http://aurora.localhost:18020; frame-src http://aurora.localhost:18020; "
        "style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'none'; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'"
    )


@pytest.mark.parametrize(
    "host", ["localhost", "aurora.localhost", "www.cumbre-foods.localhost", "127.0.0.1", "[::1]", ""]
)
def test_an_unknown_host_learns_nothing(port: int, host: str) -> None:
    answer = ask(port, host, "/")

    assert answer.response.status == 404
    assert answer.body == b'<!doctype html>\n<html lang="en"><title>Not found</title><h1>Not found</h1></html>\n'
    assert answer.response.headers["Content-Security-Policy"] == "default-src 'none'"


def test_a_host_is_known_in_capitals_and_with_its_final_dot(port: int) -> None:
    assert ask(port, "WWW.Borealis-Bank.localhost.", "/").response.status == 200


@pytest.mark.parametrize(("path", "language"), [("/nothing", "en"), ("/es/nada/", "es")])
def test_an_unknown_page_is_a_page_of_the_company(port: int, path: str, language: str) -> None:
    answer = ask(port, BOREALIS, path)

    assert answer.response.status == 404
    assert read(answer.text).all("html") == [{"lang": language}]
    assert "Borealis" in answer.text


@pytest.mark.parametrize(
    "path",
    [
        "/../sites.py",
        "/../../../../../../etc/passwd",
        "/%2e%2e/%2e%2e/sites.py",
        "/assets/..%2flayout.html",
        "/assets/",
        "/assets",
        "/layout.html",
        "/index.html",
        "/account/signed-out.html",
        "/help/%00",
        "/%ff%fe",
        "//assets//mark.svg",
        "http://elsewhere.localhost/",
    ],
)
def test_only_pages_and_assets_are_served(port: int, path: str) -> None:
    assert ask(port, AURORA, path).response.status == 404


def test_a_page_without_its_final_slash_is_sent_there(port: int) -> None:
    answer = ask(port, AURORA, "/es/help?from=mail")

    assert (answer.response.status, answer.response.headers["Location"]) == (301, "/es/help/")


def test_head_tells_the_length_and_sends_nothing(port: int) -> None:
    whole = ask(port, AURORA, "/lisbon/")
    head = ask(port, AURORA, "/lisbon/", method="HEAD")

    assert head.response.status == 200
    assert head.response.headers["Content-Length"] == str(len(whole.body))
    assert head.body == b""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/assets/site.css", "text/css; charset=utf-8"),
        ("/assets/sky.svg", "image/svg+xml"),
        ("/assets/inter.woff2", "font/woff2"),
    ],
)
def test_an_asset_has_its_type_and_is_not_sent_twice(port: int, path: str, kind: str) -> None:
    first = ask(port, AURORA, path)
    again = ask(port, AURORA, path, headers={"If-None-Match": first.response.headers["ETag"]})

    assert first.response.headers["Content-Type"] == kind
    assert first.response.headers["X-Content-Type-Options"] == "nosniff"
    assert (again.response.status, again.body) == (304, b"")


def test_pages_are_not_kept_by_browsers(port: int) -> None:
    assert ask(port, AURORA, "/").response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "TRACE", "NONSENSE"])
def test_other_methods_are_refused(port: int, method: str) -> None:
    answer = ask(port, AURORA, "/", method=method)

    assert (answer.response.status, answer.response.headers["Allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize(
    ("raw", "answer"),
    [
        (b"GET / HTTP/1.1\r\n\r\n", b"HTTP/1.1 404 "),
        (b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n", b"HTTP/1.1 400 "),
        (b"GET /\x00\xff HTTP/9.9\r\n\r\n", b"HTTP/1.1 505 "),
        (b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\n\r\n", b"HTTP/1.1 414 "),
        (b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 200 + b"\r\n", b"HTTP/1.1 431 "),
    ],
)
def test_a_bad_request_is_refused_and_the_next_is_served(port: int, raw: bytes, answer: bytes) -> None:
    assert send(port, raw.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n", 1)).startswith(answer)
    assert ask(port, AURORA, "/").response.status == 200


def test_a_body_is_not_taken_for_the_next_request(port: int) -> None:
    smuggled = b"GET /help/ HTTP/1.1\r\nHost: www.aurora-travel.localhost\r\n\r\n"
    head = f"GET / HTTP/1.1\r\nHost: {AURORA}\r\nContent-Length: {len(smuggled)}\r\n\r\n".encode()

    assert send(port, head + smuggled).count(b"HTTP/1.1 200") == 1


@pytest.mark.usefixtures("secrets")
@pytest.mark.parametrize("path", ["/account/", "/es/account/"])
@pytest.mark.parametrize(
    ("host", "who"),
    [
        (AURORA, {"sub": "AT-88214", "name": "Helen Marsh", "email": "helen.marsh@example.com"}),
        (BOREALIS, {"sub": "BB-5530917", "name": "Daniel Ortega", "email": "daniel.ortega@example.com"}),
    ],
)
def test_who_is_signed_in_is_vouched_for_by_a_short_signature(
    port: int, host: str, path: str, who: dict[str, str]
) -> None:
    answer = ask(port, host, path)
    [script] = read(answer.text).all("script")
    token = str(script["data-identity"])
    claims = jwt.decode(token, SECRETS[SCHEMAS[host]], algorithms=["HS256"], audience=SCHEMAS[host])

    assert who["name"] in answer.text
    assert claims.pop("exp") - claims.pop("iat") == 300
    assert claims == {**who, "aud": SCHEMAS[host]}
    other = next(secret for schema, secret in SECRETS.items() if schema != SCHEMAS[host])
    with pytest.raises(jwt.InvalidSignatureError):
        jwt.decode(token, other, algorithms=["HS256"], audience=SCHEMAS[host])


@pytest.mark.usefixtures("secrets")
def test_other_pages_vouch_for_nobody(port: int) -> None:
    assert "data-identity" not in ask(port, AURORA, "/help/").text


@pytest.mark.parametrize("facts", [None, "", "{", "[]", '{"tokens": {}}', '{"tokens": {"identity": {"other": "x"}}}'])
def test_without_a_shared_secret_the_page_says_so(port: int, data_dir: Path, facts: str | None) -> None:
    if facts is not None:
        (data_dir / "demo.json").write_text(facts)

    english, spanish = ask(port, BOREALIS, "/account/"), ask(port, BOREALIS, "/es/account/")

    assert "Sign-in is not set up" in english.text
    assert "no está configurado" in spanish.text
    assert "data-identity" not in english.text + spanish.text
    assert "Daniel" not in english.text


def test_the_log_tells_pages_and_never_what_a_visitor_typed(port: int, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="sites")
    ask(port, AURORA, "/lisbon/?from=marker-word")
    ask(port, AURORA, "/marker-word")
    ask(port, "marker-word.localhost", "/")

    assert caplog.messages == [
        "GET www.aurora-travel.localhost /lisbon/ 200",
        "GET www.aurora-travel.localhost - 404",
        "GET - - 404",
    ]


def run_sites(**environ: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "contactcenter.demo.sites"],
        env={**os.environ, **environ},
        pass_fds=[int(environ["LISTEN_FD"])] if "LISTEN_FD" in environ else [],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_it_serves_on_a_socket_that_was_handed_down_and_stops_when_told(data_dir: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        process = run_sites(LISTEN_FD=str(listener.fileno()), PORT=str(port - 1), DATA_DIR=str(data_dir))
        try:
            answer = ask(port, AURORA, "/")
            assert f"http://aurora.localhost:{port - 1}/widget.js" in answer.text
        finally:
            process.send_signal(signal.SIGTERM)
            output, errors = process.communicate(timeout=10)

    assert process.returncode == 0
    assert "GET www.aurora-travel.localhost / 200" in output
    assert errors == ""


def test_a_taken_port_is_one_clear_line(data_dir: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        process = run_sites(PORT=str(port - 1), DATA_DIR=str(data_dir))
        _, errors = process.communicate(timeout=10)

    assert process.returncode == 1
    assert errors.count("\n") == 1
    assert f"cannot listen on port {port}" in errors
