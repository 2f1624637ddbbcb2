"""Browser sessions: a random token in a cookie stands for the key that somebody signed in with.

Each request reads the key again, so that a session can never do what its key cannot: a key that is
revoked, expired or made anew ends its sessions, and new roles of a key hold at once.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from shared.access.refused import Refused
from shared.access.roles import OPERATOR, Caller
from shared.store.sessions import Session
from shared.store.store import Store

_NOTE_USE_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Rules:
    """What sessions are held to."""

    operator_key: str
    longest: timedelta
    """From signing in to signing in again, however busy."""
    idle: timedelta
    """Without a request."""


def new_token() -> str:
    """Make a token: 256 random bits."""
    return secrets.token_urlsafe(32)


def form_token(token: str) -> str:
    """Give what a form carries to show that it is a page of this session; it opens nothing by itself."""
    return _hash(f"form {token}")


async def begin(caller: Caller, store: Store, rules: Rules, now: datetime) -> str:
    """Begin a session for a caller who was let in by a key; give its token, which nobody can show again."""
    token, workspace = new_token(), next(iter(caller.opens), "")
    session = Session(
        id=_hash(token),
        workspace=workspace,
        key_id=caller.name,
        proof="",
        made_at=now,
        seen_at=now,
    )
    held = await _held_by(session, store, rules, now)
    if held is None or bool(workspace) == caller.is_operator:
        raise Refused("the key does not open a session")
    await store.sessions.drop_made_before(now - rules.longest)
    await store.sessions.put(replace(session, proof=_proof(token, held[1])))
    return token


async def by_session(token: str, store: Store, rules: Rules, now: datetime) -> Caller | None:
    """Give the caller whose session a token is; None where none was sent.

    Raises Refused for a session that is unknown or over, or whose key opens nothing any more.
    """
    if not token:
        return None
    session = await store.sessions.get(_hash(token))
    if session is None:
        raise Refused("the session is unknown or signed out")
    if now - session.made_at >= rules.longest or now - session.seen_at >= rules.idle:
        raise Refused("the session is over")
    held = await _held_by(session, store, rules, now)
    if held is None or not hmac.compare_digest(_proof(token, held[1]), session.proof):
        raise Refused("the session's key is revoked, expired or another")
    if now - session.seen_at >= min(_NOTE_USE_EVERY, rules.idle / 2):
        await store.sessions.note_use(session.id, now)
    return held[0]


async def end(token: str, store: Store) -> None:
    """End a session; one that is over is fine."""
    if token:
        await store.sessions.delete(_hash(token))


async def _held_by(session: Session, store: Store, rules: Rules, now: datetime) -> tuple[Caller, str] | None:
    """Give who holds a session's key, and the key's hash; None where the key opens nothing."""
    if not session.workspace:
        return (OPERATOR, _hash(rules.operator_key)) if rules.operator_key else None
    kept = await store.api_keys.get(session.workspace, session.key_id)
    if kept is None or (kept.expires_at is not None and kept.expires_at <= now):
        return None
    return Caller(kept.id, {session.workspace: frozenset(kept.roles)}), kept.hash


def _proof(token: str, hash_of_key: str) -> str:
    """Tie a session to its key: kept in its place, it tells nothing of either."""
    return _hash(f"{token} {hash_of_key}")


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
