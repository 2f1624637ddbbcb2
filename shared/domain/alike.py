"""Which orders are alike in all that tells who stands behind them: so each buyer is looked up once."""

from array import array
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import chain, compress, repeat
from typing import Any

from shared.domain.buyer_keys import ADDRESS
from shared.domain.emails import mails
from shared.domain.records import Order
from shared.domain.snapshot import Snapshot
from shared.domain.timeline import COMMERCE
from shared.domain.workspace import FieldMap

Told = tuple[Any, ...]
"""An order's connection, then the columns that tell who stands behind it."""
WHO = ("customer_id", "company_id", "is_b2b")


def telling_columns(field_map: FieldMap) -> tuple[str, ...]:
    """Name the columns of an order that tell who stands behind it."""
    names = dict.fromkeys((*field_map.key_precedence.b2b, *field_map.key_precedence.dtc))
    keys = (ADDRESS if name == "name_and_address" else (name,) for name in names)
    return (*WHO, *chain.from_iterable(keys))


class Alike:
    """Orders by what they tell; each is known by the first row that tells the same."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._orders = snapshot.table(Order, *COMMERCE)
        self._columns = telling_columns(snapshot.workspace.field_map)
        self._mails = mails(snapshot)
        self._like = array("q", [-1]) * len(self._orders)
        self._first: dict[Told, int] = {}
        self._told: dict[int, Told] = {}

    def of(self, rows: Sequence[int]) -> list[int]:
        """Give for each of these orders the one that it is known by."""
        found = [*map(self._like.__getitem__, rows)]
        if -1 in found:
            missing = sorted(set(compress(rows, map((-1).__eq__, found))))
            at = 0
            for number in range(len(self._orders.batches)):
                stop = self._orders.rows_of(number).stop
                own = missing[at : (at := bisect_left(missing, stop, at))]
                if own:
                    self._add(number, own)
            found = [*map(self._like.__getitem__, rows)]
        return found

    def told(self, like: int) -> Told:
        """Give what an order tells, and all that are like it."""
        if len(self._told) < len(self._first):
            self._told = {row: told for told, row in self._first.items()}
        return self._told[like]

    def every(self) -> Iterator[Told]:
        """Give all that was told, each once."""
        return iter(self._first)

    def _add(self, number: int, rows: Sequence[int]) -> None:
        start = self._orders.rows_of(number).start
        places = [row - start for row in rows]
        parts = (map(self._part(number, name).__getitem__, places) for name in self._columns)
        telling = zip(repeat(self._orders.batches[number].connection), *parts, strict=False)
        likes = map(self._first.setdefault, telling, rows)
        for row, like in zip(rows, likes, strict=True):
            self._like[row] = like

    def _part(self, number: int, name: str) -> Sequence[Any]:
        if name == "email":
            rows = self._orders.rows_of(number)
            return self._mails[rows.start : rows.stop]
        return self._orders.part(number, name)
