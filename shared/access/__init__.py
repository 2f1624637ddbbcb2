"""Who asks, and what they may: keys, and the people and apps of a Microsoft Entra tenant.

Each kind of credential is a function that gives None where a request has none of its kind, a caller where
it has a good one, and raises Refused where it has a bad one. `functions/callers.py` asks them in order.
"""

from shared.access.keys import is_key_id, issue
from shared.access.roles import (
    ADMIN,
    CARD_ROLES,
    EVERY_WORKSPACE,
    MAY_CONFIGURE,
    MAY_READ_CONFIGURATION,
    MAY_RUN,
    OPERATOR,
    ROLES,
    Caller,
    Grants,
    may_see,
)

__all__ = [
    "ADMIN",
    "CARD_ROLES",
    "EVERY_WORKSPACE",
    "MAY_CONFIGURE",
    "MAY_READ_CONFIGURATION",
    "MAY_RUN",
    "OPERATOR",
    "ROLES",
    "Caller",
    "Grants",
    "is_key_id",
    "issue",
    "may_see",
]
