"""The ledger's customers, as far as some cases ask for them: a master has many times more."""

from collections.abc import Iterable, Sequence
from functools import cached_property
from itertools import chain

from shared.domain.arrays import np
from shared.domain.buyer_keys import names_and_addresses
from shared.domain.buyers import Identification
from shared.domain.gap.documents import Documents, Place, place_of
from shared.domain.gap.names import LEDGER
from shared.domain.gap.parts import Wanted, masters_with
from shared.domain.matching import MasterIndex, Match
from shared.domain.records import MasterCustomer
from shared.domain.snapshot import Snapshot, Table

_KEYS = ("email", "vat", "account_reference")
Keys = tuple[tuple[str, str], ...]


class Customers:
    """The master records that some documents and buyers may stand for."""

    def __init__(self, snapshot: Snapshot, documents: Documents, orders: Table) -> None:
        self._snapshot = snapshot
        self._documents = documents
        self._orders = orders
        self._every = snapshot.table(MasterCustomer, LEDGER)
        self._asked: Sequence[int] = ()
        self._keys: dict[int, Keys] = {}
        self._matches: dict[tuple[int, str], Match] = {}

    def ask(self, orders: Iterable[int]) -> None:
        """Name the orders whose buyers will be looked up, before the first is."""
        self._asked = tuple(dict.fromkeys(orders))

    def keys(self, order: int) -> Keys:
        """Give the keys of an order's buyer, in the order in which they are tried."""
        if order not in self._keys:
            self._keys[order] = tuple(self._who.identify(self._orders, order)[1])
        return self._keys[order]

    def match(self, order: int, entity: str) -> Match:
        """Look an order's buyer up by its keys."""
        if (order, entity) not in self._matches:
            self._matches[order, entity] = self._index.find(self._all_keys(order), entity)
        return self._matches[order, entity]

    def of_document(self, table: Table, row: int) -> int | None:
        """Give the record that a document is made out to."""
        return self._by_number.get((place_of(table, row), table["customer_number"][row]))

    def is_hidden(self, match: Match) -> bool:
        """Say whether a record that fits is blocked for privacy."""
        return self._index.is_privacy_blocked(match)

    def _all_keys(self, order: int) -> Keys:
        keys = self.keys(order)
        if "name_and_address" not in self._snapshot.workspace.field_map.key_precedence.d365_fallback:
            return keys
        addresses = names_and_addresses(self._orders, order)
        return (*keys, *(("name_and_address", each) for each in addresses))

    # What only cases with a gap need is made when the first of them asks.

    @cached_property
    def records(self) -> Table:
        """The part of the master."""
        documents, standing = self._documents, self._snapshot.standing
        tables = (documents.sales_orders, documents.invoices, documents.credit_memos)
        numbers = set(chain.from_iterable(table["customer_number"] for table in tables))
        keys = set(chain.from_iterable(map(self.keys, self._asked)))
        named = {key for key in keys if key[0] != "name_and_address"}
        columns = [self._orders[name] for name in ("name", "postcode", "street")]
        addresses = {tuple(column[order] for column in columns) for order in self._asked}
        numbers.update(number for *_, number in standing.records)
        wanted = Wanted(numbers, named, addresses)
        return masters_with(self._every, self._snapshot.workspace.field_map, wanted)

    @cached_property
    def hidden_keys(self) -> frozenset[tuple[str, str]]:
        """The keys of everyone whom the ledger hides; the number at least, so that it tells of any."""
        is_hidden = self._every.whole.coded("is_privacy_blocked").having(True)  # noqa: FBT003
        table = self._every.only(np.flatnonzero(is_hidden).tolist())
        keys = {(name, value) for name in _KEYS for value in table[name] if value}
        return frozenset(keys | {("number", number) for number in table["number"]})

    @cached_property
    def _index(self) -> MasterIndex:
        return MasterIndex(self.records, self._snapshot.workspace, self._snapshot.standing)

    @cached_property
    def _who(self) -> Identification:
        return self._snapshot.once(Customers, lambda: Identification(self._snapshot))

    @cached_property
    def _by_number(self) -> dict[tuple[Place, str], int]:
        table = self.records
        return {(place_of(table, row), number): row for row, number in enumerate(table["number"])}
