"""Numbers for texts, and for what several columns say together: whatever is shared is told by them."""

from dataclasses import dataclass
from itertools import accumulate

from shared.domain.arrays import Array, np
from shared.domain.digests import first_alike, spread
from shared.domain.texts import Texts


@dataclass(frozen=True, slots=True)
class Numbered:
    """Texts by numbers: the same text has the same number, and no other one has it."""

    numbers: list[Array]
    """Of each column that was given, its texts' numbers."""
    firsts: Array
    """For each number the first row that has it, the columns counted on."""
    texts: Texts
    """The texts of all columns, one behind the other."""

    def __len__(self) -> int:
        return len(self.firsts)


def numbered(*columns: Texts) -> Numbered:
    """Give the texts of some columns numbers from 0 on."""
    texts = columns[0] if len(columns) == 1 else Texts.joined(columns)
    firsts = first_alike(np.concatenate([each.digests for each in columns]))
    is_first = firsts == np.arange(len(firsts), dtype=np.int32)
    if _part_strangers(texts, firsts, np.flatnonzero(~is_first)):
        is_first = firsts == np.arange(len(firsts), dtype=np.int32)
    # Wide numbers: numpy looks up by others a good deal slower.
    numbers = (np.cumsum(is_first, dtype=np.int64) - 1).take(firsts)
    ends = [*accumulate(map(len, columns))]
    return Numbered(np.split(numbers, ends[:-1]), np.flatnonzero(is_first), texts)


def together(count: int, *columns: Array) -> Array:
    """Give for each row the first row of which all these columns have the same numbers, from 0 on."""
    numbers = np.zeros(count, np.int64)
    firsts = np.zeros(count, np.int32)
    for column in columns:
        pairs = numbers * (int(column.max(initial=0)) + 1) + column
        firsts = first_alike(spread(pairs))
        numbers = firsts.astype(np.int64)
    return firsts


def _part_strangers(texts: Texts, firsts: Array, rows: Array) -> bool:
    """Part those that only have a digest in common: each is known by the first of its own text.

    `rows` are those that are not the first of their digest. Says whether there were any strangers.
    """
    strangers = rows[~texts.same(rows, firsts[rows])]
    own: dict[str, int] = {}
    for row, text in zip(strangers.tolist(), texts.at(strangers), strict=True):
        firsts[row] = own.setdefault(text, row)
    return bool(own)
