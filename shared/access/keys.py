"""API keys: the keys of one workspace, and the operator's.

A workspace key is `{id}.{secret}`. The id, `tk-{workspace}-{8 hex digits}`, says where to look; of the
secret, 256 random bits, only the SHA-256 is kept.
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from shared.access.refused import Refused
from shared.access.roles import OPERATOR, ROLES, Caller
from shared.store.workspaces import ApiKey, ApiKeys

HEADER = "x-api-key"

_KEY = re.compile(r"(tk-([a-z0-9][a-z0-9-]{0,62})-[0-9a-f]{8})\.([A-Za-z0-9_-]{43})")
_KEY_ID = re.compile(r"tk-[a-z0-9][a-z0-9-]{0,62}-[0-9a-f]{8}")
_NOTE_USE_EVERY = timedelta(hours=1)
_HASH_OF_NONE = "0" * 64
"""What a secret is compared with where there is no such key, so that it takes the same work."""


def issue(
    workspace: str, name: str, roles: Collection[str], now: datetime, expires_at: datetime | None
) -> tuple[ApiKey, str]:
    """Make a key; give what is kept of it, and the key itself, which nobody can show again."""
    key_id, secret = f"tk-{workspace}-{secrets.token_hex(4)}", secrets.token_urlsafe(32)
    kept = ApiKey(
        id=key_id,
        workspace=workspace,
        name=name,
        hash=_hash(secret).hex(),
        roles=tuple(role for role in ROLES if role in roles),
        created_at=now,
        expires_at=expires_at,
    )
    return kept, f"{key_id}.{secret}"


def is_key_id(text: str) -> bool:
    """Say whether this can be the id of a key."""
    return _KEY_ID.fullmatch(text) is not None


def by_operator_key(headers: Mapping[str, str], operator_key: str) -> Caller | None:
    """Give the operator for the operator's key; None for any other, and where no operator's key is set."""
    given = headers.get(HEADER, "")
    is_same = hmac.compare_digest(_hash(given), _hash(operator_key))
    return OPERATOR if operator_key and is_same else None


async def by_key(headers: Mapping[str, str], api_keys: ApiKeys, now: datetime) -> Caller | None:
    """Give the caller that a workspace key stands for; None where none was sent.

    Raises Refused for one that is unknown, revoked or expired; all three take the same work.
    """
    key = headers.get(HEADER, "")
    if not key:
        return None
    read = _KEY.fullmatch(key)
    if read is None:
        raise Refused("the key is malformed")
    key_id, workspace, secret = read.groups()
    kept = await api_keys.get(workspace, key_id)
    is_same = hmac.compare_digest(_hash(secret).hex(), _HASH_OF_NONE if kept is None else kept.hash)
    if kept is None or not is_same:
        raise Refused("the key is unknown or revoked")
    if kept.expires_at is not None and kept.expires_at <= now:
        raise Refused("the key has expired")
    if kept.last_used_at is None or now - kept.last_used_at >= _NOTE_USE_EVERY:
        await api_keys.note_use(workspace, key_id, now)
    return Caller(kept.id, {workspace: frozenset(kept.roles)})


def _hash(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()
