"""The stores, the ledger and the people of the distributor, before anything is sold."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from dev.vendors.facts import Account, LedgerCustomer, ShopCustomer, ShopOrder, SyncLogEntry
from dev.worlds.books import Books
from dev.worlds.people import Cast, retyped
from dev.worlds.period import Period
from dev.worlds.till import Till
from dev.worlds.trade import Trader, enter_trader, open_trader

ID = "distribution-bc"
COMPANY = "Keystone Distribution"
PERIOD = Period(as_of=datetime(2026, 4, 12, 18, tzinfo=ZoneInfo("America/New_York")), days=30)
TRADE, DTC, ADOBE = "BC-PO-{id}", "SH-{number}", "ADC-PO-{number}"
"""How the ledger names each store's orders."""
RETURN = "SH-R-{}"

TRADERS_ON_BIGCOMMERCE = 200
TRADERS_ON_ADOBE = 45
BLOCKED_TRADERS = ("blocked_shipping", "blocked_invoicing", "blocked") * 3
SHOPPERS = 600
SALES_TAX = Decimal("0.07")
NO_TAX = Decimal(0)


@dataclass(frozen=True, kw_only=True)
class Known:
    """A company that the ledger knows, and as whom."""

    trader: Trader
    customer: LedgerCustomer


@dataclass(frozen=True, kw_only=True)
class Shopper:
    """A shopper whom the ledger knows, and as whom."""

    account: ShopCustomer
    customer: LedgerCustomer


@dataclass(kw_only=True)
class Scene:
    """Everyone who can buy, the stores where they do, and the ledger."""

    cast: Cast = field(default_factory=lambda: Cast(seed=ID, country="US"))

    def __post_init__(self) -> None:
        self.random = self.cast.random
        self.trade = Till(
            period=PERIOD, currency="USD", tax_rate=NO_TAX, reference=TRADE, first_number=2_060_000
        )
        self.dtc = Till(
            period=PERIOD,
            currency="USD",
            tax_rate=SALES_TAX,
            reference=DTC,
            number="#{}",
            first_number=9_820_000,
            id_offset=6_100_000_000_000,
        )
        self.adobe = Till(
            period=PERIOD,
            currency="USD",
            tax_rate=NO_TAX,
            reference=ADOBE,
            number="{:09}",
            first_number=51_000,
        )
        ledger = Account(local_currency="USD", ledger_companies=[COMPANY])
        self.books = Books(period=PERIOD, account=ledger, company=COMPANY)
        self.traders = [self.known(self.trade) for _ in range(TRADERS_ON_BIGCOMMERCE)]
        self.traders += [self.known(self.adobe) for _ in range(TRADERS_ON_ADOBE)]
        self.blocked = [self.known(self.trade, state=state) for state in BLOCKED_TRADERS]
        self.shoppers = [self._shopper() for _ in range(SHOPPERS)]

    def known(self, till: Till, name: str = "", **more: Any) -> Known:
        """Bring in a company that the store and the ledger know."""
        since = PERIOD.long_before(self.random, 900)
        number = self.books.next_number()
        trader = open_trader(self.cast, till, since, name, account_reference=number)
        customer = enter_trader(self.cast, trader, self.books, since, number=number, **more)
        return Known(trader=trader, customer=customer)

    def unknown(self, till: Till, name: str = "") -> Trader:
        """Bring in a company that the ledger does not know."""
        return open_trader(self.cast, till, PERIOD.before(self.random, 20), name)

    def _shopper(self) -> Shopper:
        since, person = PERIOD.long_before(self.random, 900), self.cast.person()
        account = self.dtc.customer(person, since)
        return Shopper(account=account, customer=self.books.enter(retyped(person, self.random), since))

    def days_ago(self, fewest: int, most: int) -> datetime:
        """Draw an instant between so many and so many days before the last day."""
        return PERIOD.days_ago(self.random, self.random.randint(fewest, most))

    def soon_after(self, order: ShopOrder, days: int) -> date:
        """Draw a day up to so many days after an order, and not after the last one."""
        placed_on = PERIOD.local_day(order.placed_at)
        return min(placed_on + timedelta(days=self.random.randint(0, days)), PERIOD.as_of.date())

    def log(self, reference: str, state: str, started_at: datetime, **more: Any) -> None:
        """Write down an attempt of the connector to create a sales order."""
        log = self.books.account.sync_log
        entry = SyncLogEntry(
            id=str(880_001 + len(log)),
            subject="order",
            reference=reference,
            state=state,
            started_at=started_at,
            finished_at=started_at + timedelta(seconds=2),
            **more,
        )
        log.append(entry)
