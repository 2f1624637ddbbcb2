"""Dataverse: pages, windows, and answers that are refused."""

from dataclasses import replace
from typing import Any

import httpx
import pytest

from dev.vendors.facts import Account
from shared.errors import ConfigurationError, SourceError
from shared.sources.dataverse import SOURCE
from shared.sources.source import Page
from tests.sources.dataverse_environment import BENCH, at, busy_environment
from tests.sources.shop import answering

STREAMS = [stream.name for stream in SOURCE.streams]
WINDOWED = [stream.name for stream in SOURCE.streams if not stream.is_full_read]

every_stream = pytest.mark.parametrize("stream", STREAMS)


@every_stream
@pytest.mark.parametrize("size", [1, 3, 7])
async def test_page_size_does_not_change_what_is_read(stream: str, size: int) -> None:
    """Small pages give what one page gives, each record once."""
    found = await BENCH.records(stream, busy_environment(), page_size=size)
    assert found == await BENCH.records(stream, busy_environment())
    assert len({record.id for record in found}) == len(found) == 7


@every_stream
async def test_an_interrupted_run_goes_on_where_it_stopped(stream: str) -> None:
    """From each page's cursor the same rest is read as without the interruption."""
    whole = await BENCH.pages(stream, busy_environment(), page_size=2)
    assert [page.cursor for page in whole].index("") == len(whole) - 1 > 2
    for index, page in enumerate(whole[:-1]):
        rest = await BENCH.pages(stream, busy_environment(), page_size=2, cursor=page.cursor)
        assert whole[index + 1 :] == rest


@pytest.mark.parametrize("stream", WINDOWED)
async def test_windows_are_half_open(stream: str) -> None:
    """A window holds its first second and not its last; neighbours read each record once."""
    given = replace(busy_environment(), tracks_changes=False)
    before = await BENCH.records(stream, given, until=at(3))
    window = await BENCH.records(stream, given, since=at(3), until=at(6))
    after = await BENCH.records(stream, given, since=at(6))
    assert [len(before), len(window), len(after)] == [2, 3, 2]
    assert not {record.id for record in window} & {record.id for record in (*before, *after)}


@every_stream
async def test_nothing_is_one_empty_page(stream: str) -> None:
    """An empty environment gives one empty page."""
    assert await BENCH.pages(stream, Account(tracks_changes=False)) == [Page(())]


@every_stream
async def test_a_wrong_token_stops_with_what_to_do(stream: str) -> None:
    """A refused secret is a matter of settings, not of trying again."""
    with pytest.raises(ConfigurationError, match="secret"):
        await BENCH.pages(stream, busy_environment(), secrets={"client_secret": "another"})


@every_stream
async def test_an_html_page_is_refused(stream: str) -> None:
    """A 200 answer with an error page is not an empty environment."""
    given = busy_environment()
    given.is_broken = True
    with pytest.raises(SourceError, match="no JSON"):
        await BENCH.pages(stream, given)


@every_stream
@pytest.mark.parametrize("answer", [{"error": {"message": "no"}}, {"value": {}}, [1], "text"])
async def test_an_answer_of_another_shape_is_refused(stream: str, answer: Any) -> None:
    """JSON that is not OData's envelope is no data."""
    with pytest.raises(SourceError):
        await BENCH.pages(stream, answering(lambda _: answer))


@pytest.mark.parametrize("attributes", [[], ["text"], [{"LogicalName": None}], [{"LogicalName": "other"}]])
async def test_a_table_without_its_own_columns_is_refused(attributes: list[Any]) -> None:
    """A description that lacks the table's id is not believed."""
    with pytest.raises(SourceError, match="account"):
        await BENCH.pages("accounts", answering(lambda _: {"value": attributes}))


async def test_companies_without_a_code_are_refused() -> None:
    """A company that cannot be named would put its customers in none."""

    def answer(request: httpx.Request) -> Any:
        columns = [{"LogicalName": "accountid", "AttributeType": "Uniqueidentifier"}]
        is_description = request.url.path.endswith("/Attributes")
        return {"value": columns if is_description else [{"cdm_companyid": "1"}]}

    with pytest.raises(SourceError, match="cdm_companies"):
        await BENCH.pages("accounts", answering(answer))


CUSTOMER = {"createdon": "2026-04-14T09:30:00Z", "statecode": 0}
GOOD: dict[str, dict[str, Any]] = {
    "accounts": {**CUSTOMER, "accountid": "1"},
    "contacts": {**CUSTOMER, "contactid": "1"},
    "opportunities": {"opportunityid": "1"},
    "orders": {"salesorderid": "1"},
    "flow_runs": {"name": "1", "starttime": "2026-04-14T09:30:00Z"},
    "flow_run_gaps": {"floweventid": "1", "createdon": "2026-04-14T09:30:00Z"},
    "dual_write_maps": {"msdyn_dualwriteruntimeconfigid": "1"},
}
WRONG: list[tuple[str, dict[str, Any], str]] = [
    ("accounts", {"statecode": "much"}, "statecode"),
    ("accounts", {"createdon": "much too much"}, "an amount or a time"),
    ("contacts", {"msdyn_sellable": "much"}, "msdyn_sellable"),
    ("opportunities", {"opportunityid": None}, "opportunityid"),
    ("orders", {"salesorderid": ""}, "salesorderid"),
    ("flow_runs", {"starttime": None}, "starttime"),
    ("flow_run_gaps", {"createdon": "much too much"}, "an amount or a time"),
    ("dual_write_maps", {"msdyn_dualwriteruntimeconfigid": ""}, "msdyn_dualwriteruntimeconfigid"),
]


@pytest.mark.parametrize(("stream", "wrong", "why"), WRONG)
async def test_a_bad_item_does_not_cost_the_others(stream: str, wrong: dict[str, Any], why: str) -> None:
    """What cannot be read is quarantined with the fields that are wrong, never their values."""
    good = GOOD[stream]
    names = ("accountid", "contactid", "msdyn_sellable")

    def answer(request: httpx.Request) -> Any:
        if request.url.path.endswith("/Attributes"):
            return {"value": [{"LogicalName": name, "AttributeType": "String"} for name in names]}
        if "EntityDefinitions" in request.url.path:
            return {"LogicalName": "account", "ChangeTrackingEnabled": False}
        return {"value": [good, {**good, **wrong}, good]}

    options = {"has_dual_write": stream == "dual_write_maps"}
    (page,) = await BENCH.pages(stream, answering(answer), **options)
    assert [len(page.records), len(page.bad)] == [2, 1]
    assert why in page.bad[0].why
    assert "much" not in str(page.bad[0])
