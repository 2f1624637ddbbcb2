"""A vendor that is a function, and the real client before it."""

from collections.abc import Callable
from typing import Any

import httpx

from shared.sources.http import Access, VendorClient

URL = "http://vendor/acc"
FINE = httpx.Response(200, json={"fine": True})

Handler = Callable[[httpx.Request], httpx.Response]


def client(handle: Handler, slept: list[float], auth: httpx.Auth | None = None) -> VendorClient:
    """Give a client that answers from a function and only notes its pauses."""

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    return VendorClient(Access(URL, auth), name="shop", transport=httpx.MockTransport(handle), sleep=sleep)


def answering(*answers: httpx.Response | Exception) -> Handler:
    """Give these answers in turn, the last one for ever."""
    left = [*answers]

    def handle(_: httpx.Request) -> httpx.Response:
        answer = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(answer, Exception):
            raise answer
        return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)

    return handle


async def asked(handle: Handler, auth: httpx.Auth | None = None) -> tuple[Any, list[float], int]:
    """Give the answer to one request, the pauses it took, and the calls it counted."""
    slept: list[float] = []
    async with client(handle, slept, auth) as vendor:
        answer = await vendor.get("/orders")
        return answer, slept, vendor.calls
