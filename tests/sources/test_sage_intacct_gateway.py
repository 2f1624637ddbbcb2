"""The XML gateway: the same records as by REST, in the user's own dates, and deletions besides."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dev.vendors.facts import Account, LedgerDeletion
from shared.errors import ConfigurationError
from shared.sources.sage_intacct_options import SageIntacctOptions
from shared.sources.source import Page
from tests.sources.sage_intacct_company import (
    BY_XML,
    MINUTE,
    NOON,
    OPTIONS,
    STREAMS,
    all_of,
    by_xml,
    customer,
    invoice,
    memo,
    order,
    pages,
    pulling,
)

every_stream = pytest.mark.parametrize("stream", STREAMS)


def company() -> Account:
    """Give a company in whose documents the gateway tells as much as the REST API."""
    day = date(2026, 4, 12)
    states = ("active", "inactive", "on_hold", "blocked")
    return Account(
        ledger_customers=[customer(f"C-{n}", state=state) for n, state in enumerate(states)],
        sales_orders=[
            order(number=f"SO-{state}", state=state, tax=Decimal(0), shipped_on=None)
            for state in ("draft", "pending_approval", "released", "invoiced", "closed", "cancelled")
        ],
        invoices=[
            invoice(number=f"I-{n}", order_number="", state=each)
            for n, each in enumerate(("draft", "posted", "cancelled"))
        ],
        credit_memos=[memo(number=f"CM-{n}", posted_on=day) for n in range(3)],
    )


def shifted(offset: str) -> Account:
    """Give that company, read by a user at this distance from UTC."""
    account = company()
    account.formatting = {"gmtoffset": offset}
    return account


@every_stream
async def test_both_ways_in_give_the_same_records(stream: str) -> None:
    """What the gateway gives is what the REST API gives, field by field, states and dates included."""
    by_rest = all_of(await pages(company(), stream))
    assert by_rest == all_of(await by_xml(company(), stream))
    assert len(by_rest) >= 3


@given(hours=st.integers(-12, 14), minutes=st.sampled_from([0, 30, 45]))
async def test_the_users_distance_from_utc_changes_nothing(hours: int, minutes: int) -> None:
    """Times come in the user's own zone, and windows are asked for in it: the instants stay the same."""
    offset = f"{hours:+03}{minutes:02}"
    window = {"since": NOON, "until": NOON + MINUTE}
    found = all_of(await by_xml(shifted(offset), **window))
    assert found == all_of(await by_xml(company(), **window))
    assert len(found) == 4


@pytest.mark.parametrize(
    ("written", "named"),
    [
        ({"locale": "en_GB"}, "locale"),
        ({"clock": "12"}, "clock"),
        ({"dateformat": "/dmY"}, "dateformat"),
        ({"dateformat": "/dmY", "clock": "12"}, "clock, dateformat"),
    ],
)
async def test_dates_that_could_be_misread_stop_the_pull(written: dict[str, str], named: str) -> None:
    """The fourth of May could be read as the fifth of April, so other ways to write are refused by name."""
    account = company()
    account.formatting = written
    with pytest.raises(ConfigurationError, match=named):
        await by_xml(account)


@pytest.mark.parametrize("size", [1, 2, 3])
async def test_a_pull_resumes_from_each_cursor(size: int) -> None:
    """A pull that goes on at a page's cursor reads exactly the rest, deletions included."""
    account = company()
    account.deletions = [
        LedgerDeletion(kind="customer", number=f"X-{n}", deleted_at=NOON + n * MINUTE) for n in range(5)
    ]
    given: dict[str, Any] = {
        "options": BY_XML.model_copy(update={"page_size": size}),
        "since": NOON - MINUTE,
        "until": NOON + 9 * MINUTE,
    }
    whole = await by_xml(account, **given)
    assert sum(len(page.deleted) for page in whole) == 5
    for done, page in enumerate(whole[:-1], start=1):
        assert await by_xml(account, **given, cursor=page.cursor) == whole[done:]


@every_stream
async def test_deletions_of_the_window_are_named(stream: str) -> None:
    """The audit trail names what was deleted by its record number, behind which `--REC` stands."""
    kinds = {
        "customers": "customer",
        "sales_orders": "order",
        "invoices": "invoice",
        "credit_memos": "adjustment",
    }
    account = company()
    before = [record.id for record in all_of(await by_xml(account, stream))]
    number = all_of(await by_xml(account, stream))[0].number
    owner = all_of(await by_xml(account, stream))[0].company
    account.deletions = [
        LedgerDeletion(kind=kind, number=number, company=owner, deleted_at=at)
        for kind, at in ((kinds[stream], NOON), ("customer" if stream == "invoices" else "invoice", NOON))
    ]
    found = await by_xml(account, stream, since=NOON, until=NOON + MINUTE)
    gone = [key for page in found for key in page.deleted]
    assert gone == [before[0]]
    for since in (NOON - MINUTE, NOON + MINUTE):
        beside = await by_xml(account, stream, since=since, until=since + MINUTE)
        assert [key for page in beside for key in page.deleted] == []


async def test_an_invoice_that_is_made_anew_counts_once() -> None:
    """Editing a document deletes its invoice and makes another: the old one is named as gone in one run."""
    gone = LedgerDeletion(kind="invoice", number="INV-OLD", company="E100", deleted_at=NOON)
    before = await by_xml(Account(invoices=[invoice(number="INV-OLD")]), "invoices")
    account = Account(invoices=[invoice(number="INV-NEW")], deletions=[gone])
    after = await by_xml(account, "invoices", since=NOON, until=NOON + MINUTE)
    assert [record.number for record in all_of(after)] == ["INV-NEW"]
    assert [key for page in after for key in page.deleted] == [each.id for each in all_of(before)]


async def test_reading_everything_asks_for_no_deletions() -> None:
    """A full read replaces what was there; the trail may be longer than the master."""
    account = company()
    account.deletions = [LedgerDeletion(kind="customer", number="X", deleted_at=NOON)]
    assert [page.deleted for page in await by_xml(account)] == [()]


async def test_a_trail_that_is_not_permitted_is_left_to_the_sweep() -> None:
    """Where the user may not read the audit trail, customers are read all the same."""
    account = company()
    account.denied = frozenset({"AUDITHISTORY"})
    found = await by_xml(account, since=NOON)
    assert len(all_of(found)) == 4
    assert found[-1] == Page(())


async def test_one_row_is_a_list_of_one() -> None:
    """A single row comes out as one record, where a conversion to dictionaries would see no list."""
    found = all_of(await by_xml(Account(ledger_customers=[customer()])))
    assert [record.number for record in found] == ["C-00019"]


async def test_a_document_dated_back_is_not_missed() -> None:
    """A never changed document tells its own date alone, so such rows are read a month back."""
    dated = order(ordered_on=date(2026, 3, 20), is_untouched=True)
    account = Account(sales_orders=[dated])
    assert len(all_of(await by_xml(account, "sales_orders", since=NOON))) == 1


async def test_the_vat_number_may_stand_in_a_custom_field() -> None:
    """The option names the gateway's own field, in place of the tax id (SAGE-ABS-07)."""
    options = BY_XML.model_copy(update={"vat_field": "VAT_NUMBER"})
    found = all_of(await by_xml(company(), options=options))
    assert {record.vat for record in found} == {"GB123456789"}


async def test_a_page_has_no_more_rows_than_the_gateway_gives() -> None:
    """Pages of more than 2,000 rows, which the REST API gives, are asked of the gateway as 2,000."""
    options: SageIntacctOptions = BY_XML.model_copy(update={"page_size": 4000})
    async with pulling(company(), options) as pull:
        assert [page async for page in STREAMS["customers"].pages(pull)]
    assert OPTIONS.page_size == 2000
