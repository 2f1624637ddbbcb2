"""How alike two customers are: an additive scorecard whose points explain themselves.

The weights are set by hand, so that each point can be explained; they are not fitted to any data.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from shared.domain.keys import names, street_parts

SUSPECTED = 4.0
"""Points from which two records are suspected to be one."""
SUSPECTED_BY_NUMBER = 3.0
"""The same where both have a VAT number: a field that says so much lets fewer points do."""
STRONG = 5.0
COMPARED = ("name", "phone", "vat", "account_reference", "postcode", "street")
"""The fields that are compared, in the order in which their points are shown."""
_PERSONAL = frozenset({"name", "phone", "vat", "account_reference"})
_NAME_STEPS = ((0.97, 4.0), (0.90, 3.0), (0.80, 1.5), (0.65, 0.0))
_VAGUE = 1.5
_SAME_WORD = 0.85
_SAME_STREET = 0.9
_TAKEN = "\0"
"""Stands for a letter that has its like already; no normalised text has it."""


@dataclass(frozen=True, slots=True)
class Likeness:
    """The points of a comparison, and what they were given for."""

    points: float
    why: tuple[str, ...]
    """Field and points, `name +4`, in the order of COMPARED."""
    differing: tuple[str, ...]
    """The fields that both have and that differ."""
    is_same_person: bool
    """Name, phone or number agree: an address alone is shared by families and offices (SAGE-ABS-13)."""
    least: float = SUSPECTED
    """The points from which these two are suspected to be one."""

    @property
    def is_suspected(self) -> bool:
        """Say whether the two may well be one customer."""
        return self.is_same_person and self.points >= self.least


def jaro(left: str, right: str) -> float:
    """Give the Jaro similarity of two texts, 0 to 1."""
    if left == right:
        return 1.0
    if not left or not right:
        return 0.0
    reach = max(0, max(len(left), len(right)) // 2 - 1)
    rest = right
    matched = []
    taken = []
    for position, mark in enumerate(left):
        found = rest.find(mark, max(0, position - reach), position + reach + 1)
        if found >= 0:
            matched.append(mark)
            taken.append(found)
            rest = f"{rest[:found]}{_TAKEN}{rest[found + 1 :]}"
    if not matched:
        return 0.0
    opposite = [right[found] for found in sorted(taken)]
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


def is_one_edit(left: str, right: str) -> bool:
    """Say whether one letter changed, lost, added or swapped with its neighbour makes two texts the same."""
    if left == right or abs(len(left) - len(right)) > 1:
        return False
    if len(left) > len(right):
        left, right = right, left
    at = next((at for at, mark in enumerate(left) if mark != right[at]), len(left))
    if len(left) != len(right):
        return left[at:] == right[at + 1 :]
    swapped = left[at : at + 2] == right[at : at + 2][::-1] and left[at + 2 :] == right[at + 2 :]
    return swapped or left[at + 1 :] == right[at + 1 :]


def compare(left: Mapping[str, str], right: Mapping[str, str], *, is_company: bool = False) -> Likeness:
    """Score two customers field by field; a field that one of them lacks scores nothing.

    Of a company more is asked than of a person before a name that is just vaguely alike tells who it is.
    """
    points: dict[str, float] = {}
    differing = []
    for field in COMPARED:
        one, other = left.get(field, ""), right.get(field, "")
        if one and other:
            points[field] = _SCORES[field](one, other)
            if one != other:
                differing.append(field)
    telling = {field for field in _PERSONAL if points.get(field, 0) > 0}
    if is_company and points.get("name") == _VAGUE and _may_be_sisters(left["name"], right["name"]):
        telling.discard("name")
    return Likeness(
        points=sum(points.values()),
        why=tuple(f"{field} {each:+g}" for field, each in points.items() if each),
        differing=tuple(differing),
        is_same_person=bool(telling),
        least=SUSPECTED_BY_NUMBER if "vat" in points else SUSPECTED,
    )


def _name(left: str, right: str) -> float:
    best = max(_name_likeness(one, other) for one in names(left) for other in names(right))
    return next((points for least, points in _NAME_STEPS if best >= least), -2.0)


def _may_be_sisters(left: str, right: str) -> bool:
    """Say whether half of the words or less agree, in any of the names: `acme logistics`, `acme foods`."""
    return not any(_share_most_words(one, other) for one in names(left) for other in names(right))


def _share_most_words(left: str, right: str) -> bool:
    """Say whether more than half of the words of the shorter name have their like in the other."""
    short, long = sorted((left.split(), right.split()), key=len)
    alike = sum(any(jaro_winkler(word, other) >= _SAME_WORD for other in long) for word in short)
    return 2 * alike > len(short)


def _name_likeness(left: str, right: str) -> float:
    straight = jaro_winkler(left, right)
    if straight >= _NAME_STEPS[0][0]:
        return straight
    by_word = jaro_winkler(" ".join(sorted(left.split())), " ".join(sorted(right.split())))
    return max(straight, by_word)


def _steps(equal: float, one_edit: float, different: float) -> Callable[[str, str], float]:
    def score(left: str, right: str) -> float:
        if left == right:
            return equal
        return one_edit if is_one_edit(left, right) else different

    return score


def _street(left: str, right: str) -> float:
    (number, words), (other_number, other_words) = street_parts(left), street_parts(right)
    points = 1.0 if number and number == other_number else 0.0
    return points + (2.0 if jaro_winkler(words, other_words) >= _SAME_STREET else -0.5)


_SCORES: dict[str, Callable[[str, str], float]] = {
    "name": _name,
    "phone": _steps(4.0, 2.5, -1.5),
    "vat": _steps(5.0, 3.5, -1.5),
    # Accounts are numbered one after another, and shops have numbers of their own: near says nothing.
    "account_reference": _steps(5.0, 0.0, 0.0),
    "postcode": _steps(2.0, 1.0, -1.0),
    "street": _street,
}
