"""A store of a world: opens accounts and rings up orders."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from dev.vendors.facts import Account, Person, ShopCompany, ShopCustomer, ShopOrder, ShopRefund
from dev.worlds.amounts import tax_on
from dev.worlds.period import Period

Buyer = Person | ShopCustomer
"""A person is a guest."""


@dataclass(kw_only=True)
class Till:
    """Fills one store's account. Ids follow the clock, so that a later order has a higher one."""

    period: Period
    account: Account = field(default_factory=Account)
    currency: str = "GBP"
    number: str = "{}"
    """How the store writes an order's number."""
    reference: str = "{number}"
    """How the ledger names the store's orders."""
    first_number: int = 100_000
    id_offset: int = 0
    """What an order's id has over its number."""
    tax_rate: Decimal = Decimal("0.2")

    def __post_init__(self) -> None:
        self.account.local_currency = self.currency
        self._opened = self.period.start - timedelta(days=120)
        self._taken: set[int] = set()
        self._serials: Iterator[int] = count(1)

    def company(self, address: Person, created_at: datetime, **more: Any) -> ShopCompany:
        """Open a company account."""
        opened = ShopCompany(
            id=4_000 + next(self._serials),
            name=address.company,
            created_at=created_at,
            updated_at=created_at,
            address=address,
            **more,
        )
        self.account.companies.append(opened)
        return opened

    def customer(
        self, person: Person, created_at: datetime, company: ShopCompany | None = None
    ) -> ShopCustomer:
        """Open a customer account, of a company where one is given."""
        opened = ShopCustomer(
            id=70_000 + next(self._serials),
            person=person,
            created_at=created_at,
            updated_at=created_at,
            company_id=company.id if company else 0,
        )
        self.account.customers.append(opened)
        return opened

    def sell(self, buyer: Buyer, placed_at: datetime, net: Decimal, /, **more: Any) -> ShopOrder:
        """Ring up an order; what else is given goes into it as it is."""
        number = self._number(placed_at)
        order = ShopOrder(
            id=self.id_offset + number,
            number=self.number.format(number),
            placed_at=placed_at,
            updated_at=min(placed_at + timedelta(hours=20), self.period.last_minute),
            buyer=buyer if isinstance(buyer, Person) else buyer.person,
            customer_id=0 if isinstance(buyer, Person) else buyer.id,
            company_id=0 if isinstance(buyer, Person) else buyer.company_id,
            net=net,
            tax=tax_on(net, self.tax_rate),
            currency=self.currency,
        )
        order = replace(order, **more)
        self.account.orders.append(order)
        return order

    def give_back(self, order: ShopOrder, refunded_at: datetime, net: Decimal, **more: Any) -> ShopRefund:
        """Refund a part of an order, or all of it."""
        serial = 900_000 + next(self._serials)
        refund = ShopRefund(
            id=serial,
            number=str(serial),
            order_id=order.id,
            refunded_at=refunded_at,
            net=net,
            tax=order.tax if net == order.net else tax_on(net, self.tax_rate),
            currency=order.currency,
        )
        refund = replace(refund, **more)
        self.account.refunds.append(refund)
        where = self.account.orders.index(order)
        self.account.orders[where] = replace(order, updated_at=max(order.updated_at, refunded_at))
        return refund

    def refund_all(self, order: ShopOrder) -> None:
        """Refund an order in full, a few hours after it was placed."""
        refunded_at = min(order.placed_at + timedelta(hours=5), self.period.last_minute)
        where = self.account.orders.index(order)
        self.account.orders[where] = refunded = replace(order, state="refunded")
        self.give_back(refunded, refunded_at, order.net)

    def reference_of(self, order: ShopOrder) -> str:
        """Give an order's name in the ledger."""
        return self.reference.format(number=order.number, id=order.id)

    def _number(self, placed_at: datetime) -> int:
        number = self.first_number + int((placed_at - self._opened).total_seconds()) // 60
        while number in self._taken:
            number += 1
        self._taken.add(number)
        return number
