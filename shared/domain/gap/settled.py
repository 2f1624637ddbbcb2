"""The rows of settled cases, made when they are looked at: there may be a million."""

from collections.abc import Callable, Iterator, Sequence
from typing import overload

from shared.domain.gap.books import Books
from shared.domain.gap.cases import Case
from shared.domain.gap.join import Join
from shared.domain.gap.reasons import shipping_of
from shared.domain.gap.rows import order_row
from shared.domain.rows import OrderRow


class SettledRows(Sequence[OrderRow]):
    """The rows in the order of their names, however they were stored.

    Until somebody looks, there is nothing but the numbers of the plain orders and the few other cases.
    """

    def __init__(
        self, card: str, join: Join, cases: Sequence[Case], plain: int, join_plain: Callable[[], Join]
    ) -> None:
        self._card = card
        self._join = join
        self._cases = cases
        self._plain = plain
        self._join_plain = join_plain

    def __len__(self) -> int:
        return len(self._cases) + self._plain

    @overload
    def __getitem__(self, position: int) -> OrderRow: ...
    @overload
    def __getitem__(self, position: slice) -> tuple[OrderRow, ...]: ...
    def __getitem__(self, position: int | slice) -> OrderRow | tuple[OrderRow, ...]:
        return tuple(self)[position]

    def __iter__(self) -> Iterator[OrderRow]:
        plain = self._join_plain()
        found = [(case, self._join) for case in self._cases]
        found += [(case, plain) for row in range(len(plain.orders)) for case in plain.of_order(row)]
        books = {
            join: join.books([case for case, own in found if own is join]) for join in (self._join, plain)
        }
        found.sort(key=lambda each: _place(each[0], books[each[1]]))
        return (self._row(case, books[join]) for case, join in found)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and tuple(self) == tuple(other)

    def __hash__(self) -> int:
        return hash(tuple(row.id for row in self))

    def _row(self, case: Case, books: Books) -> OrderRow:
        return order_row(self._card, case, books, None, shipping_of(case, books))


def _place(case: Case, books: Books) -> tuple[str, ...]:
    table = books.refunds if case.is_return else books.orders
    native = table.connections[case.row], table["id"][case.row]
    return case.reference, "return" if case.is_return else "", *native, "/".join(case.place)
