"""How alike two customers are: an additive scorecard whose points explain themselves."""

from collections.abc import Mapping
from dataclasses import dataclass

SUSPECTED = 3.0
"""Points from which two records are suspected to be one."""
STRONG = 5.0


@dataclass(frozen=True, slots=True)
class Likeness:
    """The points of a comparison, and what they were given for."""

    points: float
    why: tuple[str, ...]
    is_same_person: bool
    """Name or phone agree: an address alone is shared by families and offices (SAGE-ABS-13)."""


def jaro(left: str, right: str) -> float:
    """Give the Jaro similarity of two texts, 0 to 1."""
    if left == right:
        return 1.0
    if not left or not right:
        return 0.0
    reach = max(0, max(len(left), len(right)) // 2 - 1)
    used = [False] * len(right)
    matched = []
    for position, mark in enumerate(left):
        for other in range(max(0, position - reach), min(len(right), position + reach + 1)):
            if not used[other] and right[other] == mark:
                used[other] = True
                matched.append(mark)
                break
    if not matched:
        return 0.0
    opposite = [mark for mark, is_used in zip(right, used, strict=True) if is_used]
    swaps = sum(a != b for a, b in zip(matched, opposite, strict=True)) / 2
    count = len(matched)
    return (count / len(left) + count / len(right) + (count - swaps) / count) / 3


def jaro_winkler(left: str, right: str) -> float:
    """Give the Jaro-Winkler similarity: a common beginning of up to four letters counts extra."""
    alike = jaro(left, right)
    common = 0
    for a, b in zip(left[:4], right[:4], strict=False):
        if a != b:
            break
        common += 1
    return alike + common * 0.1 * (1 - alike)


def _name_points(left: str, right: str) -> float:
    straight = jaro_winkler(left, right)
    by_word = jaro_winkler(" ".join(sorted(left.split())), " ".join(sorted(right.split())))
    best = max(straight, by_word)
    steps = ((0.97, 4.0), (0.90, 3.0), (0.80, 1.5), (0.65, 0.0))
    return next((points for least, points in steps if best >= least), -2.0)


def _street_points(left: str, right: str) -> float:
    number = _first_number(left)
    points = 1.0 if number and number == _first_number(right) else 0.0
    return points + (2.0 if jaro_winkler(left, right) >= 0.90 else -0.5)  # noqa: PLR2004


def _first_number(street: str) -> str:
    return next((word for word in street.split() if word[0].isdigit()), "")


def compare(left: Mapping[str, str], right: Mapping[str, str]) -> Likeness:
    """Score two customers by name, phone, postcode and street; a field missing on a side scores 0.

    The weights are set by hand, so that each point can be explained; they are not fitted.
    """
    scored = {
        "name": _name_points,
        "phone": lambda a, b: 4.0 if a == b else -1.5,
        "postcode": lambda a, b: 2.0 if a == b else -1.0,
        "street": _street_points,
    }
    points = {
        name: score(left[name], right[name])
        for name, score in scored.items()
        if left.get(name) and right.get(name)
    }
    return Likeness(
        points=sum(points.values()),
        why=tuple(f"{name} {each:+g}" for name, each in points.items()),
        is_same_person=points.get("name", 0) > 0 or points.get("phone", 0) > 0,
    )
