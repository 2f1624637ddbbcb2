"""What the ledger calls the shops' orders and returns, as each connection spells them."""

from itertools import islice

from shared.domain.buyers import COMMERCE, by_time
from shared.domain.gap.lookup import Lookup
from shared.domain.gap.names import all_names, references
from shared.domain.records import Order, Refund
from shared.domain.snapshot import Snapshot

MOST_SHOWN = 10
"""How many orders of one name a row lists: a shop that names all its orders alike has a million."""


class References:
    """The names of all orders that count, in the window or not, and of the returns on them."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._workspace = snapshot.workspace
        self.orders = snapshot.table(Order, *COMMERCE)
        self.refunds = snapshot.table(Refund, *COMMERCE)
        self.names = all_names(snapshot.workspace, self.orders)
        """By order row, as people read it."""
        self.references = references(self.names, self.orders["state"])
        """By order row, as the ledger keeps it; "" for orders that do not count."""
        self.known = Lookup(self.references)
        self._sharing: dict[str, list[int]] = {}

    def sharing(self, row: int) -> list[int]:
        """Give all orders of an order's name, itself among them, the earliest first."""
        name = self.references[row]
        if name not in self._sharing:
            rows = self.known.get(name)
            self._sharing[name] = by_time(self.orders, rows) if len(rows) > 1 else rows
        return self._sharing[name]

    def sharing_besides(self, row: int) -> tuple[str, ...]:
        """Describe the other orders of an order's name: the earliest, and how many more there are."""
        others = (each for each in self.sharing(row) if each != row)
        shown = [self.described(each) for each in islice(others, MOST_SHOWN)]
        more = len(self.sharing(row)) - 1 - len(shown)
        return (*shown, f"{more} more") if more else tuple(shown)

    def described(self, row: int) -> str:
        """Name an order with its connection, where the name alone would not do."""
        return f"{self.names[row]} ({self.orders.connections[row]})"

    def return_name(self, row: int, order: int | None) -> str:
        """Give a return's name in the books; `order` is its order's row, where that is known."""
        refunds = self.refunds
        found = self._workspace.connection(refunds.connections[row])
        template = found.return_reference if found else "{id}"
        order_number = "" if order is None else self.orders["number"][order]
        return template.format(
            number=refunds["number"][row], id=refunds["id"][row], order_number=order_number
        )
