"""The one client that calls addresses others chose cannot be led into the house (T14), nor held, nor flooded (T15)."""

from __future__ import annotations

import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from contactcenter.lib import outgoing
from contactcenter.lib.outgoing import Answer, NotSent, Post, Refused, may_call, post, post_all, read_address

OK = b"HTTP/1.1 204 No Content\r\n\r\n"


@pytest.fixture(autouse=True)
def loopback(settings: Any) -> None:
    settings.WEBHOOK_ALLOW_HTTP = True
    settings.WEBHOOK_ALLOW_NETWORKS = ["127.0.0.0/8"]


@contextmanager
def server(speak: Callable[[socket.socket], None], context: ssl.SSLContext | None = None) -> Iterator[int]:
    """Calls `speak` with each connection after its request was read."""
    with socket.create_server(("127.0.0.1", 0)) as door:

        def serve() -> None:
            with suppress(OSError):
                while True:
                    line, _ = door.accept()
                    threading.Thread(target=one, args=[line], daemon=True).start()

        def one(line: socket.socket) -> None:
            with suppress(OSError):
                secured = context.wrap_socket(line, server_side=True) if context else line
                secured.recv(65536)
                speak(secured)
                secured.close()

        threading.Thread(target=serve, daemon=True).start()
        yield door.getsockname()[1]
        with suppress(OSError):
            door.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize(
    ("address", "open_internet"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1:248:1893:25c8:1946", True),
        ("127.0.0.1", False),
        ("127.8.9.10", False),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("240.0.0.1", False),
        ("255.255.255.255", False),
        ("198.18.0.1", False),
        ("192.0.2.1", False),
        ("192.88.99.1", False),
        ("::", False),
        ("::1", False),
        ("fe80::1", False),
        ("fe80::1%eth0", False),
        ("fc00::1", False),
        ("ff02::1", False),
        ("::ffff:10.0.0.1", False),
        ("::ffff:127.0.0.1", False),
        ("::ffff:93.184.216.34", False),
        ("64:ff9b::7f00:1", False),
        ("64:ff9b::a9fe:a9fe", False),
        ("2002:7f00:1::", False),
        ("2002:a9fe:a9fe::1", False),
        ("2001:db8::1", False),
        ("fec0::1", False),
    ],
)
def test_only_the_open_internet_is_called(settings: Any, address: str, open_internet: bool) -> None:
    settings.WEBHOOK_ALLOW_NETWORKS = []
    assert may_call(address) is open_internet


def test_named_networks_are_called_too(settings: Any) -> None:
    settings.WEBHOOK_ALLOW_NETWORKS = ["10.20.0.0/16", "fd00::/8"]
    assert may_call("10.20.3.4")
    assert may_call("fd00::5")
    assert not may_call("10.21.0.1")


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/", "http://localhost/", "http://x.localhost/", "http://[::1]/", "http://127.1/",
        "http://2130706433/", "http://0x7f000001/", "http://0177.0.0.1/", "http://[::ffff:127.0.0.1]/",
        "http://169.254.169.254/latest/meta-data/", "http://0/",
    ],
)  # fmt: skip
def test_ways_of_writing_this_machine(settings: Any, url: str) -> None:
    settings.WEBHOOK_ALLOW_NETWORKS = []
    with pytest.raises(NotSent):
        post(Post(url, b"{}"))


@pytest.mark.parametrize(
    "url",
    [
        "", "shop.example", "ftp://shop.example/", "file:///etc/passwd", "gopher://shop.example/", "https://",
        "https://user:secret@shop.example/", "https://shop.example/#part", "https://shop.example:22/",
        "https://shop.example:25/", "https://shop.example:99999/", "https://shop.example/a b", "https://shop.example/\n",
        "https://shop.example\\@evil.example/", "https://shop.example/é", "https://" + "a" * 500, "https://[::1",
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(Refused):
        read_address(url)


def test_without_tls_only_by_setting(settings: Any) -> None:
    assert read_address("http://shop.example/hooks?a=1").path == "/hooks?a=1"
    settings.WEBHOOK_ALLOW_HTTP = False
    with pytest.raises(Refused, match="https"):
        read_address("http://shop.example/hooks")
    assert read_address("https://shop.example").authority == "shop.example"
    assert read_address("https://shop.example:8443/x").authority == "shop.example:8443"


def test_the_address_that_was_looked_at_is_the_one_called(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    """A name that answers with an allowed address first and another a moment later gains nothing."""
    settings.WEBHOOK_ALLOW_NETWORKS = ["127.0.0.1/32"]
    answers = iter(["127.0.0.1", "127.0.0.99"])
    real, asked = socket.getaddrinfo, []

    def rebinding(host: Any, port: Any, *args: Any, **kwargs: Any) -> Any:
        if host == "rebind.example":
            asked.append(host)
            return real(next(answers), port, *args, **kwargs)
        return real(host, port, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    seen: list[str] = []
    with server(lambda line: (seen.append(line.getsockname()[0]), line.sendall(OK))) as port:  # type: ignore[func-returns-value]
        assert post(Post(f"http://rebind.example:{port}/", b"{}")) == Answer(204)
    assert (seen, asked) == (["127.0.0.1"], ["rebind.example"])


def test_one_bad_address_among_good_ones_is_enough_to_refuse(monkeypatch: pytest.MonkeyPatch) -> None:
    both = [(2, 1, 6, "", ("93.184.216.34", 443)), (2, 1, 6, "", ("10.0.0.1", 443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: both)
    with pytest.raises(Refused, match="has no address on the open internet"):
        post(Post("https://both.example/", b"{}"))


def test_a_redirect_is_an_answer_and_not_a_way(settings: Any) -> None:
    calls: list[int] = []
    with server(lambda line: calls.append(1)) as inside:
        moved = f"HTTP/1.1 307 Moved\r\nLocation: http://127.0.0.1:{inside}/\r\nContent-Length: 0\r\n\r\n".encode()
        with server(lambda line: line.sendall(moved)) as port:
            assert post(Post(f"http://127.0.0.1:{port}/", b"{}")).status == 307
    assert not calls


def test_no_proxy_of_the_environment_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[int] = []
    with server(lambda line: calls.append(1)) as proxy, server(lambda line: line.sendall(OK)) as port:
        for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy}")
        assert post(Post(f"http://127.0.0.1:{port}/", b"{}")) == Answer(204)
    assert not calls


def test_a_flood_of_an_answer_is_read_to_64_kb(monkeypatch: pytest.MonkeyPatch) -> None:
    def flood(line: socket.socket) -> None:
        line.sendall(b"HTTP/1.1 500 No\r\nContent-Encoding: gzip\r\n\r\n")
        for _ in range(1000):
            line.sendall(b"x" * 65536)

    with server(flood) as port:
        answer = post(Post(f"http://127.0.0.1:{port}/", b"{}"))
    assert (answer.status, answer.text) == (500, "x" * 65536)


@pytest.mark.parametrize("slow", ["silent", "drips a head", "drips a body", "an endless status line"])
def test_a_slow_receiver_is_left_in_time(monkeypatch: pytest.MonkeyPatch, slow: str) -> None:
    monkeypatch.setattr(outgoing, "ALL_SECONDS", 0.6)

    def drip(line: socket.socket) -> None:
        if slow == "silent":
            time.sleep(5)
        head = {"drips a body": b"HTTP/1.1 500 No\r\n\r\n", "an endless status line": b"HTTP/1.1 200 "}
        line.sendall(head.get(slow, b"HTTP/1.1 200 OK\r\n"))
        for _ in range(50):
            time.sleep(0.1)
            line.sendall(b"x")

    started = time.monotonic()
    with server(drip) as port:
        if slow == "drips a body":
            assert post(Post(f"http://127.0.0.1:{port}/", b"{}")).status == 500
        else:
            with pytest.raises(NotSent, match="no answer within"):
                post(Post(f"http://127.0.0.1:{port}/", b"{}"))
    assert time.monotonic() - started < 2


def test_what_fails_is_said_in_words() -> None:
    with socket.create_server(("127.0.0.1", 0)) as door:
        free = door.getsockname()[1]
    with pytest.raises(NotSent, match="Connection refused"):
        post(Post(f"http://127.0.0.1:{free}/", b"{}"))
    with server(lambda line: line.sendall(b"hello, who is there?\r\n")) as port, pytest.raises(NotSent):
        post(Post(f"http://127.0.0.1:{port}/", b"{}"))
    with server(lambda line: None) as port, pytest.raises(NotSent):
        post(Post(f"http://127.0.0.1:{port}/", b"{}"))
    with pytest.raises(NotSent, match="has no address on the open internet"):
        post(Post("http://no-such-name.invalid/", b"{}"))


def test_several_go_side_by_side_in_the_order_they_came() -> None:
    def slowly(line: socket.socket) -> None:
        time.sleep(0.5)
        line.sendall(OK)

    with server(slowly) as port, socket.create_server(("127.0.0.1", 0)) as closed:
        closed.close()
        good = Post(f"http://127.0.0.1:{port}/", b"{}")
        bad = Post(f"http://127.0.0.1:{port}/", b"{}", {})
        started = time.monotonic()
        answers = post_all([good] * 3 + [Post("ftp://x", b"")] + [bad] * 4)
    assert time.monotonic() - started < 2
    assert [isinstance(answer, Answer) for answer in answers] == [True] * 3 + [False] + [True] * 4


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of shop.example, by itself."""
    folder = tmp_path_factory.mktemp("tls")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", folder / "key.pem", "-out",
         folder / "cert.pem", "-days", "2", "-subj", "/CN=shop.example", "-addext", "subjectAltName=DNS:shop.example"],
        check=True, capture_output=True,
    )  # fmt: skip
    return folder


def test_the_certificate_must_be_trusted_and_show_the_name(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate / "cert.pem", certificate / "key.pem")
    real = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, *args, **kwargs: real("127.0.0.1", *args, **kwargs))
    with server(lambda line: line.sendall(OK), context) as port:
        with pytest.raises(NotSent, match="TLS failed"):
            post(Post(f"https://shop.example:{port}/", b"{}"))
        trusting = ssl.create_default_context(cafile=str(certificate / "cert.pem"))
        monkeypatch.setattr(outgoing, "trust", lambda: trusting)
        assert post(Post(f"https://shop.example:{port}/", b"{}")) == Answer(204)
        with pytest.raises(NotSent, match="TLS failed"):
            post(Post(f"https://other.example:{port}/", b"{}"))
