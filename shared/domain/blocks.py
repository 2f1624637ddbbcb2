"""Which records are worth comparing: those that share a postcode, phone, number, name or doorstep."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from shared.domain.keys import names, street_parts

BLOCK_CAP = 50
"""What more records share than this tells none of them apart: a call centre, a placeholder, a tower."""
_AS_THEY_ARE = ("postcode", "phone", "vat", "account_reference")


def near(
    people: Sequence[Mapping[str, str]], columns: Mapping[str, Sequence[str]], rows: Iterable[int]
) -> list[list[int]]:
    """Give for each of these people the rows that share a block with them, in rising order.

    The rows are walked once, column by column, and only what these people ask for is kept.
    """
    wanted: dict[str, dict[str, list[int]]] = {}
    for person in people:
        for kind, value in _blocks(person):
            wanted.setdefault(kind, {})[value] = []
    rows = list(rows)
    for kind, found in wanted.items():
        column = columns[kind]
        if kind in _AS_THEY_ARE:
            for row in rows:
                if column[row] in found:
                    found[column[row]].append(row)
        else:
            for row in rows:
                for value in _values(kind, column[row]):
                    if value in found:
                        found[value].append(row)
    return [_sharing(person, wanted) for person in people]


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
