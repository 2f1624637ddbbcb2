"""What a request to a vendor costs besides itself: nothing that is not installed is sought for it."""

import asyncio
import sys
from contextlib import suppress
from importlib.machinery import ModuleSpec

import pytest

from shared.sources.http import Access, VendorClient

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"


class _Seeker:
    """Is asked for each module that is imported and not loaded yet, and knows none."""

    def __init__(self) -> None:
        self.sought: list[str] = []

    def find_spec(self, name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        del path, target
        self.sought.append(name)
        return None


async def test_one_request_more_seeks_nothing(monkeypatch: pytest.MonkeyPatch):
    """Python remembers what it found, and seeks the rest anew each time, in every folder of its path."""
    seeker = _Seeker()
    left = asyncio.Event()

    async def vendor(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError):
            while await reader.readuntil(b"\r\n\r\n"):
                writer.write(ANSWER)
        writer.close()
        await writer.wait_closed()
        left.set()

    async with await asyncio.start_server(vendor, "127.0.0.1", 0) as server:
        home = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        async with VendorClient(Access(home), name="fern") as client:
            await client.get("/")
            monkeypatch.setattr(sys, "meta_path", [seeker, *sys.meta_path])
            await client.get("/")
            monkeypatch.undo()
        await left.wait()
    assert [] == seeker.sought
