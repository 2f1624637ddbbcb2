"""How Sage Intacct is read page by page, and what counts as no answer."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from dev.vendors import sage_intacct as vendor
from dev.vendors.facts import Account
from shared.errors import ConfigurationError, SourceError
from shared.sources.source import Page
from tests.sources.sage_intacct_company import (
    MINUTE,
    NOON,
    OPTIONS,
    STREAMS,
    all_of,
    answering,
    customer,
    pages,
    pulling,
)


def tied() -> Account:
    """Give customers of whom most share a timestamp, more than fit on a small page."""
    times = [0, 0, 0, 0, 0, 1, 2, 2, 2]
    return Account(
        ledger_customers=[customer(f"C-{n}", modified_at=NOON + at * MINUTE) for n, at in enumerate(times)]
    )


@pytest.mark.parametrize("size", [1, 2, 3, 4, 8, 9, 10])
async def test_small_pages_read_the_same_as_one(size: int) -> None:
    """Equal timestamps across a page boundary are neither lost nor repeated."""
    options = OPTIONS.model_copy(update={"page_size": size})
    found = await pages(tied(), options=options)
    assert all_of(found) == all_of(await pages(tied()))
    assert len(found) == -(-9 // size)


@pytest.mark.parametrize("size", [1, 2, 4])
async def test_a_pull_resumes_from_each_cursor(size: int) -> None:
    """A pull that goes on at a page's cursor reads exactly the rest."""
    options = OPTIONS.model_copy(update={"page_size": size})
    whole = await pages(tied(), options=options)
    for done, page in enumerate(whole[:-1], start=1):
        assert await pages(tied(), options=options, cursor=page.cursor) == whole[done:]


async def test_a_change_between_pages_loses_nobody() -> None:
    """A customer that is changed behind a page's back does not push another off the next page."""
    account = tied()
    options = OPTIONS.model_copy(update={"page_size": 2})
    numbers: list[str] = []
    async with pulling(account, options) as pull:
        async for page in STREAMS["customers"].pages(pull):
            numbers += [record.number for record in all_of([page])]
            first = account.ledger_customers[0]
            account.ledger_customers[0] = replace(first, modified_at=NOON + timedelta(days=2))
    assert set(numbers) | {"C-0"} == {f"C-{n}" for n in range(9)}


async def test_the_window_is_half_open() -> None:
    """What changed at `since` is read, what changed at `until` is left to the next pull."""
    known = [customer(f"C-{n}", modified_at=NOON + n * MINUTE) for n in range(4)]
    account = Account(ledger_customers=known)
    found = all_of(await pages(account, since=NOON + MINUTE, until=NOON + 3 * MINUTE))
    assert {record.number for record in found} == {"C-1", "C-2"}


@pytest.mark.parametrize("stream", STREAMS)
async def test_nothing_is_one_empty_page(stream: str) -> None:
    """An empty result is a page without records and without a cursor."""
    assert await pages(Account(), stream) == [Page(())]


async def test_wrong_secrets_are_a_setting_to_mend() -> None:
    """A client that the vendor does not know stops the pull and says why."""
    secrets = {**vendor.SECRETS, "client_secret": "wrong"}
    with pytest.raises(ConfigurationError, match="client id or secret"):
        await pages(Account(), secrets=secrets)


async def test_a_broken_vendor_is_out() -> None:
    """A page of HTML with status 200 is no answer."""
    with pytest.raises(SourceError):
        await pages(Account(is_broken=True))


ROW = {
    "key": "7",
    "id": "C-7",
    "name": "Brindle",
    "audit.modifiedDateTime": "2026-04-14T12:00:00Z",
}


@pytest.mark.parametrize(
    "body",
    [
        [],
        {"ia::result": []},
        {"ia::result": {"ia::error": {"errorId": "REST-1028", "code": "x"}}, "ia::meta": {}},
        {"ia::result": [ROW], "ia::meta": {"totalCount": 0}},
        {"ia::result": [], "ia::meta": {"totalCount": 3}},
        {"ia::result": [ROW, ROW], "ia::meta": {"totalCount": 2}},
        {"ia::result": [ROW], "ia::meta": {"totalCount": 2}},
        {
            "ia::result": [{**ROW, "key": "8"}, ROW],
            "ia::meta": {"totalCount": 2},
        },
    ],
    ids=["list", "no count", "error", "too many", "too few", "twice", "comes again", "out of order"],
)
async def test_nonsense_is_no_finding(body: Any) -> None:
    """An answer that cannot be right takes the source out rather than shrink the master."""
    with pytest.raises(SourceError):
        await pages(answering(body))


@pytest.mark.parametrize("keys", [["2", "10", "11"], ["10", "11", "2"]], ids=["by number", "by text"])
async def test_keys_rise_by_number_or_by_text(keys: list[str]) -> None:
    """Keys are texts that hold numbers: either order goes on from one page to the next, no other does."""
    rows = [{**ROW, "key": key} for key in keys]
    [page] = await pages(answering({"ia::result": rows, "ia::meta": {"totalCount": 3}}))
    assert [record.id for record in page.records] == keys
    with pytest.raises(SourceError):
        await pages(answering({"ia::result": rows[::-1], "ia::meta": {"totalCount": 3}}))


async def test_one_bad_row_costs_no_other() -> None:
    """A row that cannot be read is named with its fields, never their values."""
    bad = {**ROW, "key": "8", "id": None, "isOnHold": "Brindle's secret"}
    body = {"ia::result": [ROW, bad], "ia::meta": {"totalCount": 2}}
    [page] = await pages(answering(body))
    assert [record.id for record in all_of([page])] == ["7"]
    assert [str(each) for each in page.bad] == ["customers 8: cannot be read: id, isOnHold"]
