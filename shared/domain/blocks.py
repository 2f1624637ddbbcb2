"""Which records are worth comparing: those that share a postcode, phone, number, name or doorstep."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from itertools import compress, count, permutations, repeat
from operator import contains, or_

from shared.domain.keys import names, street_parts

BLOCK_CAP = 50
"""What more records share than this tells none of them apart: a call centre, a placeholder, a tower."""
Piece = tuple[Sequence[int], Mapping[str, Sequence[str]]]
"""Some rows, and of each the columns that are compared."""
Described = dict[int, dict[str, str]]
"""What rows are compared by: their fields by name."""
_BETWEEN_NAMES = " / "
_AS_THEY_ARE = ("postcode", "phone", "vat", "account_reference")
_SPELLED_OUT = 4
"""Up to so many words, a name is written in every order; of more words there are too many."""


def near(people: Sequence[Mapping[str, str]], pieces: Iterable[Piece]) -> tuple[list[list[int]], Described]:
    """Give for each of these people the rows that share a block with them, and what those hold.

    Rows are in rising order. All are walked once, piece by piece, and only what is asked for is kept.
    """
    wanted: dict[str, dict[str, list[int]]] = {}
    for person in people:
        for kind, value in _blocks(person):
            wanted.setdefault(kind, {})[value] = []
    spelled = {kind: frozenset(_spellings(kind, found)) for kind, found in wanted.items()}
    found: Described = {}
    for rows, columns in pieces if wanted else ():
        hits: dict[int, None] = {}
        for kind, blocks in wanted.items():
            column = columns[kind]
            for at in _maybe(kind, column, spelled[kind], blocks):
                for value in (column[at],) if kind in _AS_THEY_ARE else _values(kind, column[at]):
                    block = blocks.get(value)
                    if block is not None and len(block) <= BLOCK_CAP:
                        block.append(rows[at])
                        hits[at] = None
        found |= {rows[at]: {name: column[at] for name, column in columns.items()} for at in hits}
    return [_sharing(person, wanted) for person in people], found


def _maybe(
    kind: str, column: Sequence[str], spelled: AbstractSet[str], wanted: Iterable[str]
) -> Iterable[int]:
    """Give the places that may share one of these blocks, told by the whole text: few are looked into."""
    others: list[Iterable[bool]] = []
    if kind == "name":
        if _BETWEEN_NAMES in "\n".join(column):
            others.append(map(contains, column, repeat(_BETWEEN_NAMES)))
        if any(map(_SPELLED_OUT.__le__, map(str.count, wanted, repeat(" ")))):
            others.append(map(_SPELLED_OUT.__le__, map(str.count, column, repeat(" "))))
    if not others and spelled.isdisjoint(column):
        return ()
    may: Iterable[bool] = map(spelled.__contains__, column)
    for other in others:
        may = map(or_, may, other)
    return compress(count(), may)


def _spellings(kind: str, wanted: Iterable[str]) -> Iterator[str]:
    """Give every text that is looked for: a name's words in any order, a street's number at any place."""
    for value in wanted:
        words = value.split(" ")
        if kind == "name":
            if len(words) <= _SPELLED_OUT:
                yield from map(" ".join, permutations(words))
        elif kind == "street":
            number, *others = words
            for at in range(len(words)):
                yield " ".join((*others[:at], number, *others[at:]))
        else:
            yield value


def _sharing(person: Mapping[str, str], blocks: Mapping[str, Mapping[str, list[int]]]) -> list[int]:
    shared = (blocks[kind][value] for kind, value in _blocks(person))
    return sorted({row for block in shared if len(block) <= BLOCK_CAP for row in block})


def _blocks(person: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for kind in (*_AS_THEY_ARE, "name", "street"):
        text = person.get(kind, "")
        if text:
            values = (text,) if kind in _AS_THEY_ARE else _values(kind, text)
            yield from ((kind, value) for value in values)


def _values(kind: str, text: str) -> Iterable[str]:
    """Give each name with its words sorted, or a street that has a number, by number and words."""
    if not text:
        return ()
    if kind == "name":
        return dict.fromkeys(" ".join(sorted(each.split())) for each in names(text))
    number, words = street_parts(text)
    return (f"{number} {words}",) if number and words else ()
