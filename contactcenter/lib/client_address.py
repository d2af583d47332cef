"""Who is at the other end, when proxies stand between."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def client_address(peer: str, forwarded_for: str, trusted: Sequence[str]) -> str:
    """The nearest address that is no trusted proxy (addresses or networks). `forwarded_for` is the X-Forwarded-For
    header; where no proxy is trusted anybody could write it, so it counts for nothing. IPv6 is cut to its /64."""
    networks = [ipaddress.ip_network(entry, strict=False) for entry in trusted]
    address = peer
    for hop in reversed([entry.strip() for entry in forwarded_for.split(",") if entry.strip()]):
        if not is_within(address, networks) or not is_address(hop):
            break
        address = hop
    return household(address)


def household(address: str) -> str:
    if not is_address(address):
        return address
    parsed = ipaddress.ip_address(address)
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((parsed, 64), strict=False).network_address)


def is_within(address: str, networks: Sequence[Network]) -> bool:
    if not is_address(address):  # a unix socket has no address: nobody but the machine itself reaches it
        return address == "" and bool(networks)
    parsed = ipaddress.ip_address(address)
    return any(parsed in network for network in networks)


def is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
