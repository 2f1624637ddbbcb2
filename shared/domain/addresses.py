"""Which rows of a master have one of some names at one of some addresses."""

from collections.abc import Callable, Mapping, Sequence

from shared.domain.buyer_keys import address_keys
from shared.domain.snapshot import Table

Field = Callable[[Sequence[int], str], Mapping[int, str]]
"""Gives for some people, by their numbers, one field of what they are described by."""


def rows_by_address(
    masters: Table, people: Sequence[int], field: Field
) -> tuple[dict[int, tuple[str, ...]], dict[str, list[int]]]:
    """Give the keys of those at whose address the master has anybody, and for each key the rows that have it.

    Postcodes and streets come first, whole columns at a time: of few people and rows the name is read.
    """
    postcodes = field(people, "postcode")
    postcode_of = _rows_with(masters, set(postcodes.values()) - {""})
    known = set(postcode_of.values())
    people = [each for each in people if postcodes[each] in known]
    streets = field(people, "street")
    streets_there = masters.whole.texts("street").at(postcode_of) if postcode_of else ()
    street_of = dict(zip(postcode_of, streets_there, strict=True))
    places = {(postcodes[each], streets[each]) for each in people if streets[each]}
    there = {row: place for row, place in _places(postcode_of, street_of).items() if place in places}
    taken = set(there.values())
    people = [each for each in people if (postcodes[each], streets[each]) in taken]
    names, name_of = field(people, "name"), masters.at("name", there)
    keys = {each: _keys(names[each], (postcodes[each], streets[each])) for each in people}
    found: dict[str, list[int]] = {key: [] for each in keys.values() for key in each}
    for row, place in there.items():
        for key in _keys(name_of[row], place):
            if key in found:
                found[key].append(row)
    return keys, found


def _rows_with(masters: Table, postcodes: set[str]) -> dict[int, str]:
    rows, found = masters.whole.texts("postcode").with_any(postcodes)
    return dict(zip(rows.tolist(), found, strict=True))


def _places(postcode_of: Mapping[int, str], street_of: Mapping[int, str]) -> dict[int, tuple[str, str]]:
    return {row: (postcode, street_of[row]) for row, postcode in postcode_of.items()}


def _keys(name: str, place: tuple[str, str]) -> tuple[str, ...]:
    postcode, street = place
    return address_keys({"name": name, "street": street, "postcode": postcode})
