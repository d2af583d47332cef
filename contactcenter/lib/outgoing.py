"""The one way by which the house calls addresses that others chose (webhooks): guarded, bounded, and never led astray.

The name is resolved once, every address behind it is looked at, and the connection goes to the one that was looked at:
a name that answers otherwise a moment later (rebinding) gains nothing. Private, loopback, link-local, mapped and
reserved addresses are refused unless WEBHOOK_ALLOW_NETWORKS names them. No redirect is followed, no proxy of the
environment is asked, an answer is read up to 64 kB and never unpacked, and all of it ends after ten seconds, however
slowly the other side speaks.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Generator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from urllib.parse import SplitResult, urlsplit

import certifi
import urllib3
from django.conf import settings
from urllib3.connection import HTTPConnection, HTTPSConnection

CONNECT_SECONDS = 5.0
ALL_SECONDS = 10.0
LARGEST_ANSWER = 64 * 1024
LONGEST_URL = 500
AT_ONCE = 8
PORTS = {"http": 80, "https": 443}
FIRST_FREE_PORT = 1024  # below it live services that are no web servers
AGENT = "contactcenter-webhooks/1"

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
UNICAST = ipaddress.ip_network("2000::/3")
RELAYS = ipaddress.ip_network("192.88.99.0/24")  # 6to4 relays


class NotSent(Exception):
    """No answer came: why, in words for whoever looks after the receiver."""


class Refused(NotSent):
    """The address itself is one that the house does not call."""


@dataclass(frozen=True)
class Post:
    url: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Answer:
    """`text`: the beginning of what came with an answer that is no 2xx."""

    status: int
    text: str = ""

    @property
    def is_good(self) -> bool:
        return 200 <= self.status < 300


@dataclass(frozen=True)
class Target:
    scheme: str
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"


def post_all(posts: Sequence[Post]) -> list[Answer | NotSent]:
    """Side by side, so that one slow receiver costs the others nothing; in the order they came."""
    with ThreadPoolExecutor(max_workers=AT_ONCE) as hands:
        return list(hands.map(try_post, posts))


def try_post(request: Post) -> Answer | NotSent:
    try:
        return post(request)
    except NotSent as why:
        return why


def post(request: Post) -> Answer:
    """Raises NotSent."""
    target = read_address(request.url)
    connection = connection_to(target, resolve(target))
    headers = {"Host": target.authority, "User-Agent": AGENT, "Accept-Encoding": "identity", **request.headers}
    try:
        connection.connect()
        connection.timeout = ALL_SECONDS
        with cut_off(connection) as late:
            connection.request("POST", target.path, body=request.body, headers=headers, preload_content=False)
            response = connection.getresponse()
            if late.is_set():  # a head that was cut short reads like one that ended
                raise TimeoutError
            if 200 <= response.status < 300:
                return Answer(response.status)
            return Answer(response.status, beginning_of(response))
    except ssl.SSLError as error:
        raise NotSent(f"TLS failed: {error.reason or type(error).__name__}") from error
    except TimeoutError as error:
        raise NotSent(f"no answer within {ALL_SECONDS:.0f} s") from error
    except (urllib3.exceptions.HTTPError, http.client.HTTPException, OSError) as error:
        raise NotSent(in_words(error)) from error
    finally:
        connection.close()


def beginning_of(response: urllib3.BaseHTTPResponse) -> str:
    """The status has said what matters: a body that breaks off is told as far as it came."""
    try:
        return response.read(LARGEST_ANSWER, decode_content=False).decode(errors="replace")
    except (urllib3.exceptions.HTTPError, http.client.HTTPException, OSError):
        return ""


def in_words(error: Exception) -> str:
    cause = error.__cause__ or error
    if isinstance(cause, TimeoutError | urllib3.exceptions.TimeoutError):
        return f"no connection within {CONNECT_SECONDS:.0f} s"
    return getattr(cause, "strerror", None) or f"the connection broke ({type(cause).__name__})"


@contextmanager
def cut_off(connection: HTTPConnection) -> Generator[threading.Event]:
    """Timeouts of a socket begin anew with each byte. This one does not: the line is shut when the time is over,
    and the event says so.
    """
    line = connection.sock
    late = threading.Event()

    def cut() -> None:
        late.set()
        try:
            socket.socket.shutdown(line, socket.SHUT_RDWR)  # of TLS too, without its farewell
        except OSError:
            return  # it had ended by itself

    clock = threading.Timer(ALL_SECONDS, cut)
    clock.daemon = True
    clock.start()
    try:
        yield late
    except (urllib3.exceptions.HTTPError, http.client.HTTPException, OSError) as error:
        if late.is_set():
            raise TimeoutError from error
        raise
    finally:
        clock.cancel()


def connection_to(target: Target, address: str) -> HTTPConnection:
    """To the address that was looked at, under the name that the certificate must show."""
    if target.scheme == "http":
        return HTTPConnection(address, target.port, timeout=CONNECT_SECONDS)
    return HTTPSConnection(
        address,
        target.port,
        timeout=CONNECT_SECONDS,
        ssl_context=trust(),
        server_hostname=target.host,
    )


@cache
def trust() -> ssl.SSLContext:
    """The machine's own store, and Mozilla's list for a machine that has none."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context


def read_address(url: str) -> Target:
    """Raises Refused with the cure."""
    if len(url) > LONGEST_URL or any(character <= " " or character in "\\\x7f" for character in url):
        raise Refused(f"write an address of at most {LONGEST_URL} characters, without spaces")
    schemes = ("https", "http") if settings.WEBHOOK_ALLOW_HTTP else ("https",)
    try:
        parts = urlsplit(url)
        port = parts.port
        host = ascii_host(parts)
    except ValueError:
        raise Refused("write an address such as https://shop.example.com/hooks") from None
    if parts.scheme not in schemes:
        raise Refused("write an address that begins with https://")
    if not host or parts.username is not None or parts.password is not None or parts.fragment:
        raise Refused("write an address such as https://shop.example.com/hooks, without name, password or #")
    port = PORTS[parts.scheme] if port is None else port
    if port not in PORTS.values() and port < FIRST_FREE_PORT:
        raise Refused(f"use port 443, or one from {FIRST_FREE_PORT} on")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if not path.isascii():
        raise Refused("write the path with %-signs where it holds other than plain letters")
    if is_literal(host) or host == "localhost" or host.endswith(".localhost"):
        resolve(Target(parts.scheme, host, port, path))
    return Target(parts.scheme, host, port, path)


def ascii_host(parts: SplitResult) -> str:
    host = parts.hostname or ""
    return host if host.isascii() else host.encode("idna").decode()


def is_literal(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


# The same for a name that is not known and one of an inner machine: nobody explores the house's network by it.
NO_ADDRESS = "{host} has no address on the open internet"


def resolve(target: Target) -> str:
    """The address to connect to. Raises NotSent where the name is not known, Refused where any address is one that the
    house does not call.
    """
    try:
        found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise NotSent(NO_ADDRESS.format(host=target.host)) from None
    addresses = [str(place[4][0]) for place in found]
    for address in addresses:
        if not may_call(address):
            raise Refused(NO_ADDRESS.format(host=target.host))
    return addresses[0]


def may_call(address: str) -> bool:
    parsed = ipaddress.ip_address(address.partition("%")[0])
    allowed = [ipaddress.ip_network(entry, strict=False) for entry in settings.WEBHOOK_ALLOW_NETWORKS]
    return any(parsed in network for network in allowed) or is_public(parsed)


def is_public(address: Address) -> bool:
    """Of version 6 only global unicast: neither what maps version 4 nor what is translated to it."""
    if not address.is_global or address.is_multicast or address.is_reserved:
        return False
    if isinstance(address, ipaddress.IPv4Address):
        return address not in RELAYS
    return address in UNICAST and (address.sixtofour is None or is_public(address.sixtofour))
