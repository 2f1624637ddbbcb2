"""A British wholesaler: BigCommerce and Adobe Commerce, synchronised into Sage Intacct (TV-SAGE-CM).

In the week to 14 April 2026 Intacct lacks 14 companies with 39 active orders: 6 that the sync
never tried, 4 that it tried and saw refused for one missing field, 3 that opened their account
after the last run, and 1 that was merged into another.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from dev.vendors.bigcommerce_requests import ACCOUNT_FIELD, VAT_FIELD
from dev.vendors.facts import Account, SyncLogEntry
from dev.worlds.amounts import amount
from dev.worlds.books import WEB_SALES, Books
from dev.worlds.people import Cast, respelled_vat
from dev.worlds.period import Period
from dev.worlds.till import Till
from dev.worlds.trade import Trader, match_by_account, match_by_email, match_by_vat, open_trader
from dev.worlds.world import World, account_name, connection, entity, workspace

ID = "wholesale-sage"
PERIOD = Period(as_of=datetime(2026, 4, 14, 18, tzinfo=ZoneInfo("Europe/London")), days=7)

NEVER_SYNCED_ORDERS = (5, 4, 3, 3, 2, 2)
NEVER_SYNCED_ON_ADOBE = 2
FAILED_ORDERS = (4, 3, 2, 2)
LAGGING_ORDERS = (3, 2, 2)
MERGED_ORDERS = (2,)
MATCHED_ON_BIGCOMMERCE = {match_by_vat: 24, match_by_account: 10, match_by_email: 4}
MATCHED_ON_ADOBE = {match_by_vat: 18, match_by_email: 4}
SHOPPERS = 7
"""People without a company, on each store, whom Intacct does not know either."""
DORMANT = 80

RUN_TIMES = (time(2), time(6), time(22))
"""When the sync runs, in local time: every four hours of the night."""
RUN_DAYS = 10
MISSING_FIELD = "VAT registration number"
_REFUSED = {
    "state": "failed",
    "error_code": "REQUIRED_FIELD",
    "error_field": MISSING_FIELD,
    "error": f"Customer not created: the mandatory field '{MISSING_FIELD}' has no value.",
}


def wholesale_sage() -> World:
    """Build the world of the companies that the sync left behind."""
    cast = Cast(seed=ID)
    portal = Till(period=PERIOD, first_number=8_000)
    adobe = Till(period=PERIOD, number="{:09}", first_number=21_000)
    books = Books(period=PERIOD)
    books.hold(PERIOD.long_before(cast.random, 900))
    for till, matches in ((portal, MATCHED_ON_BIGCOMMERCE), (adobe, MATCHED_ON_ADOBE)):
        for match, times in matches.items():
            for _ in range(times):
                trader = match(cast, till, books, PERIOD.long_before(cast.random, 600))
                _buy(cast, trader, cast.random.randint(1, 4))
                trader.buy(cast, PERIOD.before(cast.random, 40))
    failed = _sell_to_absent(cast, portal, adobe)
    _sell_what_does_not_count(cast, portal, adobe)
    for _ in range(DORMANT):
        state = cast.random.choice(("active", "active", "inactive"))
        books.enter(cast.company(), PERIOD.long_before(cast.random, 900), vat=cast.vat(), state=state)
    return World(
        document=_document(),
        accounts={
            account_name(ID, "trade-portal"): portal.account,
            account_name(ID, "adobe"): adobe.account,
            account_name(ID, "intacct"): books.account,
            account_name(ID, "sage-network"): Account(sync_log=list(_sync_log(cast, failed))),
        },
    )


def _document() -> dict[str, Any]:
    return workspace(
        ID,
        "Brackenridge Wholesale",
        "ecom_b2b_customers_absent_from_sage_master",
        PERIOD.as_of,
        entities=[entity("brackenridge-uk", "Brackenridge Wholesale Ltd", ())],
        connections=[
            connection(
                ID,
                "trade-portal",
                "bigcommerce",
                options={"store_hash": "brkr9whl4s", "has_b2b_edition": True},
            ),
            connection(
                ID,
                "adobe",
                "adobe_commerce",
                options={"host": "wholesale.brackenridge.example", "flavour": "paas"},
            ),
            connection(ID, "intacct", "sage_intacct", options={"username": "tieout@Brackenridge"}),
            connection(ID, "sage-network", "sage_network"),
        ],
        field_map={
            "default_entity": "brackenridge-uk",
            "vat_field": VAT_FIELD,
            "account_reference_field": ACCOUNT_FIELD,
            "holding_customers": [WEB_SALES],
        },
    )


def _sell_to_absent(cast: Cast, portal: Till, adobe: Till) -> list[Trader]:
    """Ring up what the 14 companies order, and give those that the sync was refused."""
    random = cast.random
    for serial, times in enumerate(NEVER_SYNCED_ORDERS):
        till = adobe if serial < NEVER_SYNCED_ON_ADOBE else portal
        since = PERIOD.days_ago(random, PERIOD.days + serial)
        _buy(cast, open_trader(cast, till, since, vat=respelled_vat(cast.vat(), random)), times)
    for serial, times in enumerate(LAGGING_ORDERS):
        opened = datetime.combine(PERIOD.as_of, time(8 + serial, 12), PERIOD.as_of.tzinfo).astimezone(UTC)
        trader = open_trader(cast, portal, opened, vat=respelled_vat(cast.vat(), random))
        for turn in range(1, times + 1):
            trader.buy(cast, opened + timedelta(minutes=95 * turn + random.randrange(60)))
    for times in MERGED_ORDERS:
        since = PERIOD.long_before(random, 600)
        vat = respelled_vat(cast.vat(), random)
        _buy(cast, open_trader(cast, adobe, since, vat=vat, state="retired"), times)
    failed = []
    for serial, times in enumerate(FAILED_ORDERS):
        since = PERIOD.days_ago(random, PERIOD.days + serial)
        trader = open_trader(cast, portal, since, account_reference=f"TRD-0{serial + 871}")
        _buy(cast, trader, times)
        failed.append(trader)
    return failed


def _buy(cast: Cast, trader: Trader, times: int) -> None:
    for _ in range(times):
        trader.buy(cast, PERIOD.within(cast.random))


def _sell_what_does_not_count(cast: Cast, portal: Till, adobe: Till) -> None:
    """Ring up shoppers, and companies that Intacct lacks but that have no active order in the week."""
    random = cast.random
    for till in (portal, adobe):
        for _ in range(SHOPPERS):
            till.sell(cast.person(), PERIOD.within(random), amount(random, 20, 300))
        idle, withdrawn, returned = (
            open_trader(cast, till, PERIOD.long_before(random, 300), vat=cast.vat()) for _ in range(3)
        )
        idle.buy(cast, PERIOD.before(random, 40))
        withdrawn.buy(cast, PERIOD.within(random), state="cancelled")
        till.refund_all(returned.buy(cast, PERIOD.within(random)))
    open_trader(cast, portal, PERIOD.before(random, 90), vat=cast.vat()).buy(
        cast, PERIOD.within(random), state="abandoned"
    )


def _sync_log(cast: Cast, failed: list[Trader]) -> Iterator[SyncLogEntry]:
    """Give the runs up to this morning, and in each the companies that it was refused."""
    serials = count(55_001)
    today = PERIOD.as_of.date()
    days = [today - timedelta(days=back) for back in range(RUN_DAYS, -1, -1)]
    local = [datetime.combine(day, hour, PERIOD.as_of.tzinfo) for day in days for hour in RUN_TIMES]
    for started_at in (moment.astimezone(UTC) for moment in local if moment < PERIOD.as_of):
        took = timedelta(seconds=cast.random.randint(150, 420))
        yield SyncLogEntry(
            id=str(next(serials)),
            subject="",
            reference="",
            state="succeeded",
            started_at=started_at,
            finished_at=started_at + took,
        )
        for place, trader in enumerate(failed):
            if trader.company.created_at < started_at:
                tried_at = started_at + timedelta(seconds=20 + 7 * place)
                yield SyncLogEntry(
                    id=str(next(serials)),
                    subject="customer",
                    reference=trader.company.account_reference,
                    started_at=tried_at,
                    finished_at=tried_at + timedelta(seconds=2),
                    **_REFUSED,
                )
