"""A British machinery maker: Dataverse beside Finance & Operations (TV-DV).

47 accounts and contacts were created in the week to 9 June 2026, and 43 became customers. Of
the 4 that are stuck two lack a customer group, one was refused by a flow and one is a riddle;
3 of them have business open.
"""

from dataclasses import replace
from datetime import datetime
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from dev.vendors.facts import Account, CrmRecord
from dev.worlds.books import Books
from dev.worlds.crm import SUCCEEDED, crm_record, open_business, run
from dev.worlds.people import Cast, respelled_vat, retyped
from dev.worlds.period import Period
from dev.worlds.world import World, account_name, connection, entity, workspace

ID = "machinery-dataverse"
COMPANY = "gbsi"
OTHER_COMPANY = "usmf"
FLOW = "Promote account to Finance"
TENANT = "6a1b7a0e-54b1-4c5f-8e57-2d3c91f0aa17"
PERIOD = Period(as_of=datetime(2026, 6, 9, 18, tzinfo=ZoneInfo("Europe/London")), days=7)

PROMOTED = 43
STUCK = ("without a group", "without a group", "refused by the flow", "unexplained")
STUCK_WITH_BUSINESS = ("opportunity", "order", "opportunity", "")
"""What each of the stuck records has open."""
PROMOTED_BEFORE = 260
STUCK_BEFORE = 2
"""In scope, without a customer, but older than the window."""
OUT_OF_SCOPE = {"partner accounts": 6, "personal contacts": 5, "inactive accounts": 4}
ELSEWHERE = 30
"""Customers of the merchant's other company."""


def machinery_dataverse() -> World:
    """Build the world of the customers who were not promoted."""
    cast = Cast(seed=ID)
    books = Books(period=PERIOD, company=COMPANY)
    books.account.ledger_companies.extend((COMPANY, OTHER_COMPANY))
    crm = Account()
    for serial in range(PROMOTED + PROMOTED_BEFORE):
        _promote(cast, books, crm, is_new=serial < PROMOTED)
    _leave_stuck(cast, books, crm)
    _leave_out_of_scope(cast, books, crm)
    for _ in range(ELSEWHERE):
        since = PERIOD.long_before(cast.random, 700)
        books.enter(cast.company(), since, company=OTHER_COMPANY, number=_number(books))
    return World(
        document=_document(),
        accounts={account_name(ID, "dataverse"): crm, account_name(ID, "finance"): books.account},
    )


def _document() -> dict[str, Any]:
    return workspace(
        ID,
        "Calder & Finch Machinery",
        "dataverse_customers_not_promoted",
        PERIOD.as_of,
        entities=[
            entity("calder-finch-uk", "Calder & Finch Machinery Ltd", (COMPANY,)),
            entity("calder-finch-us", "Calder & Finch Inc", (OTHER_COMPANY,)),
        ],
        connections=[
            connection(
                ID,
                "dataverse",
                "dataverse",
                options={"tenant_id": TENANT, "host": "calderfinch.crm11.dynamics.com"},
            ),
            connection(
                ID,
                "finance",
                "finance_operations",
                options={
                    "tenant_id": TENANT,
                    "host": "calderfinch.operations.dynamics.com",
                    "companies": [COMPANY, OTHER_COMPANY],
                },
            ),
        ],
        field_map={"default_entity": "calder-finch-uk"},
    )


def _number(books: Books) -> str:
    return books.next_number().replace("C", "CUS-")


def _created(cast: Cast, books: Books, created_at: datetime, **more: Any) -> CrmRecord:
    """Give a new account, or a contact in one case of three, numbered for Finance."""
    random = cast.random
    number = _number(books)
    if random.randrange(3) == 0:
        return crm_record(
            "contact", cast.person(), created_at, random, company=COMPANY, account_number=number, **more
        )
    vat = cast.vat() if random.randrange(4) else ""
    return crm_record(
        "account", cast.company(), created_at, random, company=COMPANY, account_number=number, vat=vat, **more
    )


def _promote(cast: Cast, books: Books, crm: Account, *, is_new: bool) -> None:
    random = cast.random
    record = _created(cast, books, PERIOD.within(random) if is_new else PERIOD.long_before(random, 700))
    vat = respelled_vat(record.vat, random) if record.vat else ""
    address = retyped(record.person, random)
    books.enter(address, record.created_at, number=record.account_number, vat=vat)
    crm.crm_records.append(record)
    if is_new:
        crm.automation_runs.append(run(FLOW, record.created_at, SUCCEEDED, random))
    if random.randrange(12) == 0:
        kind = random.choice(("opportunity", "order"))
        crm.open_business.append(open_business(kind, record, random))


def _leave_stuck(cast: Cast, books: Books, crm: Account) -> None:
    random = cast.random
    for serial, (why, business) in enumerate(zip(STUCK, STUCK_WITH_BUSINESS, strict=True)):
        created_at = PERIOD.days_ago(random, len(STUCK) - serial)
        record = crm_record(
            "account",
            cast.company(),
            created_at,
            random,
            company=COMPANY,
            account_number=_number(books),
            vat=cast.vat(),
            customer_group="" if why == "without a group" else "TRADE",
        )
        crm.crm_records.append(record)
        if why == "refused by the flow":
            crm.automation_runs.append(run(FLOW, created_at, _refusal(record), random))
        if business:
            crm.open_business.append(open_business(business, record, random))
    for _ in range(STUCK_BEFORE):
        crm.crm_records.append(_created(cast, books, PERIOD.before(random, 90)))


def _refusal(record: CrmRecord) -> tuple[str, str, str]:
    text = (
        f"Create_customer_{record.account_number}: the value 'NET45' in field 'Terms of payment' "
        "is not found in the related table 'Terms of payment'."
    )
    return "failed", "BadRequest", text


def _leave_out_of_scope(cast: Cast, books: Books, crm: Account) -> None:
    random = cast.random
    for what, times in OUT_OF_SCOPE.items():
        for _ in range(times):
            record = _strange(cast, books, what, random)
            crm.crm_records.append(record)


def _strange(cast: Cast, books: Books, what: str, random: Random) -> CrmRecord:
    created_at = PERIOD.within(random)
    if what == "personal contacts":
        return crm_record("contact", cast.person(), created_at, random, company=COMPANY, is_in_scope=False)
    account = crm_record("account", cast.company(), created_at, random, company=COMPANY)
    if what == "partner accounts":
        return replace(account, is_in_scope=False)
    return replace(account, account_number=_number(books), is_active=False)
