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
    near, postcodes_there = masters.whole.texts("postcode").with_any(set(postcodes.values()) - {""})
    if not len(near):
        return {}, {}
    known = set(postcodes_there)
    people = [each for each in people if postcodes[each] in known]
    streets = field(people, "street")
    at, streets_there = masters.whole.texts("street").take(near).with_any(set(streets.values()) - {""})
    places = {(postcodes[each], streets[each]) for each in people}
    addresses = zip(map(postcodes_there.__getitem__, at.tolist()), streets_there, strict=True)
    there = {row: place for row, place in zip(near[at].tolist(), addresses, strict=True) if place in places}
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


def _keys(name: str, place: tuple[str, str]) -> tuple[str, ...]:
    postcode, street = place
    return address_keys({"name": name, "street": street, "postcode": postcode})
