"""Who asks, and what they may: API keys of one workspace, and the operator's key.

A workspace key is `{id}.{secret}`. The id, `tk-{workspace}-{8 hex digits}`, says where to look; of the
secret, 256 random bits, only the SHA-256 is kept. Whoever is not known may nothing.
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.cards.card import Card
from shared.store.workspaces import ApiKey, ApiKeys

ADMIN = "admin"
CARD_ROLES = ("owner", "finance", "operations", "engineering", "marketing")
ROLES = (*CARD_ROLES, ADMIN)

MAY_CONFIGURE = (ADMIN,)
MAY_READ_CONFIGURATION = (ADMIN, "owner", "finance")
MAY_RUN = (ADMIN, "owner", "finance", "operations", "engineering")

_WORKSPACE = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
_KEY = re.compile(r"(tk-([a-z0-9][a-z0-9-]{0,62})-[0-9a-f]{8})\.([A-Za-z0-9_-]{43})")
_KEY_ID = re.compile(r"tk-[a-z0-9][a-z0-9-]{0,62}-[0-9a-f]{8}")
_NOTE_USE_EVERY = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Caller:
    """Whoever asks: the operator, or a key of one workspace with its roles."""

    name: str
    workspace: str | None
    """None for the operator, who enters all."""
    roles: frozenset[str] = frozenset()

    @property
    def is_operator(self) -> bool:
        """Say whether this is the operator, who may do everything."""
        return self.workspace is None

    def may_enter(self, workspace: str) -> bool:
        """Say whether the caller may know of a workspace of this name."""
        is_name = _WORKSPACE.fullmatch(workspace) is not None
        return is_name and (self.is_operator or self.workspace == workspace)

    def has(self, *roles: str) -> bool:
        """Say whether the caller has one of these roles, or needs none."""
        return self.is_operator or not self.roles.isdisjoint(roles)


OPERATOR = Caller("operator", None)


def may_see(card: Card, caller: Caller) -> bool:
    """Say whether a caller may see a card (GEN-04); administering a workspace shows no card."""
    return caller.is_operator or not card.roles.isdisjoint(caller.roles)


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


async def authenticate(api_keys: ApiKeys, key: str, operator_key: str, now: datetime) -> Caller | None:
    """Give the caller that a key stands for; None for a key that is unknown, revoked or expired.

    Keys are compared in constant time. Without an operator's key there is no operator.
    """
    if operator_key and hmac.compare_digest(_hash(key), _hash(operator_key)):
        return OPERATOR
    read = _KEY.fullmatch(key)
    if read is None:
        return None
    key_id, workspace, secret = read.groups()
    kept = await api_keys.get(workspace, key_id)
    if kept is None or not hmac.compare_digest(_hash(secret).hex(), kept.hash):
        return None
    if kept.expires_at is not None and kept.expires_at <= now:
        return None
    if kept.last_used_at is None or now - kept.last_used_at >= _NOTE_USE_EVERY:
        await api_keys.note_use(workspace, key_id, now)
    return Caller(kept.id, workspace, frozenset(kept.roles))


def _hash(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()
