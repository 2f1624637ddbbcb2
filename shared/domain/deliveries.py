"""A delivery: one message to one recipient over one channel, and what came of it."""

import hashlib
from dataclasses import dataclass
from typing import Any, Literal

Channel = Literal["teams", "email", "hook", "flow"]
DeliveryState = Literal["waiting", "sending", "sent", "failed"]
"""`failed` is for good: somebody has to send it again, once what was wrong is mended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One attempt to deliver, and how it ended. Never carries an address that is a secret."""

    at: str
    outcome: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One delivery. Instants are RFC 3339 text in UTC."""

    id: str
    """Made of message and recipient: the same message to the same recipient is the same delivery."""
    channel: Channel
    recipient: str
    """An email address; the reference of a secret, a Teams workflow's or a hook's address; or `flow:` and the
    id under which a flow asked to be called.
    """
    role: str
    """As whom the recipient gets it: what the role may not see is not in it."""
    message: dict[str, Any]
    """What to tell, as a document: rendered when it is sent."""
    made_at: str
    not_before: str = ""
    """Held back until then: for quiet hours, or for another attempt."""
    is_by_hand: bool = False
    """Somebody asked for it to be sent again."""
    state: DeliveryState = "waiting"
    busy_until: str = ""
    """While one instance is sending."""
    attempts: tuple[Attempt, ...] = ()


def delivery_id(*parts: str) -> str:
    """Give the key of a delivery: the same parts give the same key, whatever is retried."""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]
