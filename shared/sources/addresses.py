"""Where secrets may be sent, and how an address may be told.

What leaves goes through one gate: `refusal` says what is wrong with an address as it is written, and
`outgoing.Outgoing` looks at what its name leads to when it is called.
"""

import re
from collections.abc import Collection
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

import httpx

LONGEST = 2_000
"""Characters of an address."""

_NAMES_SOMEBODY = re.compile(r"[^/(=']*@[^/)']*")
_LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_NAME = re.compile(rf"({_LABEL}\.)+(?!\d+$|0x){_LABEL}")
"""A name of several labels whose last is no number: 127.1 and 0x7f.1 are addresses, whoever reads them."""
_WRITTEN = re.compile(r"[!-\[\]-~]+")
"""Visible ASCII without the backslash, which some read as a slash."""
_LONGEST_NAME = 253
_HTTPS = 443

_CLOSED = tuple(
    IPv4Network(each)
    for each in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",
        "100.64.0.0/10",  # shared by carriers; Alibaba's metadata
        "127.0.0.0/8",
        "168.63.129.16/32",  # Azure's own platform
        "169.254.0.0/16",  # link-local; most clouds' metadata and Azure's identities
        "172.16.0.0/12",
        "192.0.0.0/24",  # protocols; Oracle's metadata
        "192.0.2.0/24",  # documentation
        "192.88.99.0/24",  # relays of 6to4
        "192.168.0.0/16",
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/3",  # multicast, reserved and broadcast
    )
)
"""https://www.iana.org/assignments/iana-ipv4-special-registry, and what clouds keep for themselves."""
_OPEN_6 = IPv6Network("2000::/3")
"""All that is routed between networks; mapped and compatible IPv4, NAT64 and private ones lie outside it."""
_CLOSED_6 = tuple(
    IPv6Network(each)
    for each in (
        "2001::/23",  # protocols, with Teredo, which carries IPv4
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4, which carries IPv4
        "3fff::/20",  # documentation
    )
)


def origin(url: httpx.URL) -> tuple[str, str, int | None]:
    """Give what two addresses of one server share (RFC 6454)."""
    return url.scheme, url.host, url.port


def place(url: httpx.URL) -> str:
    """Give an address as a message may say it: its path alone, and nobody's email in it."""
    return _NAMES_SOMEBODY.sub("\N{HORIZONTAL ELLIPSIS}", url.path)


def is_safe(address: str, *, is_local: bool = False) -> bool:
    """Say whether secrets may be sent to an address, as far as it can be told from how it is written."""
    return not refusal(address, is_local=is_local)


def refusal(address: str, *, is_local: bool = False, hosts: Collection[str] = ()) -> str:
    """Say why an address may not be called; "" where it may. The address is not repeated.

    It must be https at a public name, on the usual port, without credentials, and written plainly:
    in ASCII, so that everyone who reads it reads the same host. With `hosts`, the name must be one of
    them or below one of them. With `is_local`, an address of the person's own machine will do.

    A name says nothing of where it leads: that is looked at when it is called.
    """
    if len(address) > LONGEST or not _WRITTEN.fullmatch(address):
        return f"must be an address of at most {LONGEST} ASCII characters, without blanks and backslashes"
    try:
        url, netloc = httpx.URL(address), urlsplit(address).netloc
    except (httpx.InvalidURL, ValueError):
        return "must be an https address"
    if is_local and url.scheme in {"http", "https"} and is_loopback(url.host) and not url.userinfo:
        return ""
    host = url.raw_host.decode("ascii")
    wrong = {
        "must be an https address": url.scheme != "https" or not host,
        "must not carry credentials": "@" in netloc,
        "must not name a port": url.port not in {None, _HTTPS},
        "must name a public host, not a number or a name of this network": not is_name(host),
        f"must be at one of these hosts: {', '.join(sorted(hosts))}": hosts and not is_below(host, hosts),
    }
    return next((why for why, is_wrong in wrong.items() if is_wrong), "")


def is_name(host: str) -> bool:
    """Say whether a host is a name that the public name service may know."""
    private = ("localhost", "local", "internal", "localdomain", "home.arpa")
    return len(host) <= _LONGEST_NAME and bool(_NAME.fullmatch(host)) and not is_below(host, private)


def is_below(host: str, hosts: Collection[str]) -> bool:
    """Say whether a host is one of these or below one: whole labels count, not the end of a word."""
    return any(host == each or host.endswith(f".{each}") for each in hosts)


def is_loopback(host: str) -> bool:
    """Say whether a host is the machine itself, by its plain name or number."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def is_public(address: str) -> bool:
    """Say whether a number that a name led to lies on the open internet.

    What is private, shared, local, kept by clouds, or a disguise of IPv4 in IPv6 does not.
    """
    try:
        found = ip_address(address)
    except ValueError:
        return False
    if isinstance(found, IPv4Address):
        return not any(found in each for each in _CLOSED)
    return _is_public_6(found)


def _is_public_6(found: IPv6Address) -> bool:
    return found.scope_id is None and found in _OPEN_6 and not any(found in each for each in _CLOSED_6)
