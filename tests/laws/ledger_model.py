"""The two sides of the revenue gap, added up document by document, without any case."""

from collections import defaultdict
from collections.abc import Iterable
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any, NamedTuple

from shared.domain.records import CreditMemo, ExchangeRate, Invoice, Order, Refund, SalesOrder
from shared.domain.windows import Window, rolling
from shared.domain.workspace import Workspace
from tests.builders import AS_OF
from tests.laws.ledger_scenes import Scene

LEDGERS = ("ledger", "ledger-eu")
Place = tuple[str, str]


class Held(NamedTuple):
    """A document and the company that holds it."""

    place: Place
    document: Any


class Model:
    """Both sides of one scene."""

    def __init__(self, scene: Scene, here: Workspace) -> None:
        self.here = here
        self.window: Window = rolling(here, AS_OF, 30)
        self.ledger = [
            Held((name, each.company), each)
            for name in LEDGERS
            for each in scene.get(name, ())
            if isinstance(each, SalesOrder | Invoice | CreditMemo)
        ]
        self._rates = [each for each in scene["ledger"] if isinstance(each, ExchangeRate)]
        self.shops = [(name, each) for name in ("shop", "trade") for each in scene[name]]
        self.named: dict[str, list[tuple[str, Order]]] = defaultdict(list)
        for name, each in self.shops:
            if isinstance(each, Order) and each.state in {"placed", "refunded", "cancelled"}:
                self.named[self.reference(name, each)].append((name, each))
        for members in self.named.values():
            members.sort(key=lambda each: (each[1].placed_at, each[0], each[1].id))

    def reference(self, name: str, each: Order) -> str:
        """Give an order's name in the books."""
        return (f"SH-{each.number}" if name == "shop" else each.number).upper()

    def in_window(self) -> list[tuple[str, Order]]:
        """Give the orders of the window."""
        return [
            each
            for members in self.named.values()
            for each in members
            if self.window.holds(each[1].placed_at)
        ]

    def worth(self, amount: int, currency: str) -> int:
        """Translate an amount."""
        if currency == "USD":
            return amount
        rates = [Decimal(each.rate) for each in self._rates if each.currency == currency]
        average = sum(rates, Decimal(0)) / len(rates)
        return int((Decimal(amount) * average).to_integral_value(ROUND_HALF_EVEN))

    def total(self, documents: Iterable[Held]) -> int:
        """Add up the documents that one company holds of one order, each currency at once."""
        sums: dict[tuple[Place, str], int] = defaultdict(int)
        for place, each in documents:
            sums[place, each.currency] += each.net
        return sum(self.worth(amount, currency) for (_, currency), amount in sums.items())

    def returns(self) -> list[tuple[str, Refund, str, str]]:
        """Give the returns that count: connection, refund, currency, reference."""
        found = []
        orders = {(name, each.id): each for name, each in self.shops if isinstance(each, Order)}
        for name, each in self.shops:
            if isinstance(each, Refund):
                of = orders.get((name, each.order_id))
                if of is None or of.state in {"placed", "refunded"}:
                    number = of.number if of else ""
                    template = self.here.connections[0].return_reference
                    reference = number if template == "{order_number}" else each.id
                    found.append((name, each, of.currency if of else each.currency, reference.upper()))
        return found

    def commerce(self) -> int:
        """Add up the commerce side: orders, a cancelled one as nothing, less returns."""
        taken = sum(
            self.worth(each.net, each.currency) for _, each in self.in_window() if each.state != "cancelled"
        )
        return taken - sum(
            self.worth(each.net, currency)
            for _, each, currency, _ in self.returns()
            if self.window.holds(each.refunded_at)
        )

    def posted_for_orders(self) -> int:
        """Add up what the ledger posted for the orders; what stands there, for cancelled ones."""
        total = 0
        for reference, members in self.named.items():
            first = members[0][1]
            if not self.window.holds(first.placed_at):
                continue
            orders, invoices = self.documents_of(reference)
            if first.state == "cancelled":
                total += self._standing(orders, invoices)
            else:
                posted = (each for each in invoices if each.document.state == "posted")
                total += self.total(each for each in posted if self.window.holds_day(each.document.posted_on))
        return total

    def documents_of(self, reference: str) -> tuple[list[Held], list[Held]]:
        """Give the sales orders and invoices of a name; an invoice has one owner at most."""
        orders = [
            each
            for each in self.ledger
            if isinstance(each.document, SalesOrder) and each.document.document_reference == reference
        ]
        return orders, [each for each in self.ledger if self._owner(each) == reference]

    def _owner(self, held: Held) -> str | None:
        """Give the order that an invoice is for: that it names, or that its sales order's number means."""
        if not isinstance(held.document, Invoice):
            return None
        if held.document.document_reference in self.named:
            return held.document.document_reference
        if not held.document.order_number:
            return None
        claims = [
            (rank, each.document.number, each.document.id, each.document.document_reference)
            for each in self.ledger
            for rank, number in enumerate((self._own_number(each), self._ordered_by(each)))
            if number == held.document.order_number and each.place == held.place
        ]
        return next((name for *_, name in sorted(claims) if name in self.named), None)

    def _own_number(self, held: Held) -> str:
        return held.document.number if isinstance(held.document, SalesOrder) else ""

    def _ordered_by(self, held: Held) -> str:
        return held.document.order_number if isinstance(held.document, Invoice) else ""

    def _standing(self, orders: list[Held], invoices: list[Held]) -> int:
        total = 0
        for place in {each.place for each in (*orders, *invoices)}:
            own = [each for each in invoices if each.place == place and each.document.state != "cancelled"]
            posted = [each for each in own if each.document.state == "posted"]
            ordered = self.total(
                each for each in orders if each.place == place and each.document.state != "cancelled"
            )
            total += self.total(posted) if posted else ordered or self.total(own)
        return total
