"""Opening the store: over the environment's proxy where there is one, and without a look for it otherwise."""

import asyncio
import os

import pytest
from azure.core.exceptions import HttpResponseError

from shared.settings import storage_account
from shared.store.account import StorageAccount
from shared.store.store import open_store
from tests.threads import given_to_threads

_REFUSAL = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


async def test_the_environments_proxy_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the environment names a proxy, the account is asked through it."""
    asked: list[str] = []

    async def proxy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append((await reader.readuntil(b"\r\n\r\n")).decode().partition("\r\n")[0])
        writer.write(_REFUSAL)
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(proxy, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{port}")
        string = "DefaultEndpointsProtocol=http;AccountName=fern;AccountKey=Zm9v;EndpointSuffix=invalid"
        with pytest.raises(HttpResponseError):
            async with open_store(storage_account({**os.environ, "AzureWebJobsStorage": string})):
                pass
    assert ["POST http://fern.table.invalid/Tables HTTP/1.1"] == asked


async def test_no_request_takes_a_thread(emulated: StorageAccount, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the environment names none, a request is sent by the event loop alone."""
    async with open_store(emulated) as store:
        given = given_to_threads(monkeypatch)
        assert await store.workspaces.get("fern") is None
    assert [] == given
