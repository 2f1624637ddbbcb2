"""A British supplements brand: Shopify into Business Central by way of Dataverse (TV-D365-ABS).

1,284 buyers ordered in the week to 11 June 2026. The ledger knows 1,261 of them; for 23 the
flow that creates customers did not do its work, and their 23 orders cannot be invoiced.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from dev.vendors.facts import Account, Person
from dev.worlds.amounts import amount
from dev.worlds.books import Books
from dev.worlds.crm import SUCCEEDED, crm_record, run
from dev.worlds.people import Cast, retyped
from dev.worlds.period import Period
from dev.worlds.till import Buyer, Till
from dev.worlds.world import CUSTOM_PAGES, World, account_name, connection, entity, workspace

ID = "supplements-d365"
COMPANY = "Verdant Supplements UK"
COMPANY_CODE = "VERD"
"""What Dataverse calls the company."""
TENANT = "0d7f3c52-6f0e-4b7e-9a53-0f1f5a1c7e01"
FLOW = "Create BC customer"
PERIOD = Period(as_of=datetime(2026, 6, 11, 18, tzinfo=ZoneInfo("Europe/London")), days=7)

MATCHED_BY_EMAIL = 1_249
MATCHED_BY_NAME_AND_ADDRESS = 12
ABSENT = 23
ABSENT_WITH_RUN = 15
"""Absent buyers whose order is followed by a failed or skipped run of the flow."""
ABSENT_IN_DATAVERSE = 6
REPEAT_ORDERS = 236
ORDERS_BEFORE = 136
NOT_COUNTED = {"test": 12, "cancelled": 14, "abandoned": 18}
"""Orders in the week by buyers whom the ledger does not know, and who did not really buy."""
REFUNDED = 9
DORMANT = 140
"""Customers in the master who buy nothing here."""

_EVERY = timedelta(hours=7)
_MISSPELT, _WITHOUT_EMAIL = 17, 22
"""Which of the absent buyers mistyped an email that the ledger knows, and which gave none."""
_FAILURES = (
    ("failed", "BadRequest", "Create_customer: the field Gen. Bus. Posting Group must have a value."),
    ("failed", "429", "Create_customer: too many requests. Retry after 10 seconds; no retries are left."),
    ("failed", "ActionFailed", "Create_customer: the request timed out after 120 seconds."),
    ("skipped", "ActionSkipped", "Create_customer was skipped: Get_country did not succeed."),
)


def supplements_d365() -> World:
    """Build the world of the absent D365 customers."""
    cast = Cast(seed=ID)
    shop = Till(period=PERIOD, number="#{}", first_number=310_000, id_offset=5_700_000_000_000)
    books = Books(period=PERIOD, company=COMPANY)
    books.account.ledger_companies.append(COMPANY)
    crm = Account()
    _sell_to_matched(cast, shop, books, crm)
    _sell_to_absent(cast, shop, books, crm)
    _sell_what_does_not_count(cast, shop)
    for _ in range(DORMANT):
        state = cast.random.choice(("active", "active", "active", "blocked", "inactive"))
        books.enter(cast.person(), PERIOD.long_before(cast.random, 600), state=state)
    return World(
        document=_document(),
        accounts={
            account_name(ID, "web-shop"): shop.account,
            account_name(ID, "ledger"): books.account,
            account_name(ID, "dataverse"): crm,
        },
    )


def _document() -> dict[str, Any]:
    return workspace(
        ID,
        "Verdant Supplements",
        "ecom_customers_absent_from_d365",
        PERIOD.as_of,
        entities=[entity("verdant-uk", "Verdant Supplements Ltd", (COMPANY, COMPANY_CODE))],
        connections=[
            connection(ID, "web-shop", "shopify", options={"shop": "verdant-supplements"}),
            connection(
                ID,
                "ledger",
                "business_central",
                options={"tenant_id": TENANT, "companies": [COMPANY], **CUSTOM_PAGES},
            ),
            connection(
                ID,
                "dataverse",
                "dataverse",
                options={
                    "tenant_id": TENANT,
                    "host": "verdant.crm11.dynamics.com",
                },
            ),
        ],
        field_map={"default_entity": "verdant-uk"},
    )


def _sell_to_matched(cast: Cast, shop: Till, books: Books, crm: Account) -> None:
    random = cast.random
    buyers: list[Buyer] = []
    for serial in range(MATCHED_BY_EMAIL + MATCHED_BY_NAME_AND_ADDRESS):
        person = cast.person()
        known_since = PERIOD.long_before(random, 500)
        entered = retyped(person, random)
        if serial >= MATCHED_BY_EMAIL:
            entered = replace(
                entered, email=f"{person.last_name.casefold()}{serial}@example.org".replace("'", "")
            )
        books.enter(entered, known_since)
        if serial % 8 == 0:
            crm.crm_records.append(crm_record("contact", person, known_since, random, company=COMPANY_CODE))
        buyer = person if random.randrange(3) == 0 else shop.customer(person, known_since)
        buyers.append(buyer)
        order = shop.sell(buyer, PERIOD.within(random), amount(random, 14, 95))
        if serial % 15 == 0:
            crm.automation_runs.append(run(FLOW, order.placed_at, SUCCEEDED, random))
        if serial < REFUNDED:
            shop.refund_all(order)
    for buyer in random.choices(buyers, k=REPEAT_ORDERS):
        shop.sell(buyer, PERIOD.within(random), amount(random, 14, 95))
    for buyer in random.choices(buyers, k=ORDERS_BEFORE):
        shop.sell(buyer, PERIOD.before(random, 30), amount(random, 14, 95))


def _sell_to_absent(cast: Cast, shop: Till, books: Books, crm: Account) -> None:
    """Ring up one order each, hours apart, so that a run can be told to belong to an order."""
    random = cast.random
    for serial in range(ABSENT):
        placed_at = PERIOD.start + _EVERY * serial + timedelta(minutes=random.randrange(50))
        person = cast.person()
        if serial == _MISSPELT:
            person = _misspell(person, books, random)
        if serial == _WITHOUT_EMAIL:
            person = replace(person, email="", phone="")
        is_guest = serial % 3 == 1 or not person.email
        buyer = person if is_guest else shop.customer(person, placed_at)
        order = shop.sell(buyer, placed_at, amount(random, 18, 120))
        if serial < ABSENT_WITH_RUN:
            outcome = _FAILURES[serial % len(_FAILURES)]
            crm.automation_runs.append(run(FLOW, order.placed_at, outcome, random))
        if serial % 4 == 0:
            crm.crm_records.append(
                crm_record("contact", person, placed_at + timedelta(minutes=1), random, company=COMPANY_CODE)
            )


def _misspell(person: Person, books: Books, random: Random) -> Person:
    """Enter a customer who has moved since, and give her as she orders: two letters changed places."""
    known = replace(person, first_name="Ann", last_name="Whitfield", email="ann.whitfield@example.com")
    moved = replace(known, street="2 Old Wharf", city="Hull", postcode="HU1 2AB")
    books.enter(moved, PERIOD.long_before(random, 400))
    return replace(known, email="ann.whitfeild@example.com")


def _sell_what_does_not_count(cast: Cast, shop: Till) -> None:
    random = cast.random
    for state, times in NOT_COUNTED.items():
        for _ in range(times):
            shop.sell(cast.person(), PERIOD.within(random), amount(random, 14, 95), state=state)
    for _ in range(ABSENT):
        shop.sell(cast.person(), PERIOD.before(random, 30), amount(random, 14, 95))
