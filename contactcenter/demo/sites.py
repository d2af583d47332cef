"""The websites of two fictional client companies, as any company might run them.

They know nothing of the product but one script tag. Run with `python -m contactcenter.demo.sites`; serves on
127.0.0.1:PORT+1, or on the listening socket handed down as the file descriptor LISTEN_FD.

A website is a folder under `websites/`. Every `index.html` in it is a page: lines for the head, then a `<main>`, set
into the nearest `layout.html` above it. Everything is read once at start, so a request can only name what was read.
"""

import json
import logging
import os
import signal
import socket
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from hashlib import sha256
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from string import Template
from types import FrameType
from typing import NoReturn
from urllib.parse import unquote

import jwt

log = logging.getLogger("sites")

FOLDER = Path(__file__).parent / "websites"
PROJECT = Path(__file__).parents[2]
IDENTITY_LIFETIME = timedelta(minutes=5)
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
    ".txt": "text/plain; charset=utf-8",
}
HTML = "text/html; charset=utf-8"
NOWHERE = b'<!doctype html>\n<html lang="en"><title>Not found</title><h1>Not found</h1></html>\n'


@dataclass(frozen=True, kw_only=True)
class Company:
    host: str
    schema: str
    # Who is signed in on /account/: sub, name and email of the identity that the website vouches for.
    signed_in: Mapping[str, str]


COMPANIES = (
    Company(
        host="www.aurora-travel.localhost",
        schema="aurora",
        signed_in={"sub": "AT-88214", "name": "Helen Marsh", "email": "helen.marsh@example.com"},
    ),
    Company(
        host="www.borealis-bank.localhost",
        schema="borealis",
        signed_in={"sub": "BB-5530917", "name": "Daniel Ortega", "email": "daniel.ortega@example.com"},
    ),
)


@dataclass(frozen=True, kw_only=True)
class Page:
    template: Template
    status: HTTPStatus = HTTPStatus.OK

    def render(self, identity: str = "") -> bytes:
        return self.template.substitute(identity=f' data-identity="{identity}"' if identity else "").encode()


@dataclass(frozen=True, kw_only=True)
class Asset:
    body: bytes
    type: str

    @property
    def etag(self) -> str:
        return f'"{sha256(self.body).hexdigest()[:20]}"'


@dataclass(frozen=True, kw_only=True)
class Website:
    company: Company
    policy: str
    pages: Mapping[str, Page]
    # What /account/ shows while no secret is shared between the website and the product.
    signed_out: Mapping[str, Page]
    not_found: Mapping[str, Page]
    assets: Mapping[str, Asset]


def read_website(company: Company, *, port: int) -> Website:
    product = f"http://{company.schema}.localhost:{port}"
    folder = FOLDER / company.schema

    def pages(name: str, status: HTTPStatus = HTTPStatus.OK) -> dict[str, Page]:
        return {
            address_of(file.parent, folder): Page(template=compose(file, folder=folder, product=product), status=status)
            for file in folder.rglob(name)
        }

    return Website(
        company=company,
        policy=(
            f"default-src 'none'; script-src 'self' {product}; frame-src {product}; style-src 'self'; img-src 'self'; "
            "font-src 'self'; connect-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
        ),
        pages=pages("index.html"),
        signed_out=pages("signed-out.html"),
        not_found=pages("not-found.html", HTTPStatus.NOT_FOUND),
        assets={
            f"/assets/{file.name}": Asset(body=file.read_bytes(), type=TYPES[file.suffix])
            for file in (folder / "assets").iterdir()
        },
    )


def compose(file: Path, *, folder: Path, product: str) -> Template:
    """The whole page but for the identity of who is signed in."""
    here = address_of(file.parent, folder)
    layout = next(parent / "layout.html" for parent in file.parents if (parent / "layout.html").is_file())
    head, tag, main = file.read_text().partition("<main")
    text = layout.read_text().replace(f' href="{here}">', f' href="{here}" aria-current="page">')
    twin = here.removeprefix("/es") if here.startswith("/es/") else f"/es{here}"
    page = Template(text).substitute(
        head=head.strip(), main=(tag + main).strip(), twin=twin, widget=f"{product}/widget.js", identity="${identity}"
    )
    return Template(page)


def address_of(place: Path, folder: Path) -> str:
    inner = place.relative_to(folder).as_posix()
    return "/" if inner == "." else f"/{inner}/"


def identity_secret(schema: str) -> str | None:
    """The secret that the demo's seed shared with this company's website; read anew, for the seed may come later."""
    file = Path(os.environ.get("DATA_DIR") or PROJECT / ".data") / "demo.json"
    try:
        secret = json.loads(file.read_text())["tokens"]["identity"][schema]
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        log.warning("no identity secret for %s in demo.json: %s", schema, type(error).__name__)
        return None
    return str(secret)


def sign_identity(company: Company, *, secret: str, now: datetime) -> str:
    times = {"iat": int(now.timestamp()), "exp": int((now + IDENTITY_LIFETIME).timestamp())}
    return jwt.encode({**company.signed_in, **times, "aud": company.schema}, secret, algorithm="HS256")


@cache
def websites(port: int) -> Mapping[str, Website]:
    return {company.host: read_website(company, port=port) for company in COMPANIES}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 15
    server: "Server"
    host = "-"
    website: Website | None = None

    def do_GET(self) -> None:
        # A body nobody asked for would be read as the next request of this connection.
        if "Content-Length" in self.headers or "Transfer-Encoding" in self.headers:
            self.close_connection = True
        self.website = self.server.websites.get(self.named_host())
        self.host = self.website.company.host if self.website else "-"
        if self.website is None:
            self.answer(HTTPStatus.NOT_FOUND, NOWHERE)
            return
        self.answer_from(self.website, unquote(self.path.partition("?")[0]))

    do_HEAD = do_GET

    def named_host(self) -> str:
        return (self.headers.get("Host") or "").partition(":")[0].rstrip(".").lower()

    def answer_from(self, website: Website, path: str) -> None:
        if asset := website.assets.get(path):
            self.answer_asset(asset)
        elif path in website.signed_out:
            self.answer_account(website, path)
        elif page := website.pages.get(path):
            self.answer(page.status, page.render())
        elif f"{path}/" in website.pages:
            self.answer(HTTPStatus.MOVED_PERMANENTLY, b"", extra={"Location": f"{path}/"})
        else:
            page = website.not_found["/es/" if path.startswith("/es/") else "/"]
            self.answer(page.status, page.render())

    def answer_account(self, website: Website, path: str) -> None:
        if secret := identity_secret(website.company.schema):
            identity = sign_identity(website.company, secret=secret, now=datetime.now(UTC))
            self.answer(HTTPStatus.OK, website.pages[path].render(identity))
        else:
            self.answer(HTTPStatus.OK, website.signed_out[path].render())

    def answer_asset(self, asset: Asset) -> None:
        caching = {"Cache-Control": "no-cache", "ETag": asset.etag}
        if self.headers.get("If-None-Match") == asset.etag:
            self.answer(HTTPStatus.NOT_MODIFIED, b"", type=asset.type, extra=caching)
        else:
            self.answer(HTTPStatus.OK, asset.body, type=asset.type, extra=caching)

    def answer(
        self, status: HTTPStatus, body: bytes, *, type: str = HTML, extra: Mapping[str, str] | None = None
    ) -> None:
        headers = {
            "Content-Type": type,
            "Content-Length": str(len(body)),
            "Cache-Control": "no-store",
            "Content-Security-Policy": self.website.policy if self.website else "default-src 'none'",
            "Referrer-Policy": "strict-origin-when-cross-origin",
            "X-Content-Type-Options": "nosniff",
            **(extra or {}),
        }
        if self.close_connection:
            headers["Connection"] = "close"
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """What the standard library calls for a malformed request or a method other than GET and HEAD."""
        self.close_connection = True
        # A version that could not be read counts as 0.9, which has no status line.
        self.request_version = self.protocol_version
        status = HTTPStatus.METHOD_NOT_ALLOWED if code == HTTPStatus.NOT_IMPLEMENTED else HTTPStatus(code)
        self.answer(status, f"{status.phrase}\n".encode(), type=TYPES[".txt"], extra={"Allow": "GET, HEAD"})

    def version_string(self) -> str:
        return "websites"

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        # Only hosts and paths of ours are written as they came: the rest may carry anything a stranger typed.
        path = getattr(self, "path", "-").partition("?")[0]
        known = self.website and (path in self.website.pages or path in self.website.assets)
        method = self.command if self.command in ("GET", "HEAD") else "-"
        log.info("%s %s %s %s", method, self.host, path if known else "-", int(code))

    def log_error(self, format: str, *args: object) -> None:
        """An idle connection that timed out: no news."""


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, listener: socket.socket, *, port: int) -> None:
        self.websites = websites(port)
        super().__init__(listener.getsockname()[:2], Handler, bind_and_activate=False)
        self.socket.close()
        self.socket = listener

    def handle_error(self, request: object, client_address: object) -> None:
        error = sys.exc_info()[1]
        if isinstance(error, ConnectionError):
            return
        log.error("request failed", exc_info=error)


def listening_socket(*, port: int) -> socket.socket:
    if handed_down := os.environ.get("LISTEN_FD"):
        return socket.socket(fileno=int(handed_down))
    return socket.create_server(("127.0.0.1", port), backlog=128)


def stop(signum: int, frame: FrameType | None) -> NoReturn:
    raise SystemExit(0)


def main() -> None:
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stdout)
    port = int(os.environ.get("PORT") or 8000)
    try:
        listener = listening_socket(port=port + 1)
    except OSError as error:
        sys.exit(
            f"The demo websites cannot listen on port {port + 1} ({error.strerror}). Free it or choose another PORT."
        )
    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    with Server(listener, port=port) as server:
        log.info("websites on port %d: %s", port + 1, ", ".join(server.websites))
        server.serve_forever()


if __name__ == "__main__":
    main()
