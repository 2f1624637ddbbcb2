"""Where the parts of a file stand, and what differs between two documents."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from dev.partner.differences import Difference, differences
from dev.partner.positions import line_of, lines
from dev.partner.questions import at, put, take

TEXTS = st.text(max_size=4)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXTS | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)


def _parts(value: Any, path: tuple[str, ...] = ()) -> set[tuple[str, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return {path}.union(*(_parts(each, (*path, str(name))) for name, each in inner))


@given(VALUES)
def test_every_part_has_a_line(value: Any) -> None:
    """Each part of a text, and nothing else, has a line; written on one line, that is the first."""
    found = lines(json.dumps(value, indent=1))
    assert _parts(value) == found.keys()
    assert {1} == {*lines(json.dumps(value, ensure_ascii=False)).values()}


@given(st.lists(st.integers(), min_size=1, max_size=5))
def test_lines_are_those_of_the_file(values: list[int]) -> None:
    """The parts of a list that is written one a line stand on these lines."""
    found = lines(json.dumps({"numbers": values}, indent=2))
    assert [line_of(found, f"numbers.{place}") for place in range(len(values))] == [
        place + 3 for place in range(len(values))
    ]
    assert line_of(found, "numbers.0.missing") == 3
    assert line_of(found, "missing") == 1


@given(VALUES)
def test_what_is_the_same_does_not_differ(value: Any) -> None:
    """A document has no differences to itself."""
    assert [] == differences(value, json.loads(json.dumps(value)))


def test_lists_of_named_things_go_by_their_names() -> None:
    """A connection that stands elsewhere has not changed; one that is new and one that is gone have."""
    shop, ledger, crm = ({"name": each, "kind": "x"} for each in ("shop", "ledger", "crm"))
    found = differences({"connections": [shop, ledger]}, {"connections": [crm, shop | {"kind": "y"}]})
    assert found == [
        Difference("connections.shop.kind", '"x"', '"y"'),
        Difference("connections.ledger", json.dumps(ledger), ""),
        Difference("connections.crm", "", json.dumps(crm)),
    ]
    assert differences({"a": [1]}, {"a": [2]}) == [Difference("a", "[1]", "[2]")]


def test_parts_are_put_and_taken_by_path() -> None:
    """What is missing on the way is made, and taken away again only the part itself."""
    document: dict[str, Any] = {}
    put(document, "name", "Acme")
    take(document, "name")
    put(document, "connections.0.options.shop", "acme")
    assert document == {"connections": [{"options": {"shop": "acme"}}]}
    assert at(document, "connections.0.options.shop") == "acme"
    assert at(document, "connections.7.options") is None
    take(document, "connections.0.options.shop")
    assert document == {"connections": [{"options": {}}]}
