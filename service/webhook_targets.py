"""Where webhooks may be sent: to public addresses alone, and to private networks that a setting names."""

import asyncio
import ipaddress
import re
import socket
from collections.abc import Awaitable, Callable, Sequence

from nlp.errors import InputError

Networks = tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]
Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""Gives the addresses of a name and a port."""

LONGEST_URL = 2000
_NAME = re.compile(rb"[A-Za-z0-9._:-]+")
# All public addresses of the sixth version lie in here.
_UNICAST = ipaddress.IPv6Network("2000::/3")
# Public by their numbers, or to older versions of Python, and yet they lead inside: the first three to
# another address that is hidden in them (Teredo, 6to4), the last two to a cloud's own services.
_CLOSED: Networks = tuple(
    map(
        ipaddress.ip_network,
        ("2001::/23", "2002::/16", "192.88.99.0/24", "192.0.0.0/24", "168.63.129.16/32"),
    )
)


def read_networks(text: str) -> Networks:
    """Read networks with commas between, such as "10.1.0.0/16, fd00::/8".

    Raises:
        ValueError: one of them is none.
    """
    return tuple(ipaddress.ip_network(each.strip()) for each in text.split(",") if each.strip())


def check_url(url: str, networks: Networks) -> None:
    """Check that something may be sent to a URL, as far as it shows; a name is looked up when it is sent.

    Raises:
        InputError: it is of another kind, too long, or its address is not open to webhooks.
    """
    import httpx2

    try:
        read = httpx2.URL(url)
    except (httpx2.InvalidURL, ValueError):
        read = httpx2.URL()
    named = _NAME.fullmatch(read.raw_host) and (read.port or 1) < 65536
    if read.scheme not in {"http", "https"} or not named or read.userinfo or len(url) > LONGEST_URL:
        raise InputError("url", "must begin with https:// or http://, and hold a name and no password")
    try:
        ipaddress.ip_address(read.host)
    except ValueError:
        return
    check_address(read.host, networks)


def check_address(address: str, networks: Networks) -> None:
    """Check that an address may be sent to.

    Raises:
        InputError: it is neither public nor in one of the networks.
    """
    read = ipaddress.ip_address(address)
    if not (_is_public(read) or any(read in each for each in networks)):
        problem = f"leads to {address}, which is not public; NEEDTAG_WEBHOOK_NETWORKS may allow it"
        raise InputError("url", problem)


def _is_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    if isinstance(address, ipaddress.IPv6Address) and address not in _UNICAST:
        return False
    shut = address.is_multicast or address.is_reserved or any(address in each for each in _CLOSED)
    return address.is_global and not shut


async def resolve(name: str, port: int) -> list[str]:
    """Look up the addresses of a name as this machine does."""
    found = await asyncio.get_running_loop().getaddrinfo(name, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(each[4][0]) for each in found))
