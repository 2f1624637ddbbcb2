"""The seven rows that the worked example of the revenue gap names."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from dev.vendors.facts import LedgerApproval, LedgerCreditMemo, Person, ShopOrder
from dev.worlds.distribution_scene import COMPANY, NO_TAX, PERIOD, RETURN, Scene
from dev.worlds.till import Buyer, Till


@dataclass(frozen=True)
class _Named:
    """An order of the example: its number, its net amount and its age in days; no tax is on it."""

    number: int
    net: str
    age: int

    def sell(self, scene: Scene, till: Till, buyer: Buyer, **more: Any) -> ShopOrder:
        placed_at = PERIOD.days_ago(scene.random, self.age)
        more = {"number": till.number.format(self.number), "tax": NO_TAX, **more}
        return till.sell(buyer, placed_at, Decimal(self.net), id=till.id_offset + self.number, **more)


_ACME = _Named(2_284_912, "84200.00", 12)
_NORTH_EAST = _Named(2_284_866, "42400.00", 9)
_REGIONAL_TECH = _Named(2_284_733, "28800.00", 7)
_SHOPPER = _Named(10_044_128, "284.00", 2)
_DELTA = _Named(2_284_601, "14800.00", 14)
_WHOLESALE_X = _Named(44_821, "18400.00", 21)
_RETURNED = _Named(10_044_211, "1120.00", 8)
_RETURNED_NET = Decimal("440.00")


def sell_what_is_named(scene: Scene) -> None:
    """Sell the seven orders, and let happen to each in the ledger what the example says."""
    shipped = {"quantity": Decimal(12), "shipped_quantity": Decimal(12), "shipped_on": date(2026, 4, 2)}
    _take(scene, "Acme Tech Distribution", _ACME, number="SO-208441", **shipped)
    partly = {"quantity": Decimal(12), "shipped_quantity": Decimal(5), "shipped_on": date(2026, 4, 8)}
    _take(scene, "NorthEast Components", _NORTH_EAST, number="SO-208533", **partly)
    _take(scene, "RegionalTechCo", _REGIONAL_TECH, number="SO-208612", state="pending_approval")
    approval = LedgerApproval(
        id="7c1f6a55-08f8-4c0e-8f06-1f6d2f9b2612",
        document_number="SO-208612",
        requested_at=datetime(2026, 4, 6, 13, 30, tzinfo=UTC),
        company=COMPANY,
    )
    scene.books.account.approvals.append(approval)
    _take(scene, "DeltaCorp Industries", _DELTA, number="SO-208702")
    _sell_unmapped(scene)
    _sell_returned(scene)


def _take(scene: Scene, name: str, named: _Named, **more: Any) -> None:
    """Let a company of that name order, and take the order into the ledger."""
    blocked = {"state": "blocked_shipping"} if named is _DELTA else {}
    known = scene.known(scene.trade, name, **blocked)
    customer = replace(known.customer, name=name)
    order = named.sell(scene, scene.trade, known.trader.buyers[0])
    scene.books.take(customer, order, scene.trade.reference_of(order), **more)


def _sell_unmapped(scene: Scene) -> None:
    """Sell to a shopper whom the ledger lacks, and to a company that it knows; neither order arrives."""
    shopper = replace(scene.cast.person(), first_name="DTC Customer", last_name="0044128")
    _SHOPPER.sell(scene, scene.dtc, replace(shopper, email="shopper.0044128@example.com"))
    known = scene.known(scene.adobe, "Wholesale-X")
    _WHOLESALE_X.sell(scene, scene.adobe, known.trader.buyers[0], number=str(_WHOLESALE_X.number))


def _sell_returned(scene: Scene) -> None:
    """Sell and invoice an order, take a part of it back, and post the credit memo for that."""
    person = scene.cast.person()
    entered = Person(company="Returned-Order", email=person.email, country="US")
    customer = scene.books.enter(entered, PERIOD.long_before(scene.random, 300))
    order = _RETURNED.sell(scene, scene.dtc, person)
    reference = scene.dtc.reference_of(order)
    scene.books.post(scene.books.order(customer, order, reference), PERIOD.local_day(order.placed_at))
    refunded_at = order.placed_at + timedelta(days=4)
    refund = scene.dtc.give_back(order, refunded_at, _RETURNED_NET, tax=NO_TAX)
    memo = LedgerCreditMemo(
        number="SCM-2241",
        reference=RETURN.format(refund.id),
        customer_number=customer.number,
        customer_name=customer.name,
        posted_on=PERIOD.local_day(refunded_at + timedelta(days=1)),
        modified_at=refunded_at + timedelta(days=1),
        net=_RETURNED_NET,
        company=COMPANY,
        invoice_number=scene.books.account.invoices[-1].number,
    )
    scene.books.account.credit_memos.append(memo)
