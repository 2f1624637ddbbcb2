"""A symptom: one thing that is wrong, or worth knowing, with what to do about it."""

from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

Area = Literal[
    "settings",
    "sign-in",
    "packages",
    "storage",
    "queues",
    "workspaces",
    "secrets",
    "connections",
    "streams",
    "evaluations",
    "deliveries",
]
AREAS: tuple[Area, ...] = get_args(Area)
"""All that is looked at, in the order in which it is told: what stands first explains what follows."""


def counted(number: int, what: str) -> str:
    """Give a number with what it counts: `1 message`, `2 messages`."""
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


@dataclass(frozen=True, slots=True)
class Symptom:
    """One thing that was found. Names what it is about; never carries a secret or a record's values."""

    area: Area
    about: str
    """A setting, a queue, a workspace with what is in it: `acme: shop orders`."""
    message: str
    remedy: str
    is_wrong: bool = True
    """Something does not work; otherwise it is only worth knowing."""


@dataclass(frozen=True, slots=True)
class Examination:
    """What was looked at, and what was found."""

    areas: frozenset[Area]
    found: tuple[Symptom, ...]

    def as_json(self) -> dict[str, Any]:
        """Give it as it is shown: areas in their order, and in each what is wrong first."""
        ordered = sorted(self.found, key=lambda each: (AREAS.index(each.area), not each.is_wrong))
        return {
            "is_well": not any(each.is_wrong for each in self.found),
            "areas": [each for each in AREAS if each in self.areas],
            "findings": [asdict(each) for each in ordered],
        }
