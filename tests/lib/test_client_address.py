"""Only a trusted proxy may say for whom it asks."""

import pytest

from contactcenter.lib.client_address import client_address


@pytest.mark.parametrize(
    ("peer", "forwarded", "trusted", "expected"),
    [
        ("198.51.100.1", "", [], "198.51.100.1"),
        ("198.51.100.1", "203.0.113.9", [], "198.51.100.1"),  # nobody is trusted: the header is a stranger's word
        ("10.0.0.1", "203.0.113.9", ["10.0.0.1"], "203.0.113.9"),
        ("10.0.0.1", "1.1.1.1, 203.0.113.9", ["10.0.0.0/8"], "203.0.113.9"),  # what the visitor wrote stands left
        ("10.0.0.1", "203.0.113.9, 10.0.0.2", ["10.0.0.0/8"], "203.0.113.9"),
        ("10.0.0.1", "10.0.0.3, 10.0.0.2", ["10.0.0.0/8"], "10.0.0.3"),
        ("10.0.0.1", "unknown", ["10.0.0.0/8"], "10.0.0.1"),
        ("198.51.100.1", "203.0.113.9", ["10.0.0.0/8"], "198.51.100.1"),
        ("2001:db8:1:2:aaaa::1", "", [], "2001:db8:1:2::"),
        ("::ffff:198.51.100.1", "", [], "198.51.100.1"),
        ("", "203.0.113.9", ["127.0.0.1"], "203.0.113.9"),  # a proxy on a unix socket
        ("", "203.0.113.9", [], ""),
    ],
)
def test_nearest_untrusted_hop(peer: str, forwarded: str, trusted: list[str], expected: str) -> None:
    assert client_address(peer, forwarded, trusted) == expected
