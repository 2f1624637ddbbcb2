"""A hook: a flow that asked to be called when a card alerts."""

import secrets
from collections.abc import Collection
from dataclasses import dataclass, field
from urllib.parse import urlsplit

MOST_HOOKS = 8
"""A message and all its deliveries are written at once, so a workspace has at most so many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hook:
    """One flow. Instants are RFC 3339 text in UTC."""

    id: str
    address: str = field(repr=False)
    """Where the flow is called. Whoever has it can start the flow, so it is a secret."""
    card: str
    """Only of this card; "" for all that its maker may see."""
    roles: tuple[str, ...]
    """What its maker was when it was made: it is told what these may see."""
    made_by: str
    made_at: str

    @property
    def host(self) -> str:
        """Give the part of its address that may be shown."""
        return urlsplit(self.address).hostname or ""

    def hears(self, cards: Collection[str], roles: Collection[str]) -> bool:
        """Say whether it is told of something about these cards, which these roles may see."""
        return not set(self.roles).isdisjoint(roles) and self.card in {"", *cards}


def new_id() -> str:
    """Give an id that nobody can guess."""
    return secrets.token_hex(16)
