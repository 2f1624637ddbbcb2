"""Companies that buy on account: their accounts in a store, and in a ledger's master."""

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from dev.vendors.facts import LedgerCustomer, ShopCompany, ShopCustomer, ShopOrder
from dev.worlds.amounts import amount
from dev.worlds.books import Books
from dev.worlds.people import Cast, respelled_vat, retyped
from dev.worlds.till import Till


@dataclass(frozen=True, kw_only=True)
class Trader:
    """A company with the people who buy for it on one store."""

    till: Till
    company: ShopCompany
    buyers: tuple[ShopCustomer, ...]

    def buy(self, cast: Cast, placed_at: datetime, net: Decimal | None = None, **more: Any) -> ShopOrder:
        """Place an order by one of the company's buyers, on a purchase order of theirs."""
        net = amount(cast.random, 180, 2_400) if net is None else net
        purchase_order = f"PO{cast.random.randrange(10_000, 99_999)}"
        buyer = cast.random.choice(self.buyers)
        return self.till.sell(buyer, placed_at, net, purchase_order=purchase_order, **more)


def open_trader(cast: Cast, till: Till, created_at: datetime, name: str = "", **more: Any) -> Trader:
    """Open a company account with one or two buyers; what else is given goes into the company."""
    company = till.company(cast.company(name), created_at, **more)
    people = [cast.colleague(company.address) for _ in range(cast.random.randint(1, 2))]
    buyers = tuple(till.customer(person, created_at, company) for person in people)
    return Trader(till=till, company=company, buyers=buyers)


def match_by_vat(cast: Cast, till: Till, books: Books, since: datetime) -> Trader:
    """Give a company whose VAT number both sides know, and spell differently."""
    vat = cast.vat()
    trader = open_trader(cast, till, since, vat=respelled_vat(vat, cast.random))
    address = retyped(trader.company.address, cast.random)
    site = address.email.strip().rpartition("@")[2]
    books.enter(replace(address, email=f"ledger@{site}"), since, vat=vat)
    return trader


def match_by_account(cast: Cast, till: Till, books: Books, since: datetime, **more: Any) -> Trader:
    """Give a company that the store knows by its ledger account; the ledger's email is another."""
    number = books.next_number()
    trader = open_trader(cast, till, since, account_reference=number.casefold(), **more)
    address = retyped(trader.company.address, cast.random)
    site = address.email.strip().rpartition("@")[2]
    books.enter(replace(address, email=f"ledger@{site}"), since, number=number)
    return trader


def match_by_email(cast: Cast, till: Till, books: Books, since: datetime) -> Trader:
    """Give a company that both sides know by its email alone."""
    trader = open_trader(cast, till, since)
    enter_trader(cast, trader, books, since)
    return trader


def enter_trader(cast: Cast, trader: Trader, books: Books, since: datetime, **more: Any) -> LedgerCustomer:
    """Enter a company that the store has into the master, as a clerk types it."""
    return books.enter(retyped(trader.company.address, cast.random), since, **more)
