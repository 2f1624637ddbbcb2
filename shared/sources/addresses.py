"""Where secrets may be sent, and how an address may be told."""

import re
from ipaddress import ip_address

import httpx

_NAMES_SOMEBODY = re.compile(r"[^/(=']*@[^/)']*")


def origin(url: httpx.URL) -> tuple[str, str, int | None]:
    """Give what two addresses of one server share (RFC 6454)."""
    return url.scheme, url.host, url.port


def place(url: httpx.URL) -> str:
    """Give an address as a message may say it: its path alone, and nobody's email in it."""
    return _NAMES_SOMEBODY.sub("\N{HORIZONTAL ELLIPSIS}", url.path)


def is_safe(address: str, *, is_local: bool) -> bool:
    """Say whether secrets may be sent to an address: over https, or on a person's own machine to itself.

    An address that carries credentials is none: they belong among the secrets.
    """
    try:
        url = httpx.URL(address)
    except httpx.InvalidURL:
        return False
    if url.userinfo or not url.host:
        return False
    return url.scheme == "https" or (is_local and url.scheme == "http" and _is_loopback(url.host))


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
