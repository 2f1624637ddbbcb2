"""A ledger of a world: enters customers, and posts what the stores sell."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any

from dev.vendors.facts import (
    Account,
    LedgerCustomer,
    LedgerInvoice,
    LedgerSalesOrder,
    Person,
    ShopOrder,
)
from dev.worlds.period import Period

WEB_SALES = "WEB-SALES"
"""The holding account that web orders are parked on."""


@dataclass(kw_only=True)
class Books:
    """Fills one ledger's account for one company."""

    period: Period
    account: Account = field(default_factory=Account)
    company: str = ""
    customer_number: str = "C{:05}"

    def __post_init__(self) -> None:
        self._customers: Iterator[int] = count(10_001)
        self._orders: Iterator[int] = count(206_001)
        self._invoices: Iterator[int] = count(104_001)

    def next_number(self) -> str:
        """Give the account number that the next customer gets."""
        return self.customer_number.format(next(self._customers))

    def enter(self, address: Person, created_at: datetime, **more: Any) -> LedgerCustomer:
        """Enter a customer into the master; what else is given goes in as it is."""
        customer = LedgerCustomer(
            number=more.pop("number", "") or self.next_number(),
            name=address.company or f"{address.first_name} {address.last_name}",
            address=address,
            created_at=created_at,
            modified_at=created_at,
            company=self.company,
        )
        customer = replace(customer, **more)
        self.account.ledger_customers.append(customer)
        return customer

    def hold(self, created_at: datetime) -> LedgerCustomer:
        """Enter the holding account that stands for many buyers."""
        desk = Person(company="Web sales (holding account)", email="web.sales@example.com")
        return self.enter(desk, created_at, number=WEB_SALES)

    def order(
        self, customer: LedgerCustomer, order: ShopOrder, reference: str, **more: Any
    ) -> LedgerSalesOrder:
        """Give a commerce order's sales order, released and not shipped unless told; it is not kept."""
        draft = LedgerSalesOrder(
            number=more.pop("number", "") or f"SO-{next(self._orders)}",
            reference=reference,
            customer_number=customer.number,
            customer_name=customer.name,
            ordered_on=self.period.local_day(order.placed_at),
            modified_at=min(order.placed_at + timedelta(hours=2), self.period.last_minute),
            net=order.net,
            tax=order.tax,
            company=self.company,
        )
        return replace(draft, **more)

    def take(
        self, customer: LedgerCustomer, order: ShopOrder, reference: str, **more: Any
    ) -> LedgerSalesOrder:
        """Take a commerce order as a sales order that stands in the ledger."""
        taken = self.order(customer, order, reference, **more)
        self.account.sales_orders.append(taken)
        return taken

    def post(self, taken: LedgerSalesOrder, posted_on: date, **more: Any) -> LedgerInvoice:
        """Post an invoice for a sales order: the whole amount unless told."""
        invoice = LedgerInvoice(
            number=f"PSI-{next(self._invoices)}",
            reference=taken.reference,
            order_number=taken.number,
            customer_number=taken.customer_number,
            customer_name=taken.customer_name,
            posted_on=posted_on,
            modified_at=self._posted_at(taken, posted_on),
            net=taken.net,
            tax=taken.tax,
            company=self.company,
        )
        invoice = replace(invoice, **more)
        self.account.invoices.append(invoice)
        return invoice

    def _posted_at(self, taken: LedgerSalesOrder, posted_on: date) -> datetime:
        late = max(posted_on - taken.ordered_on, timedelta())
        return min(taken.modified_at + late, self.period.last_minute)
