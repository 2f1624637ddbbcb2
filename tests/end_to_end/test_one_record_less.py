"""The figures come out of the records: one record less at the vendor, and the reading moves."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

import pytest

from dev.vendors.facts import LedgerCustomer
from dev.worlds.distribution_bc import distribution_bc
from dev.worlds.gifts_sage import gifts_sage
from dev.worlds.machinery_dataverse import machinery_dataverse
from dev.worlds.supplements_d365 import supplements_d365
from dev.worlds.wholesale_sage import wholesale_sage
from dev.worlds.world import World
from tests.end_to_end.rehearsal import readings_of


@dataclass(frozen=True)
class Example:
    """A world, its card and value, and the connection whose master loses a customer."""

    build: Callable[[], World]
    card: str
    value: int
    ledger: str
    is_used: Callable[[World, LedgerCustomer], bool]


def _buys_in_june(world: World, customer: LedgerCustomer) -> bool:
    """Say whether a customer ordered in the week, under exactly the master's email."""
    email = customer.address.email.strip().casefold()
    return any(
        order.buyer.email.strip().casefold() == email
        and order.state == "placed"
        and order.placed_at.isoformat() > "2026-06-06"
        for order in world.accounts["supplements-d365-web-shop"].orders
    )


def _was_created_in_june(world: World, customer: LedgerCustomer) -> bool:
    return any(
        record.account_number == customer.number and record.is_in_scope and record.is_active
        for record in world.accounts["machinery-dataverse-dataverse"].crm_records
        if record.created_at.isoformat() > "2026-06-04"
    )


def _buys_gifts(world: World, customer: LedgerCustomer) -> bool:
    email = customer.address.email.strip().casefold()
    return any(
        order.buyer.email.strip().casefold() == email
        and order.state == "placed"
        and order.placed_at.isoformat() > "2026-04-09"
        for order in world.accounts["gifts-sage-web-shop"].orders
    )


def _has_active_order(world: World, customer: LedgerCustomer) -> bool:
    """Say whether a trade-portal company with this VAT number has a placed order in the week."""
    portal = world.accounts["wholesale-sage-trade-portal"]
    digits = "".join(mark for mark in customer.vat if mark.isdigit())
    companies = {
        company.id
        for company in portal.companies
        if digits and "".join(mark for mark in company.vat if mark.isdigit()) == digits
    }
    return any(
        order.company_id in companies
        and order.state == "placed"
        and order.placed_at.isoformat() > "2026-04-09"
        for order in portal.orders
    )


EXAMPLES = [
    Example(supplements_d365, "ecom_customers_absent_from_d365", 23, "ledger", _buys_in_june),
    Example(machinery_dataverse, "dataverse_customers_not_promoted", 4, "finance", _was_created_in_june),
    Example(gifts_sage, "ecom_customers_absent_from_sage", 34, "intacct", _buys_gifts),
    Example(wholesale_sage, "ecom_b2b_customers_absent_from_sage_master", 14, "intacct", _has_active_order),
]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda each: each.card)
async def test_one_master_customer_less_is_one_more(example: Example) -> None:
    """Deleting one used master customer at the vendor raises the reading by one (GEN-06, GEN-07)."""
    world = example.build()
    masters = world.accounts[f"{world.document['id']}-{example.ledger}"].ledger_customers
    victim = next(each for each in masters if each.state == "active" and example.is_used(world, each))
    masters.remove(victim)
    readings = await readings_of(world)
    assert example.value + 1 == readings[example.card]["value"]


async def test_one_invoice_less_is_its_amount_more() -> None:
    """Deleting one posted invoice of a matched order raises the gap by its net amount (REVGAP-24)."""
    world = distribution_bc()
    ledger = world.accounts["distribution-bc-ledger"]
    numbers = [invoice.reference for invoice in ledger.invoices]
    victim = next(
        each
        for each in ledger.invoices
        if numbers.count(each.reference) == 1 and each.posted_on.isoformat() > "2026-03-20"
    )
    ledger.invoices.remove(victim)
    reading = (await readings_of(world))["revenue_gap_detailed_breakdown"]
    assert Decimal(680_000) + victim.net == Decimal(reading["value"])
    assert 255 == reading["row_count"]
