"""The gate that requests leave by: a name is looked up once, judged, and called at what was judged.

A name whose owner lets it lead to a public address when it is checked and to a private one when it is
called (DNS rebinding) gains nothing: there is one look-up, and its answer is what is connected to.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from functools import cache
from ssl import SSLContext

import httpx

from shared.errors import ConfigurationError
from shared.sources.addresses import is_loopback, is_name, is_public

Resolve = Callable[[str, int], Awaitable[list[str]]]


async def resolved(host: str, port: int) -> list[str]:
    """Look a name up; give the numbers that it leads to, each once."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(each[4][0]) for each in found))


class Outgoing(httpx.AsyncBaseTransport):
    """Sends requests to public addresses only, whatever names lead to.

    Raises ConfigurationError where any of a name's addresses is not public: a name with one foot inside is
    not taken for its other. Proxies of the environment are not used: they would look names up by themselves.
    """

    def __init__(
        self,
        *,
        is_local: bool = False,
        resolve: Resolve = resolved,
        connect: Callable[[], httpx.AsyncBaseTransport] | None = None,
    ) -> None:
        self._is_local = is_local
        self._resolve = resolve
        self._connect = connect or _connect
        self._ways: dict[str, httpx.AsyncBaseTransport] = {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request to one of the checked addresses, under the name that it was meant for."""
        host = request.url.raw_host.decode("ascii")
        # By name, so that two names at one number never share a connection, whose certificate is one's.
        way = self._ways.get(host) or self._ways.setdefault(host, self._connect())
        if self._is_local and is_loopback(request.url.host):
            return await way.handle_async_request(request)
        *others, last = await self._checked(host, request.url.port or 443)
        for number in others:
            try:
                return await way.handle_async_request(_pinned(request, number))
            except (httpx.ConnectError, httpx.ConnectTimeout):
                continue
        return await way.handle_async_request(_pinned(request, last))

    async def aclose(self) -> None:
        """Close all connections."""
        for way in self._ways.values():
            await way.aclose()

    async def _checked(self, host: str, port: int) -> list[str]:
        if not is_name(host):
            raise ConfigurationError("its address does not name a public host")
        try:
            found = await self._resolve(host, port)
        except OSError:
            raise httpx.ConnectError("its name leads nowhere") from None
        if not found:
            raise httpx.ConnectError("its name leads nowhere")
        if not all(map(is_public, found)):
            raise ConfigurationError("its name leads to an address that is not public: nothing is sent there")
        return found


def outgoing_from(home: httpx.URL) -> Outgoing:
    """Give the gate of a client at its home; only one whose home is the machine itself may call that.

    Such a home is let through on a person's own machine alone (`addresses.is_safe`).
    """
    return Outgoing(is_local=is_loopback(home.host))


def _pinned(request: httpx.Request, number: str) -> httpx.Request:
    """Give a request that goes to a number; its Host header and its certificate stay those of the name."""
    return httpx.Request(
        request.method,
        request.url.copy_with(host=number),
        headers=request.headers,
        stream=request.stream,
        extensions={**request.extensions, "sni_hostname": request.url.raw_host.decode("ascii")},
    )


def _connect() -> httpx.AsyncBaseTransport:
    return httpx.AsyncHTTPTransport(verify=_trusted())


@cache
def _trusted() -> SSLContext:
    """Give the certificates that we trust: reading them takes longer than most requests."""
    return httpx.create_ssl_context()
