"""What Sage Intacct is known to do to those who read it, by whichever way in."""

import asyncio
from datetime import timedelta
from itertools import count
from typing import Any

import httpx
import pytest

from dev.vendors.facts import Account, LedgerDeletion
from shared.errors import RetryLater, SourceError
from shared.sources.sage_intacct import SOURCE
from shared.sources.sage_intacct_options import SageIntacctOptions
from tests.sources.sage_intacct_company import (
    BY_XML,
    MINUTE,
    NOON,
    OPTIONS,
    STREAMS,
    all_of,
    answering,
    customer,
    invoice,
    memo,
    order,
    pages,
    pulling,
)

both_ways = pytest.mark.parametrize("options", [OPTIONS, BY_XML], ids=["rest", "xml"])
every_stream = pytest.mark.parametrize("stream", STREAMS)
ROW = {"key": "7", "id": "C-7", "name": "Brindle", "audit.modifiedDateTime": "2026-04-14T12:00:00Z"}


def company(**changes: Any) -> Account:
    """Give a company with five of everything, a minute apart, changed in this way."""
    moments = [NOON + number * MINUTE for number in range(5)]
    return Account(
        ledger_customers=[customer(f"C-{n}", modified_at=at, **changes) for n, at in enumerate(moments)],
        sales_orders=[order(number=f"SO-{n}", modified_at=at, **changes) for n, at in enumerate(moments)],
        invoices=[invoice(number=f"INV-{n}", modified_at=at, **changes) for n, at in enumerate(moments)],
        credit_memos=[memo(number=f"CM-{n}", modified_at=at, **changes) for n, at in enumerate(moments)],
    )


async def keys_of(stream: str, account: Account, **given: Any) -> list[str]:
    """Give the ids that a sweep reads."""
    keys = STREAMS[stream].keys
    assert keys is not None
    async with pulling(account, **given) as pull:
        return [key async for page in keys(pull) for key in page.ids]


@both_ways
@every_stream
@pytest.mark.parametrize("size", [1, 2, 5])
async def test_rows_of_one_moment_are_read_once(stream: str, size: int, options: SageIntacctOptions) -> None:
    """Equal timestamps across a page boundary are neither lost nor repeated, whatever the page's size."""
    account = company()
    account.ledger_customers = [customer(f"C-{n}") for n in range(5)]
    small = options.model_copy(update={"page_size": size})
    found = all_of(await pages(account, stream, options=small))
    assert found == all_of(await pages(account, stream, options=options))
    assert len({record.id for record in found}) == len(found) == 5


@both_ways
@every_stream
async def test_a_row_that_was_never_changed_is_read_when_it_is_made(
    stream: str, options: SageIntacctOptions
) -> None:
    """A row without a time of change is found by the time when it was made, in the same query."""
    account = company(is_untouched=True)
    window = {"since": NOON - MINUTE, "until": NOON + 99 * MINUTE}
    assert len(all_of(await pages(account, stream, options=options, **window))) == 5


@both_ways
async def test_a_row_that_changed_after_the_window_is_left_to_the_next(options: SageIntacctOptions) -> None:
    """The time when a row was made counts only where it was never changed since."""
    late = customer(created_at=NOON, modified_at=NOON + 5 * MINUTE)
    account = Account(ledger_customers=[late])
    window = {"since": NOON - MINUTE, "until": NOON + MINUTE}
    assert all_of(await pages(account, options=options, **window)) == []


async def test_a_row_that_was_never_changed_comes_in_one_window() -> None:
    """Such a row belongs to the window in which it was made, and to no other."""
    account = company(is_untouched=True)
    found = all_of(await pages(account, since=NOON + MINUTE, until=NOON + 3 * MINUTE))
    assert {record.number for record in found} == {"C-1", "C-2"}
    assert {record.modified_at for record in found} == {"2026-04-14T12:01:00Z", "2026-04-14T12:02:00Z"}


@every_stream
def test_each_run_reads_back_over_what_was_not_visible_yet(stream: str) -> None:
    """The API is eventually consistent, so each run reads two hours behind the last one's end."""
    assert STREAMS[stream].overlap == timedelta(hours=2)
    assert SOURCE.round >= timedelta(hours=1)


@both_ways
async def test_an_entity_sees_itself_and_the_top_level(options: SageIntacctOptions) -> None:
    """All entities are read from the top level; with the option, one entity's own view (SAGE-ABS-24)."""
    known = [customer("A", company=""), customer("B", company="E100"), customer("C", company="E200")]
    account = Account(ledger_customers=known)
    everywhere = all_of(await pages(account, options=options))
    inside = options.model_copy(update={"entity": "E100"})
    assert {record.number for record in everywhere} == {"A", "B", "C"}
    assert {record.number for record in all_of(await pages(account, options=inside))} == {"A", "B"}


async def test_an_invoice_that_is_made_anew_stays_the_same() -> None:
    """Editing an Order Entry document gives its invoice a new key: its number tells that it is the same."""
    row = {
        **ROW,
        "invoiceNumber": "INV-7",
        "moduleKey": "orderEntry",
        "totalTxnAmount": "120.00",
        "entity.id": "E100",
    }
    before, after = [
        all_of(
            await pages(
                answering({"ia::result": [{**row, "key": key}], "ia::meta": {"totalCount": 1}}), "invoices"
            )
        )
        for key in ("7", "9")
    ]
    assert [record.id for record in before] == [record.id for record in after] == ["E100|INV-7"]


@both_ways
@every_stream
async def test_a_sweep_reads_the_ids_of_the_records(stream: str, options: SageIntacctOptions) -> None:
    """A sweep's ids are the records' own; what was deleted is missing from them."""
    account = company()
    whole = all_of(await pages(account, stream, options=options))
    ids = await keys_of(stream, account, options=options)
    assert sorted(ids) == sorted(record.id for record in whole)
    for rows in (account.ledger_customers, account.sales_orders, account.invoices, account.credit_memos):
        rows.pop(0)
    left = await keys_of(stream, account, options=options)
    assert len(left) == 4
    assert set(left) < set(ids)


@both_ways
@pytest.mark.parametrize("stream", ["sales_orders", "invoices", "credit_memos"])
async def test_a_sweep_is_bounded_by_the_documents_dates(stream: str, options: SageIntacctOptions) -> None:
    """Documents are swept by their own date, to whole days, so that old ones cost no calls."""
    account = company()
    day = timedelta(days=1)
    inside = await keys_of(stream, account, options=options, since=NOON - 5 * day, until=NOON)
    outside = await keys_of(stream, account, options=options, since=NOON + 5 * day, until=NOON + 9 * day)
    assert (len(inside), outside) == (5, [])
    assert STREAMS[stream].sweep_column in {"ordered_on", "posted_on"}


async def test_a_part_that_was_refused_is_no_answer() -> None:
    """A 207 has some of the rows and not the others, which must not look like all of them."""
    body = {"ia::result": [ROW], "ia::meta": {"totalCount": 1}}
    with pytest.raises(SourceError, match="207"):
        await pages(answering(body, status=207))


@pytest.mark.parametrize(
    "body",
    [
        {"ia::error": {"errorId": "REST-1028", "code": "invalidRequest", "message": "Brindle"}},
        {"ia::result": {"ia::error": {"errorId": "REST-1028", "code": "invalidRequest"}}, "ia::meta": {}},
        {"error": {"errorId": "REST-1028", "code": "invalidRequest"}},
    ],
    ids=["outer", "inner", "plain"],
)
@pytest.mark.parametrize("status", [200, 400])
async def test_an_error_is_told_by_its_codes_wherever_it_stands(body: Any, status: int) -> None:
    """Errors stand at three places; codes are told, and texts, which may quote a customer, are not."""
    with pytest.raises(SourceError, match="REST-1028 invalidRequest") as raised:
        await pages(answering(body, status=status))
    assert "Brindle" not in str(raised.value)


async def test_the_longest_of_several_waits_counts() -> None:
    """Each limit has a header of its own that says how long to wait; the longest is waited for."""
    headers = {
        "Retry-After": "5",
        "X-IA-Minute-Rate-Limit-Retry-After": "20",
        "X-IA-Hour-Rate-Limit-Retry-After": "1800",
        "X-IA-Throttle-Limit-Retry-After": "7",
    }
    with pytest.raises(RetryLater) as raised:
        await pages(answering({}, status=429, headers=headers))
    assert raised.value.seconds == 1800


class OneToken:
    """A company that knows the last token that it gave, and no earlier one."""

    def __init__(self, *, is_torn: bool = False) -> None:
        self.given = 0
        self._is_torn = is_torn

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Give a token, or an answer to the last one alone; `is_torn` gives the next one to another."""
        if request.url.path.endswith("/oauth2/token"):
            self.given += 1
            answer = {"access_token": f"t{self.given}", "expires_in": 3600}
            self.given += self._is_torn
            return httpx.Response(200, json=answer)
        if request.headers["Authorization"] != f"Bearer t{self.given}":
            error = {"errorId": "REST-2102", "code": "tokenInvalid"}
            return httpx.Response(401, json={"ia::result": {"ia::error": error}})
        return httpx.Response(200, json={"ia::result": [], "ia::meta": {"totalCount": 0}})


async def test_all_pulls_of_a_company_share_one_token() -> None:
    """A second authorization would void the first, so one token serves every stream in turn and at once."""
    vendor = OneToken()
    for stream in STREAMS:
        await pages(vendor, stream, name="shared-token")
    assert vendor.given == 1


async def test_a_token_that_someone_else_voided_is_replaced_once() -> None:
    """Where another process asked for a token, ours is refused once, replaced, and used from then on."""
    vendor = OneToken()
    await pages(vendor, name="voided-token")
    vendor.given += 1
    await pages(vendor, name="voided-token")
    await pages(vendor, name="voided-token")
    assert vendor.given == 3


async def test_all_who_notice_at_once_replace_a_token_once() -> None:
    """Streams that are refused at the same moment ask for one new token among them."""
    vendor, turn = OneToken(), count()

    async def slow(request: httpx.Request) -> httpx.Response:
        answer = vendor(request)
        is_token = request.url.path.endswith("/oauth2/token")
        for _ in range(1 if is_token else 20 * next(turn)):
            await asyncio.sleep(0)
        return answer

    await pages(slow, name="noticed-token")
    vendor.given += 1
    await asyncio.gather(*(pages(slow, stream, name="noticed-token") for stream in STREAMS))
    assert vendor.given == 3


async def test_two_who_void_each_other_wait() -> None:
    """A token that is voided again before it is used is no matter of credentials, but of waiting."""
    with pytest.raises(RetryLater, match="another worker"):
        await pages(OneToken(is_torn=True), name="torn-token")


@pytest.mark.parametrize("calls", [1_000, 100_000])
async def test_a_months_calls_last_a_month(calls: int) -> None:
    """Calls beyond the tier are billed: a day's share may go at once, and a month's total takes a month."""
    async with pulling(Account(), OPTIONS.model_copy(update={"calls_per_month": calls})) as pull:
        limit = pull.client.pace.limit
    month = 30 * 86_400
    assert limit.capacity == pytest.approx(calls / 30)
    assert limit.per_second * month == pytest.approx(calls)
    assert limit.parallel == 2


async def test_a_page_takes_one_call() -> None:
    """Five rows on pages of two are three calls; nothing else is asked."""
    async with pulling(company(), OPTIONS.model_copy(update={"page_size": 2})) as pull:
        found = [page async for page in STREAMS["customers"].pages(pull)]
        assert pull.client.calls == len(found) == 3
    assert [page.remaining for page in found] == [3, 1, None]


async def test_deletions_are_left_to_the_sweep_by_rest() -> None:
    """The REST API has no audit trail: only the daily sweep tells what was deleted."""
    gone = LedgerDeletion(kind="customer", number="C-0", company="E100", deleted_at=NOON)
    account = company()
    account.deletions.append(gone)
    found = await pages(account, since=NOON - MINUTE)
    assert [page.deleted for page in found] == [()]
    assert STREAMS["customers"].keys is not None
