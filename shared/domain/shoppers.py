"""Customer accounts by numbers: which account each order, each member and each customer record names."""

from collections.abc import Iterable

from shared.domain.arrays import Array, np
from shared.domain.numbering import numbered
from shared.domain.records import CommerceCustomer, CompanyMember, Order
from shared.domain.snapshot import Snapshot, Table
from shared.domain.timeline import COMMERCE

Account = tuple[str, str]
"""Connection and id of a customer account."""
_NAMED_BY = ((Order, "customer_id"), (CompanyMember, "customer_id"), (CommerceCustomer, "id"))


class Shoppers:
    """The accounts of all shops: the same id in two shops is two accounts."""

    def __init__(self, snapshot: Snapshot) -> None:
        tables = [snapshot.table(record_type, *COMMERCE) for record_type, _ in _NAMED_BY]
        columns = [table.whole.texts(name) for table, (_, name) in zip(tables, _NAMED_BY, strict=True)]
        told = numbered(*columns)
        self._shops = {name: at for at, name in enumerate(sorted({*_shops_of(tables)}))}
        self._texts = told.texts.take(told.firsts)
        self.of_orders, self.of_members, self.of_customers = (
            numbers * len(self._shops) + self._shop_numbers(table)
            for numbers, table in zip(told.numbers, tables, strict=True)
        )
        """By row, the number of the account."""
        self._count = len(told) * len(self._shops)
        self.blank = self.marked(
            number
            for at in self._texts.with_any({""})[0].tolist()
            for number in range(at * len(self._shops), (at + 1) * len(self._shops))
        )
        """Marks what is no account: of a guest."""

    def marked(self, numbers: Iterable[int] | Array = ()) -> Array:
        """Give a mark for each account, of which these have one."""
        marks = np.zeros(self._count, bool)
        marks[np.asarray(numbers if isinstance(numbers, np.ndarray) else [*numbers], np.int64)] = True
        return marks

    def numbers_of(self, accounts: Iterable[Account]) -> list[int]:
        """Give the numbers of some accounts that orders, members or customers name."""
        wanted: dict[str, list[int]] = {}
        for shop, account in accounts:
            if shop in self._shops:
                wanted.setdefault(account, []).append(self._shops[shop])
        rows, ids = self._texts.with_any(wanted)
        return [
            row * len(self._shops) + shop
            for row, account in zip(rows.tolist(), ids, strict=True)
            for shop in wanted[account]
        ]

    def _shop_numbers(self, table: Table) -> Array:
        told = table.whole.coded("connection")
        numbers = np.array([self._shops[each] for each in told.values] or [0], np.int64)
        return numbers[told.codes]


def shoppers(snapshot: Snapshot) -> Shoppers:
    """Give the customer accounts, numbered once."""
    return snapshot.once(Shoppers, lambda: Shoppers(snapshot))


def _shops_of(tables: Iterable[Table]) -> Iterable[str]:
    return (batch.connection for table in tables for batch in table.batches)
