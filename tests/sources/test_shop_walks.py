"""How lists are walked: the same laws for each stream of BigCommerce and both flavours of Adobe Commerce."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from dev.vendors import adobe_commerce, bigcommerce
from dev.vendors.facts import Account
from shared.domain.workspace import FieldMap
from shared.errors import ConfigurationError, SourceError
from shared.sources.adobe_commerce import SOURCE as ADOBE_COMMERCE
from shared.sources.bigcommerce import SOURCE as BIGCOMMERCE
from shared.sources.source import Page
from tests.sources.shop import UNTIL, Bench, answering, at, busy_account

BENCHES = {
    "bigcommerce": Bench(
        source=BIGCOMMERCE,
        vendor=bigcommerce,
        options={"store_hash": "abc123"},
        fields=FieldMap(vat_field=bigcommerce.VAT_FIELD),
    ),
    "adobe_paas": Bench(source=ADOBE_COMMERCE, vendor=adobe_commerce, options={}),
    "adobe_saas": Bench(
        source=ADOBE_COMMERCE, vendor=adobe_commerce, options={"flavour": "saas", "ims_org": "X@AdobeOrg"}
    ),
}
ALL = [(kind, stream) for kind, bench in BENCHES.items() for stream in bench.streams]
WINDOWED = [(kind, stream) for kind, stream in ALL if not BENCHES[kind].streams[stream].is_full_read]
WRONG = {"access_token": "another", "client_secret": "another"}

every_stream = pytest.mark.parametrize(("kind", "stream"), ALL)
windowed_streams = pytest.mark.parametrize(("kind", "stream"), WINDOWED)


@every_stream
@pytest.mark.parametrize("size", [1, 3, 7])
async def test_page_size_does_not_change_what_is_read(kind: str, stream: str, size: int) -> None:
    """Small pages give what one page gives, each record once."""
    bench, account = BENCHES[kind], busy_account()
    found = await bench.records(stream, account, page_size=size)
    assert found == await bench.records(stream, account)
    assert len({record.id for record in found}) == len(found) == 7


@every_stream
async def test_an_interrupted_run_goes_on_where_it_stopped(kind: str, stream: str) -> None:
    """From each page's cursor the same rest is read as without the interruption."""
    bench, account = BENCHES[kind], busy_account()
    whole = await bench.pages(stream, account, page_size=2)
    assert len(whole) > 3
    assert [page.cursor for page in whole].index("") == len(whole) - 1
    for index, page in enumerate(whole[:-1]):
        rest = await bench.pages(stream, account, page_size=2, cursor=page.cursor)
        assert whole[index + 1 :] == rest


@windowed_streams
async def test_windows_are_half_open(kind: str, stream: str) -> None:
    """A window holds its first second and not its last; neighbours read each record once."""
    bench, account = BENCHES[kind], busy_account()
    before = await bench.records(stream, account, until=at(3))
    window = await bench.records(stream, account, since=at(3), until=at(6))
    after = await bench.records(stream, account, since=at(6))
    assert [len(before), len(window), len(after)] == [2, 3, 2]
    assert not {record.id for record in window} & {record.id for record in (*before, *after)}


async def test_companies_without_times_are_read_whole() -> None:
    """Adobe Commerce's companies have no times: each run reads all of them, whatever its window."""
    bench, account = BENCHES["adobe_paas"], busy_account()
    assert len(await bench.records("companies", account, since=at(6), until=at(7))) == 7


@every_stream
async def test_nothing_is_one_empty_page(kind: str, stream: str) -> None:
    """An empty shop gives one empty page (BigCommerce's V2 answers 204 without a body)."""
    assert [Page(())] == await BENCHES[kind].pages(stream, Account())


@windowed_streams
async def test_a_row_changed_meanwhile_costs_no_other_row(kind: str, stream: str) -> None:
    """A row that leaves the window while it is read shifts the others, and none of them is lost."""
    account, seen = busy_account(), []
    later = UNTIL + timedelta(days=1)
    bench = BENCHES[kind]
    async with bench.pulling(account, page_size=2) as pull:
        async for page in bench.streams[stream].pages(pull):
            seen += [record.id[-1] for record in page.records]
            if len(seen) == 2:
                account.orders[0] = replace(account.orders[0], updated_at=later)
                account.refunds[0] = replace(account.refunds[0], refunded_at=later)
                account.customers[0] = replace(account.customers[0], updated_at=later)
                account.companies[0] = replace(account.companies[0], updated_at=later)
    assert set(seen) == set("1234567")


@every_stream
async def test_a_wrong_token_stops_with_what_to_do(kind: str, stream: str) -> None:
    """A refused secret is a matter of settings, not of trying again."""
    with pytest.raises(ConfigurationError, match="secret"):
        await BENCHES[kind].pages(stream, busy_account(), secrets=WRONG)


@every_stream
async def test_an_html_page_is_refused(kind: str, stream: str) -> None:
    """A 200 answer with an error page is not an empty shop."""
    account = busy_account()
    account.is_broken = True
    with pytest.raises(SourceError, match="no JSON"):
        await BENCHES[kind].pages(stream, account)


@every_stream
@pytest.mark.parametrize("answer", [{"data": [{}], "code": 200}, {"error": "no"}, [1], "text"])
async def test_an_answer_of_another_shape_is_refused(kind: str, stream: str, answer: Any) -> None:
    """JSON that is not the vendor's envelope is no data."""
    with pytest.raises(SourceError):
        await BENCHES[kind].pages(stream, answering(lambda _: answer))
