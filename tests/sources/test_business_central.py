"""Business Central: customers, approvals, rates and log lines come out exact."""

from decimal import Decimal
from typing import Any

import httpx
import pytest

from dev.vendors.facts import Account, LedgerRate
from shared.domain.records import (
    Approval,
    ExchangeRate,
    MasterCustomer,
    SyncAttempt,
)
from shared.sources.business_central_fields import decode
from shared.sources.business_central_privacy import Privacy
from shared.sources.business_central_rows import CustomerRow
from shared.sources.business_central_rows import customer as master_customer
from tests.sources.business_central_books import (
    BENCH,
    COMPANIES,
    DAY,
    approval,
    customer,
    log_entry,
    record_id,
)
from tests.sources.shop import answering


async def test_a_customer_comes_out_exact() -> None:
    """A customer's keys are normalised; the country stands in front of its VAT number."""
    expected = MasterCustomer(
        id=record_id("customer", "CRONUS", "C-1"),
        number="C-1",
        company="CRONUS",
        state="active",
        email="books@invented.example",
        vat="GB123456789",
        account_reference="C-1",
        phone="+442079460018",
        postcode="N19GU",
        name="invented tools",
        street="1 nowhere street",
        modified_at="2026-04-14T12:00:00Z",
        display_name="Invented Tools Ltd",
        city="London",
        country="GB",
    )
    assert [expected] == await BENCH.records("customers", Account(ledger_customers=[customer()]))


@pytest.mark.parametrize(
    ("told", "state"),
    [
        ("_x0020_", "active"),
        ("", "active"),
        (None, "active"),
        ("Ship", "blocked_shipping"),
        ("Invoice", "blocked_invoicing"),
        ("All", "blocked"),
        ("Something_x0020_New", "on_hold"),
    ],
)
def test_a_block_is_told_apart_by_what_it_stops(told: str | None, state: str) -> None:
    """What is not known is a hold, never an active customer (REVGAP-18)."""
    row = CustomerRow.model_validate({"id": "1", "number": "1", "blocked": told})
    assert master_customer(row, "CRONUS", Privacy()).state == state


async def test_privacy_is_told_by_the_custom_page_in_each_company() -> None:
    """The same number in another company is another customer (REVGAP-32)."""
    people = [
        customer(company=COMPANIES[0], is_privacy_blocked=True),
        customer(company=COMPANIES[1]),
        customer(company=COMPANIES[1], number="C-2", is_privacy_blocked=True),
    ]
    account = Account(ledger_companies=COMPANIES, ledger_customers=people)
    found = await BENCH.records("customers", account, page_size=1)
    blocked = {(r.company, r.number) for r in found if isinstance(r, MasterCustomer) and r.is_privacy_blocked}
    assert {(COMPANIES[0], "C-1"), (COMPANIES[1], "C-2")} == blocked
    unasked = await BENCH.records("customers", account, privacy_page="")
    assert not any(isinstance(r, MasterCustomer) and r.is_privacy_blocked for r in unasked)


@pytest.mark.parametrize("state", ["open", "approved", "rejected", "cancelled"])
async def test_an_approval_comes_out_exact(state: str) -> None:
    """A request's clock starts when it was sent (REVGAP-17)."""
    expected = Approval(
        id=record_id("approval", "CRONUS", "1"),
        company="CRONUS",
        document_number="SO-1",
        state=state,
        requested_at="2026-04-14T12:00:00Z",
    )
    assert [expected] == await BENCH.records("approvals", Account(approvals=[approval(state=state)]))


@pytest.mark.parametrize("rate", ["0.85", "0.0052", "7.4"])
async def test_a_rate_is_the_worth_of_one_unit(rate: str) -> None:
    """Rates told for a hundred units are divided (REVGAP-23)."""
    expected = ExchangeRate(
        id=record_id("rate", "CRONUS", "JPY", "2026-04-14"),
        company="CRONUS",
        currency="JPY",
        base_currency="GBP",
        starts_on="2026-04-14",
        rate=rate,
    )
    account = Account(rates=[LedgerRate(currency="JPY", starts_on=DAY, rate=Decimal(rate))])
    assert [expected] == await BENCH.records("exchange_rates", account)


async def test_a_line_of_the_connector_s_log_comes_out_exact() -> None:
    """The log's error is carried with its code and field (REVGAP-19)."""
    expected = SyncAttempt(
        id=record_id("log", "CRONUS", "1"),
        subject="order",
        reference="SH-1001",
        state="failed",
        started_at="2026-04-14T12:00:00Z",
        finished_at="2026-04-14T12:01:00Z",
        error_code="MISSING",
        error_field="VAT Registration No.",
        error="A field is missing.",
    )
    assert [expected] == await BENCH.records("connector_log", Account(sync_log=[log_entry()]))


async def test_a_running_whole_run_has_no_end_and_no_subject() -> None:
    """A blank subject stays blank, and a blank time is none."""
    account = Account(sync_log=[log_entry(subject="", state="running")])
    (found,) = await BENCH.records("connector_log", account)
    assert isinstance(found, SyncAttempt)
    assert (found.subject, found.state, found.finished_at) == ("", "running", "")


async def test_a_partner_s_log_page_may_name_its_fields_otherwise() -> None:
    """What is renamed is asked for by its own name; an entry number is made unique by its company."""
    asked: list[str] = []

    def tell(request: httpx.Request) -> Any:
        if request.url.path.endswith("/companies"):
            return {"value": [{"id": "1", "name": "CRONUS"}]}
        asked.append(request.url.params["$filter"])
        entry = {"entryNo": 7, "subject": "Sales_x0020_Order", "reference": "SH-7", "status": "Error"}
        return {"value": [{**entry, "loggedAt": "2026-04-14T12:00:00Z"}]}

    fields = {"id": "entryNo", "startedAt": "loggedAt"}
    (found,) = await BENCH.records("connector_log", answering(tell), connector_log_fields=fields)
    expected = SyncAttempt(
        id="CRONUS|7", subject="order", reference="SH-7", state="failed", started_at="2026-04-14T12:00:00Z"
    )
    assert expected == found
    assert asked == ["loggedAt lt 2026-05-01T09:00:00Z"]


@pytest.mark.parametrize(
    ("told", "word"), [("In_x0020_Review", "In Review"), ("_x0020_", ""), ("Open", "Open"), (None, "")]
)
def test_an_enumeration_s_word_is_decoded(told: str | None, word: str) -> None:
    """Marks that a name cannot hold are sent as their code."""
    assert decode(told) == word
