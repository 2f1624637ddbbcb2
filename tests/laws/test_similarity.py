"""Laws of likeness: symmetric, bounded, explained, and never decided by a field that is missing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.similarity import STRONG, SUSPECTED, compare, jaro, jaro_winkler
from tests.builders import law

WORDS = st.text(alphabet="abcd ", max_size=12)
FIELDS = ("name", "phone", "postcode", "street")
SOMEONE = st.fixed_dictionaries(
    {
        "name": st.sampled_from(["", "ann moore", "anne moore", "moore ann", "bo lee"]),
        "phone": st.sampled_from(["", "+441632960001", "+441632960002"]),
        "postcode": st.sampled_from(["", "LS14AB", "M11AE"]),
        "street": st.sampled_from(["", "12 high street", "12 high st", "7 mill lane"]),
    }
)


@law
@given(WORDS, WORDS)
def test_likeness_of_texts_is_a_share(left: str, right: str) -> None:
    """Two texts are alike from 0 to 1, the same only if they are equal, and a beginning only helps."""
    assert 0 <= jaro(left, right) <= jaro_winkler(left, right) <= 1
    assert jaro(left, left) == 1
    assert (jaro(left, right) == 1) == (left == right)


@law
@given(SOMEONE, SOMEONE)
def test_it_does_not_matter_who_is_compared_with_whom(left: dict[str, str], right: dict[str, str]) -> None:
    """Comparing two customers gives the same points from either side."""
    assert compare(left, right).points == compare(right, left).points


@law
@given(SOMEONE, SOMEONE, st.sampled_from(FIELDS))
def test_a_missing_field_says_nothing(left: dict[str, str], right: dict[str, str], name: str) -> None:
    """A field that one side lacks gives the points that leaving it out on both sides gives."""
    one_side = compare(left | {name: ""}, right)
    assert one_side == compare(left | {name: ""}, right | {name: ""})
    assert not any(each.startswith(name) for each in one_side.why)


@law
@given(SOMEONE, SOMEONE)
def test_the_points_explain_themselves(left: dict[str, str], right: dict[str, str]) -> None:
    """The points are the sum of what is said of each field (SAGE-ABS-14)."""
    likeness = compare(left, right)
    assert likeness.points == sum(float(each.rpartition(" ")[2]) for each in likeness.why)


@law
@given(SOMEONE)
def test_nobody_is_more_alike_than_oneself(someone: dict[str, str]) -> None:
    """A customer is at least as near to itself as to anyone else."""
    others = ({**someone, name: "x1"} for name in FIELDS if someone[name])
    assert all(compare(someone, other).points <= compare(someone, someone).points for other in others)


ANN = {"name": "ann moore", "phone": "+441632960001", "postcode": "LS14AB", "street": "12 high street"}


@pytest.mark.parametrize(
    ("other", "is_suspected"),
    [
        ({"name": "ann moore", "postcode": "LS14AB"}, True),
        ({"name": "moore ann", "postcode": "LS14AB"}, True),
        ({"name": "anne moore", "postcode": "LS14AB"}, True),
        ({"name": "ann moore", "phone": "+441632960001"}, True),
        ({"phone": "+441632960001"}, True),
        ({"name": "bo lee", "postcode": "LS14AB"}, False),
        ({"name": "bo lee", "phone": "+441632960001"}, False),
        ({"postcode": "LS14AB"}, False),
        ({}, False),
    ],
)
def test_a_name_with_a_postcode_or_a_phone_is_suspected(other: dict[str, str], is_suspected: bool) -> None:  # noqa: FBT001 - a table
    """Name and postcode, or the phone, make a suspected duplicate; a postcode does not (SAGE-ABS-13)."""
    points = compare(ANN, other).points
    assert (points >= SUSPECTED) == is_suspected
    assert compare(ANN, ANN).points >= STRONG


def test_an_address_alone_is_nobody() -> None:
    """Two names at one address are two people, however many points the address gives (SAGE-ABS-13)."""
    home = {"postcode": "SW1A1AA", "street": "10 high street"}
    likeness = compare({"name": "ann whitfield", **home}, {"name": "wanda field", **home})
    assert (True, False, False) == (
        likeness.points >= SUSPECTED,
        likeness.is_same_person,
        likeness.is_suspected,
    )
