"""The constraints of route parameters: `{id:int}`, `{name:length(3,20)}`.

https://learn.microsoft.com/aspnet/core/fundamentals/routing#route-constraints
"""

import re
from collections.abc import Callable
from uuid import UUID

from dev.host.errors import StartupError

Check = Callable[[str], bool]
NO_END = 2**63


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _within(low: int, high: int) -> Check:
    return lambda text: re.fullmatch(r"-?[0-9]{1,20}", text) is not None and low <= int(text) <= high


def _sized(low: int, high: int) -> Check:
    return lambda text: low <= len(text) <= high


CONSTRAINTS: dict[tuple[str, int], Callable[..., Check]] = {
    ("int", 0): lambda: _within(-(2**31), 2**31 - 1),
    ("long", 0): lambda: _within(-(2**63), 2**63 - 1),
    ("bool", 0): lambda: lambda text: text.lower() in {"true", "false"},
    ("guid", 0): lambda: _is_uuid,
    ("alpha", 0): lambda: lambda text: re.fullmatch(r"[A-Za-z]*", text) is not None,
    ("required", 0): lambda: bool,
    ("length", 1): lambda size: _sized(size, size),
    ("length", 2): _sized,
    ("minlength", 1): lambda low: _sized(low, NO_END),
    ("maxlength", 1): lambda high: _sized(0, high),
    ("range", 2): _within,
    ("min", 1): lambda low: _within(low, NO_END),
    ("max", 1): lambda high: _within(-NO_END, high),
}
"""By name and number of values."""


def check(name: str, values: list[int]) -> Check:
    """Give the test that a value must pass; raises StartupError for a constraint that we do not know."""
    made = CONSTRAINTS.get((name.lower(), len(values)))
    if made is None:
        raise StartupError(f"the route constraint {name!r} is not one that this host knows")
    return made(*values)
