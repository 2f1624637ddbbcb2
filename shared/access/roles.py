"""Who asks, and what they may in which workspaces. Whoever is not known may nothing."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from shared.cards.card import Card

ADMIN = "admin"
CARD_ROLES = ("owner", "finance", "operations", "engineering", "marketing")
ROLES = (*CARD_ROLES, ADMIN)

MAY_CONFIGURE = (ADMIN,)
MAY_READ_CONFIGURATION = (ADMIN, "owner", "finance")
MAY_RUN = (ADMIN, "owner", "finance", "operations", "engineering")

EVERY_WORKSPACE = "*"
"""In place of a workspace's id: all there are."""

Grants = Mapping[str, frozenset[str]]
"""The roles of someone, by workspace."""

_WORKSPACE = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")


@dataclass(frozen=True, slots=True)
class Caller:
    """Whoever asks: an operator, a workspace's key, or a person or an app of the directory."""

    name: str
    """As log and audit have it: `operator`, a key's id, `user:` or `app:` with an id; nobody's name."""
    grants: Grants | None
    """None for an operator, who may do everything everywhere."""

    @property
    def is_operator(self) -> bool:
        """Say whether this is an operator, who may do everything."""
        return self.grants is None

    @property
    def opens_all(self) -> bool:
        """Say whether the caller enters whatever workspace there is."""
        return self.grants is None or EVERY_WORKSPACE in self.grants

    @property
    def opens(self) -> frozenset[str]:
        """The workspaces that are opened by name."""
        return frozenset(self.grants or ()) - {EVERY_WORKSPACE}

    @property
    def roles(self) -> frozenset[str]:
        """The roles in any of the workspaces: ask one who is `within` the workspace that matters."""
        return frozenset().union(*(self.grants or {}).values())

    def within(self, workspace: str) -> "Caller":
        """Give the caller with what it may in this workspace, and nothing of what it may elsewhere."""
        if self.grants is None:
            return self
        everywhere = self.grants.get(EVERY_WORKSPACE, frozenset())
        return Caller(self.name, {workspace: self.grants.get(workspace, frozenset()) | everywhere})

    def may_enter(self, workspace: str) -> bool:
        """Say whether the caller may know of a workspace of this name."""
        is_name = _WORKSPACE.fullmatch(workspace) is not None
        return is_name and (self.is_operator or bool(self.within(workspace).roles))

    def has(self, *roles: str) -> bool:
        """Say whether the caller has one of these roles; an operator has all."""
        return self.is_operator or not self.roles.isdisjoint(roles)


OPERATOR = Caller("operator", None)


def may_see(card: Card, caller: Caller) -> bool:
    """Say whether a caller may see a card (GEN-04); administering a workspace shows no card."""
    return caller.has(*card.roles)
