"""Which orders are alike in all that tells who stands behind them: so each buyer is looked up once."""

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any

from shared.domain.arrays import Array, np
from shared.domain.buyer_keys import ADDRESS
from shared.domain.emails import emails_of_orders
from shared.domain.numbering import numbered, together
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
    """Orders by what they tell; each is known by the first row that was seen to tell the same."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._orders = snapshot.table(Order, *COMMERCE)
        self._columns = telling_columns(snapshot.workspace.field_map)
        self._mails = emails_of_orders(snapshot)
        self._first: dict[Told, int] = {}
        self._told: dict[int, Told] = {}

    def of(self, rows: Sequence[int]) -> list[int]:
        """Give for each of these orders the one that it is known by."""
        chosen = np.asarray(rows, np.int64)
        firsts = together(
            len(chosen), *(self._numbers(name, chosen) for name in ("connection", *self._columns))
        )
        distinct = np.flatnonzero(firsts == np.arange(len(firsts)))
        known = chosen[distinct].tolist()
        telling = zip(*(self._values(name, known) for name in ("connection", *self._columns)), strict=True)
        like_of = np.empty(len(firsts), np.int64)
        like_of[distinct] = [
            self._first.setdefault(told, row) for told, row in zip(telling, known, strict=True)
        ]
        return like_of[firsts].tolist()  # type: ignore[no-any-return]

    def told(self, like: int) -> Told:
        """Give what an order tells, and all that are like it."""
        if len(self._told) < len(self._first):
            self._told = {row: told for told, row in self._first.items()}
        return self._told[like]

    def every(self) -> Iterator[Told]:
        """Give all that was told, each once."""
        return iter(self._first)

    def _numbers(self, name: str, rows: Array) -> Array:
        if name == "email":
            return self._mails.of_orders[rows]
        if name in {"connection", "is_b2b"}:
            return self._orders.whole.coded(name).codes[rows]
        return numbered(self._orders.whole.texts(name).take(rows)).numbers[0]

    def _values(self, name: str, rows: Sequence[int]) -> Sequence[Any]:
        if name == "email":
            return self._mails.at(rows)
        if name in {"connection", "is_b2b"}:
            return self._orders.whole.coded(name).at(np.asarray(rows, np.int64))
        return self._orders.whole.texts(name).at(rows)
