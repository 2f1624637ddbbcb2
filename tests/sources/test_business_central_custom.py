"""Business Central: what only the merchant's own pages and settings tell: shipping, ids, privacy, the log."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest

from dev.vendors.business_central_documents import SHIPPING_ACCOUNT
from dev.vendors.facts import Account
from shared.domain.records import CreditMemo, Invoice, MasterCustomer, SalesOrder, SyncAttempt
from shared.errors import SourceError
from shared.sources import business_central_rows as rows
from shared.sources.business_central_privacy import Privacy
from shared.sources.business_central_rows import CustomerRow
from tests.sources.business_central_books import (
    BENCH,
    COMPANIES,
    NOON,
    credit_memo,
    customer,
    invoice,
    log_entry,
    sales_order,
)
from tests.sources.microsoft import Recorder
from tests.sources.shop import answering

ID = "00000000-0000-4000-8000-000000000001"
TOTALS = ("totalAmountExcludingTax", "totalTaxAmount", "totalAmountIncludingTax")


async def test_shipping_is_what_stands_on_the_accounts_that_the_options_name() -> None:
    """No header says what of a document is shipping: its lines on given accounts do (REVGAP-21)."""
    part = {"shipping": Decimal("10.50")}
    account = Account(sales_orders=[sales_order(**part)], invoices=[invoice(**part)])
    for stream, type_ in (("sales_orders", SalesOrder), ("invoices", Invoice)):
        (found,) = await BENCH.records(stream, account, shipping_numbers=[SHIPPING_ACCOUNT])
        assert isinstance(found, type_)
        assert (found.shipping_net, found.line_count, found.net) == (105_000, 2, 1_105_000)
        (unsaid,) = await BENCH.records(stream, account, shipping_numbers=[])
        assert isinstance(unsaid, type_)
        assert unsaid.shipping_net == 0


async def test_the_commerce_id_of_a_custom_page_stands_beside_the_external_document_number() -> None:
    """Pages of Microsoft's own cannot carry a field of the merchant's (REVGAP-04)."""
    numbers = [str(number) for number in range(120)]
    account = Account(
        sales_orders=[sales_order(number=each, commerce_id=f"#sh-{each}") for each in numbers],
        invoices=[invoice(number="1", commerce_id="#sh-1")],
        credit_memos=[credit_memo(number="1", commerce_id="")],
    )
    recorder = Recorder(BENCH.transport(account))
    found: list[Any] = await BENCH.records("sales_orders", recorder)
    assert {(each.number, each.commerce_reference) for each in found} == {(n, f"#SH-{n}") for n in numbers}
    assert {each.document_reference for each in found} == {"#SH-1001"}
    assert recorder.paths().count("orderCommerceIds") == 3
    assert max(len(str(request.url)) for request in recorder.requests) < 4_096
    for stream, told in (("invoices", "#SH-1"), ("credit_memos", "")):
        (document,) = await BENCH.records(stream, account)
        assert isinstance(document, Invoice | CreditMemo)
        assert document.commerce_reference == told
    (plain,) = await BENCH.records("invoices", account, commerce_id_pages={})
    assert isinstance(plain, Invoice)
    assert plain.commerce_reference == ""


async def test_a_commerce_id_page_of_another_shape_is_refused() -> None:
    """A page that does not tell the id is not one on which no document has one."""

    def answer(request: Any) -> Any:
        if request.url.path.endswith("/companies"):
            return {"value": [{"id": "1", "name": "CRONUS"}]}
        is_custom = request.url.path.endswith("CommerceIds")
        return {"value": [{"id": ID} if is_custom else {"id": ID, **dict.fromkeys(TOTALS, 1)}]}

    with pytest.raises(SourceError, match="without id and commerceId in creditMemoCommerceIds"):
        await BENCH.pages("credit_memos", answering(answer))


def _hidden(records: list[Any]) -> set[str]:
    return {each.number for each in records if isinstance(each, MasterCustomer) and each.is_privacy_blocked}


async def test_without_a_page_a_blocked_contact_is_the_hint() -> None:
    """The standard API shows the contact's box only: its customer is hidden with it (REVGAP-32)."""
    people = [customer(number="C-1", is_contact_blocked=True), customer(number="C-2")]
    account = Account(ledger_customers=people)
    assert _hidden(await BENCH.records("customers", account, privacy_page="")) == {"C-1"}
    # With the page the box of the customer itself counts, and the hint is not asked for.
    recorder = Recorder(BENCH.transport(account))
    assert _hidden(await BENCH.records("customers", recorder)) == set()
    assert "contacts" not in recorder.paths()
    assert _hidden(await BENCH.records("customers", account, privacy_page="", without=["contacts"])) == set()


@pytest.mark.parametrize(("kind", "is_hidden"), [("Company", True), ("Person", False)])
def test_a_company_is_not_hidden_with_one_of_its_people(kind: str, *, is_hidden: bool) -> None:
    """Contacts of a customer are the company itself and its people: only its like hides it."""
    contact = {"contactId": "C1", "contactType": kind}
    item = {"id": "1", "number": "C-1", "type": "Company", "contactsInformation": [contact]}
    row = CustomerRow.model_validate(item)
    assert rows.customer(row, "CRONUS", Privacy(contacts=frozenset({"c1"}))).is_privacy_blocked is is_hidden


async def test_contacts_are_asked_for_with_customers_only_where_one_is_blocked() -> None:
    """Expanding every customer costs time that most environments need not spend."""
    recorder = Recorder(BENCH.transport(Account(ledger_customers=[customer()])))
    await BENCH.records("customers", recorder, privacy_page="")
    assert not [each for each in recorder.requests if "$expand" in each.url.params]


async def test_a_contact_that_is_blocked_later_hides_a_customer_that_did_not_change() -> None:
    """Ticking the box of a contact does not move its customer's time of change (REVGAP-32)."""
    later = NOON + timedelta(days=3)
    people = [customer(number=n, modified_at=NOON) for n in ("C-1", "C-2")]
    account = Account(ledger_customers=people)
    given = {
        "privacy_page": "",
        "since": later - timedelta(minutes=10),
        "until": later + timedelta(minutes=5),
    }
    assert await BENCH.records("customers", account, **given) == []
    account.ledger_customers[0] = replace(people[0], is_contact_blocked=True, contact_modified_at=later)
    found = await BENCH.records("customers", account, **given)
    assert _hidden(found) == {"C-1"}
    assert len(found) == 2
    # An old tick is no news: then the window is kept to.
    account.ledger_customers[0] = replace(people[0], is_contact_blocked=True, contact_modified_at=NOON)
    assert await BENCH.records("customers", account, **given) == []


async def test_the_overwhelmed_server_still_tells_who_is_hidden() -> None:
    """Where expanded customers are too much, each customer's contacts are read by themselves."""
    account = Account(ledger_customers=[customer(is_contact_blocked=True)])

    def answer(request: Any) -> Any:
        return httpx.Response(504) if "$expand" in request.url.params else None

    recorder = Recorder(BENCH.transport(account), answer)
    assert _hidden(await BENCH.records("customers", recorder, privacy_page="")) == {"C-1"}


async def test_what_the_connector_passed_over_is_part_of_its_log() -> None:
    """Shopify's connector keeps skipped records apart from its log: both pages are read (REVGAP-19)."""
    account = Account(
        ledger_companies=COMPANIES,
        sync_log=[log_entry()],
        skipped=[log_entry(id="9", state="skipped", error="Customer is not mapped.")],
    )
    page = "api/tieout/connector/v1.0/skippedRecords"
    found = await BENCH.records("connector_log", account, skipped_records_page=page)
    states = [(each.state, each.error) for each in found if isinstance(each, SyncAttempt)]
    assert states == [("failed", "A field is missing."), ("skipped", "Customer is not mapped.")]
    alone = await BENCH.records("connector_log", account, skipped_records_page=page, connector_log_page="")
    assert len(alone) == 1
