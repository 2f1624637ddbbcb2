"""The merchant of all simulations: a shop, its ledger, the log between them, and what happens there.

Small, so that a seed takes no second: ten buyers with an order each, of whom the ledger lacks two. What
happens later is a list of changes, so that the facts of any instant can be had again from the first ones.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

from dev.faults.simulation.clock import START, instant, told
from dev.vendors import sage_intacct, sage_network, shopify, teams
from dev.vendors.facts import (
    Account,
    LedgerCustomer,
    LedgerInvoice,
    LedgerSalesOrder,
    Person,
    ShopOrder,
    SyncLogEntry,
)
from dev.worlds.names import FIRST_NAMES, LAST_NAMES, STREETS

ADDRESS = "http://127.0.0.1"
WORKSPACE = "acme"
KNOWN, UNKNOWN = 8, 2
"""How many buyers have ordered when a simulation begins: of the ledger's customers, and others."""
VENDORS = (shopify, sage_intacct, sage_network, teams)
KINDS = ("shopify", "sage_intacct", "sage_network")
SHOP, LEDGER, LOG = ACCOUNTS = ("web", "ledger", "log")
TEAMS, HOOK = "env:TEAMS", "env:HOOK"
_LONG_AGO = START - timedelta(days=300)
_NET, _TAX = Decimal(100), Decimal(20)


def person(number: int) -> Person:
    """Give a buyer; no two have anything in common."""
    first, last = FIRST_NAMES[number], LAST_NAMES[number]
    return Person(
        first_name=first,
        last_name=last,
        email=f"buyer{number}@{last.lower().replace(' ', '').replace(chr(39), '')}.example.com",
        street=f"{number + 1} {STREETS[number]} Street",
        city="Hull",
        postcode=f"HU{number} {number % 9 + 1}AB",
    )


@dataclass(frozen=True, slots=True)
class Change:
    """Something that happens at a vendor."""

    at: float
    kind: str
    subject: int
    """The number of a buyer, an order or a run."""
    other: int = 0
    """The buyer of an order."""

    def __str__(self) -> str:
        return f"{told(self.at)} {_WORDS[self.kind].format(self.subject, self.other)}"


_WORDS = {
    "order": "buyer {1} places order {0}",
    "edit": "order {0} is edited",
    "cancel": "order {0} is cancelled",
    "delete": "order {0} is deleted",
    "enter": "the ledger enters buyer {0}",
    "suspend": "the ledger makes buyer {0} inactive",
    "touch": "the ledger saves buyer {0} again",
    "remove": "the ledger removes buyer {0}",
    "take": "the ledger takes order {0} of buyer {1}",
    "invoice": "the ledger invoices order {0} of buyer {1}",
    "run": "the connector runs for the {0}. time",
}
STREAMS: Mapping[str, tuple[str, str]] = {
    "order": (SHOP, "orders"),
    "edit": (SHOP, "orders"),
    "cancel": (SHOP, "orders"),
    "delete": (SHOP, "orders"),
    "enter": (LEDGER, "customers"),
    "suspend": (LEDGER, "customers"),
    "touch": (LEDGER, "customers"),
    "remove": (LEDGER, "customers"),
    "take": (LEDGER, "sales_orders"),
    "invoice": (LEDGER, "invoices"),
    "run": (LOG, "sync_log"),
}
"""Which stream of which connection tells of a change."""
SILENT = frozenset({"delete", "remove"})
"""What no feed tells: a sweep finds it."""


def beginning() -> dict[str, Account]:
    """Give the accounts as they are when a simulation begins."""
    return {name: copied(account) for name, account in _beginning().items()}


@cache
def _beginning() -> dict[str, Account]:
    shop, ledger, log = Account(), Account(), Account()
    for number in range(KNOWN + UNKNOWN):
        shop.orders.append(_order(1_000 + number, number, START - timedelta(days=number % 6, hours=2)))
    for number in (*range(KNOWN), *range(40, 44)):
        ledger.ledger_customers.append(_customer(number, _LONG_AGO))
    for number in range(KNOWN):
        placed = shop.orders[number].placed_at
        ledger.sales_orders.append(_sales_order(1_000 + number, number, placed))
        ledger.invoices.append(_invoice(1_000 + number, number, placed))
    log.sync_log.append(_run(0, START - timedelta(hours=3)))
    return {SHOP: shop, LEDGER: ledger, LOG: log}


def copied(account: Account) -> Account:
    """Give an account whose lists are its own; facts never change."""
    lists: dict[str, Any] = {
        name: list(value) for name, value in vars(account).items() if isinstance(value, list)
    }
    return replace(account, **lists, faults=replace(account.faults))


def facts_after(changes: Iterable[Change]) -> dict[str, Account]:
    """Give the accounts as these changes, in their order, left them."""
    accounts = beginning()
    for change in changes:
        apply(accounts, change)
    return accounts


def apply(accounts: Mapping[str, Account], change: Change) -> None:
    """Let a change happen; where there is nothing that it could change, nothing does."""
    account = accounts[STREAMS[change.kind][0]]
    _APPLIED[change.kind](account, change, instant(change.at))


def _place(shop: Account, change: Change, at: datetime) -> None:
    shop.orders.append(_order(change.subject, change.other, at))


def _revise(**values: Any) -> Callable[[Account, Change, datetime], None]:
    def revise(shop: Account, change: Change, at: datetime) -> None:
        shop.orders[:] = [
            replace(each, updated_at=at, **values) if each.id == change.subject else each
            for each in shop.orders
        ]

    return revise


def _delete(shop: Account, change: Change, _: datetime) -> None:
    shop.orders[:] = [each for each in shop.orders if each.id != change.subject]


def _enter(ledger: Account, change: Change, at: datetime) -> None:
    if not any(each.number == f"C{change.subject}" for each in ledger.ledger_customers):
        ledger.ledger_customers.append(_customer(change.subject, at))


def _save(**values: Any) -> Callable[[Account, Change, datetime], None]:
    def save(ledger: Account, change: Change, at: datetime) -> None:
        ledger.ledger_customers[:] = [
            replace(each, modified_at=at, **values) if each.number == f"C{change.subject}" else each
            for each in ledger.ledger_customers
        ]

    return save


def _remove(ledger: Account, change: Change, _: datetime) -> None:
    ledger.ledger_customers[:] = [
        each for each in ledger.ledger_customers if each.number != f"C{change.subject}"
    ]


def _take(ledger: Account, change: Change, at: datetime) -> None:
    ledger.sales_orders.append(_sales_order(change.subject, change.other, at))


def _post(ledger: Account, change: Change, at: datetime) -> None:
    ledger.invoices.append(_invoice(change.subject, change.other, at))


def _log(log: Account, change: Change, at: datetime) -> None:
    log.sync_log.append(_run(change.subject, at))


_APPLIED: Mapping[str, Callable[[Account, Change, datetime], None]] = {
    "order": _place,
    "edit": _revise(net=_NET * 2, tax=_TAX * 2),
    "cancel": _revise(state="cancelled"),
    "delete": _delete,
    "enter": _enter,
    "suspend": _save(state="inactive"),
    "touch": _save(),
    "remove": _remove,
    "take": _take,
    "invoice": _post,
    "run": _log,
}


def _order(number: int, buyer: int, at: datetime) -> ShopOrder:
    return ShopOrder(
        id=number,
        number=f"#{number}",
        placed_at=at.replace(microsecond=0),
        updated_at=at,
        buyer=person(buyer),
        net=_NET,
        tax=_TAX,
    )


def _customer(buyer: int, at: datetime) -> LedgerCustomer:
    known = person(buyer)
    name = f"{known.first_name} {known.last_name}"
    return LedgerCustomer(number=f"C{buyer}", name=name, address=known, created_at=at, modified_at=at)


def _sales_order(number: int, buyer: int, at: datetime) -> LedgerSalesOrder:
    return LedgerSalesOrder(
        number=f"SO-{number}",
        reference=f"#{number}",
        customer_number=f"C{buyer}",
        customer_name=person(buyer).last_name,
        ordered_on=at.date(),
        modified_at=at,
        net=_NET,
        tax=_TAX,
    )


def _invoice(number: int, buyer: int, at: datetime) -> LedgerInvoice:
    return LedgerInvoice(
        number=f"INV-{number}",
        reference=f"#{number}",
        order_number=f"SO-{number}",
        customer_number=f"C{buyer}",
        customer_name=person(buyer).last_name,
        posted_on=at.date(),
        modified_at=at,
        net=_NET,
        tax=_TAX,
    )


def _run(number: int, at: datetime) -> SyncLogEntry:
    return SyncLogEntry(
        id=f"run-{number}",
        subject="",
        reference="",
        state="succeeded",
        started_at=at,
        finished_at=at,
    )
