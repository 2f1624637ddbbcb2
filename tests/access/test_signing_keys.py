"""The tenant's keys: read seldom, kept while the directory is out, and never asked for by strangers."""

import asyncio

import pytest

from shared.access.signing_keys import ASK_EVERY, STALE_AFTER
from shared.errors import RetryLater
from tests.access.tenant import TENANT, KeyServer


async def test_keys_are_read_once() -> None:
    """Many tokens, one question, at the tenant's own address; keys of other kinds are passed over."""
    server = KeyServer()
    keys = server.signing_keys()
    found = await asyncio.gather(*(keys.key(TENANT, "first") for _ in range(9)))
    assert None not in found
    assert await keys.key(TENANT, "other") is None
    assert [f"https://login.microsoftonline.com/{TENANT}/discovery/v2.0/keys"] == server.asked


async def test_a_key_not_seen_before_is_asked_for_once_a_minute() -> None:
    """A new key of the tenant is found; keys that somebody makes up cost one question a minute."""
    server = KeyServer()
    keys = server.signing_keys()
    await keys.key(TENANT, "first")
    server.key_ids.append("second")
    for number in range(9):
        assert await keys.key(TENANT, f"made up {number}") is None
    assert await keys.key(TENANT, "second") is None
    assert len(server.asked) == 1
    server.time = ASK_EVERY
    assert await keys.key(TENANT, "second") is not None
    assert len(server.asked) == 2


@pytest.mark.parametrize("status", [0, 200, 404, 503])
async def test_keys_that_we_have_serve_while_the_directory_is_out(status: int) -> None:
    """A directory that is down, answers nonsense or has no keys takes none from us."""
    server = KeyServer()
    keys = server.signing_keys()
    await keys.key(TENANT, "first")
    server.time, server.is_down, server.status, server.key_ids = STALE_AFTER, not status, status, []
    for _ in range(3):
        assert await keys.key(TENANT, "first") is not None
    assert len(server.asked) == 2


async def test_keys_are_read_again_after_a_day() -> None:
    """A key that the tenant has given up does not serve for ever."""
    server = KeyServer()
    keys = server.signing_keys()
    assert await keys.key(TENANT, "first") is not None
    server.time, server.key_ids = STALE_AFTER, ["second"]
    assert await keys.key(TENANT, "first") is None


async def test_without_any_key_the_caller_waits_and_we_ask_once_a_minute() -> None:
    """A directory that was never reached: later, and not a question for each request."""
    server = KeyServer()
    server.is_down, keys = True, server.signing_keys()
    for _ in range(3):
        with pytest.raises(RetryLater):
            await keys.key(TENANT, "first")
    assert len(server.asked) == 1
    server.time, server.is_down = ASK_EVERY, False
    assert await keys.key(TENANT, "first") is not None
