"""A British gift merchant: Shopify and a BigCommerce trade portal beside Sage Intacct (TV-SAGE-ABS).

In the week to 14 April 2026 Intacct lacks 34 customers with 51 orders: 21 new shoppers, 6 who
came back with another email, 5 new companies, and 2 companies whose VAT number was not keyed.
"""

from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from dev.vendors.bigcommerce_requests import ACCOUNT_FIELD, VAT_FIELD
from dev.worlds.amounts import amount
from dev.worlds.books import WEB_SALES, Books
from dev.worlds.people import Cast, respelled_vat, retyped
from dev.worlds.period import Period
from dev.worlds.till import Buyer, Till
from dev.worlds.trade import Trader, match_by_account, match_by_email, match_by_vat, open_trader
from dev.worlds.world import TEAMS_CHANNEL, World, account_name, connection, entity, mail, workspace

ID = "gifts-sage"
PERIOD = Period(as_of=datetime(2026, 4, 14, 18, tzinfo=ZoneInfo("Europe/London")), days=7)

NEW_SHOPPERS = 21
"""Each has one order."""
CHANGED_EMAIL_ORDERS = (2, 2, 2, 1, 1, 1)
NEW_COMPANY_ORDERS = (4, 3, 3, 2, 2)
VAT_NOT_KEYED_ORDERS = (4, 3)
MATCHED_SHOPPERS = 330
MATCHED_COMPANIES = {match_by_vat: 34, match_by_account: 10, match_by_email: 6}
ORDERS_BEFORE = 90
NOT_COUNTED = {"test": 6, "cancelled": 11, "abandoned": 9}
"""Orders in the week by people whom Intacct does not know, and who did not really buy."""
REFUNDED = 5
DORMANT = 120


def gifts_sage() -> World:
    """Build the world of the absent Sage customers."""
    cast = Cast(seed=ID)
    shop = Till(period=PERIOD, number="#{}", first_number=41_000, id_offset=5_300_000_000_000)
    portal = Till(period=PERIOD, first_number=12_000)
    books = Books(period=PERIOD)
    books.hold(PERIOD.long_before(cast.random, 900))
    _sell_to_matched_shoppers(cast, shop, books)
    _sell_to_matched_companies(cast, portal, books)
    _sell_to_absent_shoppers(cast, shop, books)
    _sell_to_absent_companies(cast, portal, books)
    _sell_what_does_not_count(cast, shop)
    for _ in range(DORMANT):
        state = cast.random.choice(("active", "active", "inactive", "on_hold"))
        books.enter(cast.person(), PERIOD.long_before(cast.random, 900), state=state)
    return World(
        document=_document(),
        accounts={
            account_name(ID, "web-shop"): shop.account,
            account_name(ID, "trade-portal"): portal.account,
            account_name(ID, "intacct"): books.account,
        },
    )


def _document() -> dict[str, Any]:
    return workspace(
        ID,
        "Larkspur Gifts",
        "ecom_customers_absent_from_sage",
        PERIOD.as_of,
        entities=[entity("larkspur-uk", "Larkspur Gifts Ltd", ())],
        connections=[
            connection(ID, "web-shop", "shopify", options={"shop": "larkspur-gifts"}),
            connection(
                ID,
                "trade-portal",
                "bigcommerce",
                options={"store_hash": "lksp7r2gft", "has_b2b_edition": True},
            ),
            connection(ID, "intacct", "sage_intacct", options={"username": "tieout@LarkspurGifts"}),
        ],
        card_settings={"b2b_threshold": 0},
        recipients={
            "finance": {"email": ["finance@larkspur.example"], "teams": [TEAMS_CHANNEL]},
            "owner": {"email": ["owner@larkspur.example"], "minimum_severity": "critical"},
        },
        notifications={"mail": mail("alerts@larkspur.example", "larkspur.example")},
        field_map={
            "default_entity": "larkspur-uk",
            "vat_field": VAT_FIELD,
            "account_reference_field": ACCOUNT_FIELD,
            "holding_customers": [WEB_SALES],
        },
    )


def _sell_to_matched_shoppers(cast: Cast, shop: Till, books: Books) -> None:
    random = cast.random
    buyers: list[Buyer] = []
    for serial in range(MATCHED_SHOPPERS):
        person, since = cast.person(), PERIOD.long_before(random, 700)
        books.enter(retyped(person, random), since)
        buyers.append(person if random.randrange(4) == 0 else shop.customer(person, since))
        order = shop.sell(buyers[-1], PERIOD.within(random), amount(random, 12, 140))
        if serial < REFUNDED:
            shop.refund_all(order)
    for buyer in random.choices(buyers, k=MATCHED_SHOPPERS // 8):
        shop.sell(buyer, PERIOD.within(random), amount(random, 12, 140))
    for buyer in random.choices(buyers, k=ORDERS_BEFORE):
        shop.sell(buyer, PERIOD.before(random, 40), amount(random, 12, 140))


def _sell_to_matched_companies(cast: Cast, portal: Till, books: Books) -> None:
    for match, times in MATCHED_COMPANIES.items():
        for _ in range(times):
            trader = match(cast, portal, books, PERIOD.long_before(cast.random, 600))
            _buy(cast, trader, cast.random.randint(1, 4))
            trader.buy(cast, PERIOD.before(cast.random, 40))


def _sell_to_absent_shoppers(cast: Cast, shop: Till, books: Books) -> None:
    random = cast.random
    for serial in range(NEW_SHOPPERS):
        person, placed_at = cast.person(), PERIOD.within(random)
        buyer = person if serial % 4 == 0 else shop.customer(person, placed_at)
        shop.sell(buyer, placed_at, amount(random, 12, 140))
    for times in CHANGED_EMAIL_ORDERS:
        person, since = cast.person(), PERIOD.long_before(random, 700)
        before = replace(person, email=person.email.replace("@", f".{random.randint(1960, 2004)}@"))
        books.enter(retyped(before, random), since)
        buyer = shop.customer(person, since)
        shop.sell(buyer, PERIOD.before(random, 40), amount(random, 12, 140), buyer=before)
        for _ in range(times):
            shop.sell(buyer, PERIOD.within(random), amount(random, 12, 140))


def _sell_to_absent_companies(cast: Cast, portal: Till, books: Books) -> None:
    """Ring up the companies' orders; one that is new stands under the holding account for now."""
    random = cast.random
    for serial, times in enumerate(NEW_COMPANY_ORDERS):
        vat = respelled_vat(cast.vat(), random)
        account = WEB_SALES if serial == 0 else ""
        since = PERIOD.days_ago(random, PERIOD.days + serial)
        _buy(cast, open_trader(cast, portal, since, vat=vat, account_reference=account), times)
    for times in VAT_NOT_KEYED_ORDERS:
        vat = respelled_vat(cast.vat(), random)
        _buy(cast, match_by_account(cast, portal, books, PERIOD.long_before(random, 300), vat=vat), times)


def _buy(cast: Cast, trader: Trader, times: int) -> None:
    for _ in range(times):
        trader.buy(cast, PERIOD.within(cast.random))


def _sell_what_does_not_count(cast: Cast, shop: Till) -> None:
    random = cast.random
    for state, times in NOT_COUNTED.items():
        for _ in range(times):
            shop.sell(cast.person(), PERIOD.within(random), amount(random, 12, 140), state=state)
    for _ in range(NEW_SHOPPERS):
        shop.sell(cast.person(), PERIOD.before(random, 40), amount(random, 12, 140))
