"""Sessions: they last as long as the rules say, and never open more than their key."""

import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.access import issue
from shared.access.refused import Refused
from shared.access.roles import OPERATOR, Caller
from shared.access.sessions import Rules, begin, by_session, end, form_token
from shared.store.store import Store
from tests.dashboard.conftest import NOW
from tests.pipeline.memory import entities, memory_store

RULES = Rules("an invented operator's key", timedelta(hours=8), timedelta(hours=1))


async def _begun(store: Store, *roles: str) -> tuple[str, str]:
    """Begin a session with a new key; give its token and the key's id."""
    kept, _ = issue("acme", "a person", roles or ["finance"], NOW, NOW + timedelta(days=1))
    await store.api_keys.put(kept)
    caller = Caller(kept.id, {"acme": frozenset(kept.roles)})
    return await begin(caller, store, RULES, NOW), kept.id


@given(st.lists(st.integers(min_value=1, max_value=5_400), max_size=12))
async def test_a_session_lasts_while_it_is_used_and_no_longer(pauses: list[int]) -> None:
    """It opens until an hour without a request, or eight hours in all, whatever comes first.

    When it was used is noted by the minute, so an hour may seem a minute shorter.
    """
    store = memory_store()
    token, _ = await _begun(store)
    now = NOW
    for pause in pauses:
        now += timedelta(seconds=pause)
        is_over = timedelta(seconds=pause) >= RULES.idle or now - NOW >= RULES.longest
        is_near = timedelta(seconds=pause + 60) >= RULES.idle
        try:
            assert (await by_session(token, store, RULES, now)) is not None
            assert not is_over
        except Refused:
            assert is_over or is_near
            return


async def test_without_a_token_nobody_is_known() -> None:
    """No token is no credential; one that never was is a bad one."""
    store = memory_store()
    assert await by_session("", store, RULES, NOW) is None
    with pytest.raises(Refused):
        await by_session("x" * 43, store, RULES, NOW)


async def test_a_revoked_key_ends_its_sessions() -> None:
    """The key is read with each request."""
    store = memory_store()
    token, key_id = await _begun(store)
    assert await by_session(token, store, RULES, NOW) is not None
    await store.api_keys.delete("acme", key_id)
    with pytest.raises(Refused):
        await by_session(token, store, RULES, NOW)


async def test_an_expired_key_ends_its_sessions() -> None:
    """A session of a key that expires in half an hour lasts half an hour."""
    store = memory_store()
    kept, _ = issue("acme", "a person", ["finance"], NOW, NOW + timedelta(minutes=30))
    await store.api_keys.put(kept)
    token = await begin(Caller(kept.id, {"acme": frozenset({"finance"})}), store, RULES, NOW)
    assert await by_session(token, store, RULES, NOW + timedelta(minutes=29)) is not None
    with pytest.raises(Refused):
        await by_session(token, store, RULES, NOW + timedelta(minutes=30))


async def test_another_key_of_the_same_id_is_another_key() -> None:
    """A session is tied to the key's secret, and not to its name alone."""
    store = memory_store()
    token, key_id = await _begun(store)
    other, _ = issue("acme", "a person", ["admin"], NOW, None)
    kept = await store.api_keys.get("acme", key_id)
    assert kept is not None
    await store.api_keys.put(
        type(kept)(**{**{f: getattr(kept, f) for f in kept.__slots__}, "hash": other.hash})
    )
    with pytest.raises(Refused):
        await by_session(token, store, RULES, NOW)


async def test_a_session_has_the_roles_that_its_key_has_now() -> None:
    """Roles that are taken from a key are gone at once."""
    store = memory_store()
    token, key_id = await _begun(store, "finance", "admin")
    kept = await store.api_keys.get("acme", key_id)
    assert kept is not None
    lesser = {f: getattr(kept, f) for f in kept.__slots__} | {"roles": ("finance",)}
    await store.api_keys.put(type(kept)(**lesser))
    caller = await by_session(token, store, RULES, NOW)
    assert Caller(key_id, {"acme": frozenset({"finance"})}) == caller


async def test_the_operators_session_ends_with_the_operators_key() -> None:
    """A new operator's key, or none, ends the sessions of the old one."""
    store = memory_store()
    token = await begin(OPERATOR, store, RULES, NOW)
    assert OPERATOR == await by_session(token, store, RULES, NOW)
    for key in ("another", ""):
        with pytest.raises(Refused):
            await by_session(token, store, Rules(key, RULES.longest, RULES.idle), NOW)


async def test_who_signs_out_is_out() -> None:
    """Signing out ends the session itself, and not only the browser's memory of it."""
    store = memory_store()
    token, _ = await _begun(store)
    await end(token, store)
    with pytest.raises(Refused):
        await by_session(token, store, RULES, NOW)


async def test_a_request_beside_it_does_not_undo_a_sign_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who signs out while another request of theirs is under way is out all the same."""
    store = memory_store()
    token, _ = await _begun(store)
    table: Any = store.sessions._table
    replace = table.replace

    async def overtaken(*args: Any) -> str:
        await end(token, store)
        return str(await replace(*args))

    monkeypatch.setattr(table, "replace", overtaken)
    assert await by_session(token, store, RULES, NOW + timedelta(minutes=10)) is not None
    with pytest.raises(Refused):
        await by_session(token, store, RULES, NOW + timedelta(minutes=10))


async def test_nobody_but_the_operator_begins_an_operators_session() -> None:
    """A caller whose key opens no workspace is no operator for that."""
    with pytest.raises(Refused):
        await begin(Caller("a key of nothing", {}), memory_store(), RULES, NOW)


async def test_what_is_kept_opens_nothing() -> None:
    """Neither the token nor the key's hash stands in the store, and no form's token is the session's."""
    store = memory_store()
    token, key_id = await _begun(store)
    kept = await store.api_keys.get("acme", key_id)
    stored = json.dumps([*entities(store.sessions._table).values()], default=str)
    assert kept is not None
    assert not any(secret in stored for secret in (token, kept.hash, form_token(token)))
    for derived in (form_token(token), token[::-1]):
        with pytest.raises(Refused):
            await by_session(derived, store, RULES, NOW)


async def test_old_sessions_are_dropped_when_one_begins() -> None:
    """The store keeps no session that can open nothing any more."""
    store = memory_store()
    await _begun(store)
    later = NOW + RULES.longest + timedelta(seconds=1)
    await begin(OPERATOR, store, RULES, later)
    assert 1 == len(entities(store.sessions._table))
