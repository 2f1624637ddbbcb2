"""What goes wrong at a simulated vendor, switched on for one account: as planned, or drawn by a seed.

account.faults.plan = {2: "throttle", 5: "reset"}    # the second call and the fifth, tokens not counted
account.faults.plan = drawn(seed=7)
account.faults.is_stuck = True                        # every list gives its first page again and again
account.faults.late = timedelta(minutes=2)            # rows can be seen only so long after their time
account.faults.limit = Limiter(capacity=150, seconds=30, kind="quota")
"""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from dev.vendors.enforced import Limiter

PASSING = ("throttle", "server_error", "timeout", "reset", "cut", "expired_token")
"""Faults that the next try does not meet; `throttle:1` is the second way in which a vendor throttles."""
LASTING = ("html", "malformed")
"""Faults that say that an answer cannot be right."""


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(kw_only=True)
class Faults:
    """The faults of one account; there are none until a test switches them on."""

    plan: Mapping[int, str] = field(default_factory=dict)
    """Which call meets which fault; the first is number 1, and requests for tokens do not count."""
    is_stuck: bool = False
    """A list that was asked for once gives that answer to every later request."""
    has_expired_delta_token: bool = False
    """Tokens of a change feed that were handed out earlier are refused as too old."""
    late: timedelta = timedelta(0)
    """How long after its time of change a row can be seen at the earliest."""
    clock: Callable[[], datetime] = _utc_now
    """Tells the time by which `late` counts."""
    seconds_a_call: float = 0.0
    """How long an answer takes, in the time of the running loop."""
    limit: Limiter | None = None
    """The published limit, enforced."""
    calls: int = 0
    first_answers: dict[str, tuple[int, dict[str, str], bytes]] = field(default_factory=dict)
    """What each list was answered with first, kept for `is_stuck`."""

    def next_fault(self) -> str:
        """Count a call, and give what it meets; "" is nothing."""
        self.calls += 1
        return self.plan.get(self.calls, "")


def drawn(
    seed: int, *, calls: int = 200, share: float = 0.2, kinds: tuple[str, ...] = PASSING
) -> dict[int, str]:
    """Draw a plan in which about this share of calls meets a fault, never two running."""
    dice = random.Random(seed)
    plan: dict[int, str] = {}
    for call in range(1, calls + 1):
        if call - 1 not in plan and dice.random() < share:
            plan[call] = dice.choice(kinds)
    return plan
