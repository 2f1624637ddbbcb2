"""Which records are worth comparing: those that share a postcode, phone, number, name or doorstep."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import permutations, repeat

from shared.domain.arrays import Array, united
from shared.domain.keys import names, street_parts
from shared.domain.texts import Texts

BLOCK_CAP = 50
"""What more records share than this tells none of them apart: a call centre, a placeholder, a tower."""
Described = dict[int, dict[str, str]]
"""What rows are compared by: their fields by name."""
_BETWEEN_NAMES = " / "
_AS_THEY_ARE = ("postcode", "phone", "vat", "account_reference")
_SPELLED_OUT = 4
"""Up to so many words, a name is written in every order; of more words there are too many."""


def near(
    people: Sequence[Mapping[str, str]], columns: Mapping[str, Texts], is_own: Array
) -> tuple[list[list[int]], Described]:
    """Give for each of these people the rows that share a block with them, and what those hold.

    Rows are in rising order, and only such as are marked. Whole columns tell which may be looked into.
    """
    wanted: dict[str, dict[str, list[int]]] = {}
    for person in people:
        for kind, value in _blocks(person):
            wanted.setdefault(kind, {})[value] = []
    hits: dict[int, None] = {}
    for kind, blocks in wanted.items():
        rows = _maybe(kind, columns[kind], blocks)
        rows = rows[is_own[rows]]
        for row, text in zip(rows.tolist(), columns[kind].at(rows), strict=True):
            for value in (text,) if kind in _AS_THEY_ARE else _values(kind, text):
                block = blocks.get(value)
                if block is not None and len(block) <= BLOCK_CAP:
                    block.append(row)
                    hits[row] = None
    fields = {name: column.at(hits) for name, column in columns.items()} if hits else {}
    found = {row: {name: each[at] for name, each in fields.items()} for at, row in enumerate(hits)}
    return [_sharing(person, wanted) for person in people], found


def _maybe(kind: str, column: Texts, wanted: Collection[str]) -> Array:
    """Give the rows that may share one of these blocks, told by the whole text: few are looked into."""
    rows, _ = column.with_any({*_spellings(kind, wanted)})
    if kind == "name":
        rows = united(rows, column.holding(_BETWEEN_NAMES))
        if any(map(_SPELLED_OUT.__le__, map(str.count, wanted, repeat(" ")))):
            rows = united(rows, column.holding(" ", _SPELLED_OUT))
    return rows


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
