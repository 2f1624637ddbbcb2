"""What a card says about a cause: why a customer did not make it, what follows, and what to do."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cause:
    """Why a customer did not make it."""

    code: str
    label: str
    consequence: str
    action: str
    """May name parts in braces, which the card fills in."""
