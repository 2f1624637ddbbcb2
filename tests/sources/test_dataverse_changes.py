"""Dataverse: change tracking, its tokens and its deletions; and the time of change where it is off."""

from dataclasses import replace
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dev.vendors.facts import Account
from shared.domain.records import Record
from shared.errors import SourceError
from tests.sources.dataverse_environment import BENCH, account, at, busy_environment, contact, guid
from tests.sources.microsoft import Recorder, applied, keys_of, pages_from

both = pytest.mark.parametrize("stream", ["accounts", "contacts"])
MAKERS = {"accounts": account, "contacts": contact}


async def _run(
    given: Any, stream: str, store: dict[str, Record], token: str
) -> tuple[dict[str, Record], str]:
    pages = await pages_from(BENCH, stream, given, token, page_size=2)
    assert [bool(page.token) for page in pages] == [*[False] * (len(pages) - 1), True]
    return applied(store, pages), pages[-1].token


EDITS = st.lists(
    st.tuples(st.sampled_from(["add", "change", "delete", "run"]), st.integers(1, 6)), max_size=12
)


@settings(max_examples=40)
@given(edits=EDITS)
async def test_whatever_happens_between_runs_the_store_holds_what_the_table_holds(edits: list[Any]) -> None:
    """Created, changed and deleted in any order: after a run the store equals a fresh read of everything."""
    environment = Account()
    store, token = await _run(environment, "accounts", {}, "")
    for minute, (edit, number) in enumerate([*edits, ("run", 0)]):
        rows = {row.id: row for row in environment.crm_records}
        if edit == "run":
            store, token = await _run(environment, "accounts", store, token)
        elif edit == "delete":
            rows.pop(guid(number), None)
        elif edit == "add" or guid(number) in rows:
            rows[guid(number)] = account(number, modified_at=at(minute), account_number=f"c-{minute}")
        environment.crm_records[:] = rows.values()
    fresh = {record.id: record for record in await BENCH.records("accounts", environment)}
    assert store == fresh


@both
async def test_a_run_without_changes_brings_nothing(stream: str) -> None:
    """With its token a run reads no row again, and goes on with a token all the same."""
    environment = busy_environment()
    store, token = await _run(environment, stream, {}, "")
    (page,) = await pages_from(BENCH, stream, environment, token)
    assert (page.records, page.deleted, len(store)) == ((), (), 7)
    assert page.token


@both
async def test_a_deletion_is_a_tombstone(stream: str) -> None:
    """What is deleted comes with its id alone, in the same feed."""
    environment = busy_environment()
    _, token = await _run(environment, stream, {}, "")
    kept = [row for row in environment.crm_records if (row.id, f"{row.table}s") != (guid(3), stream)]
    environment.crm_records[:] = kept
    (page,) = await pages_from(BENCH, stream, environment, token)
    assert (page.records, page.deleted, page.bad) == ((), (guid(3),), ())


async def test_a_row_that_was_made_and_deleted_between_two_runs_is_a_harmless_tombstone() -> None:
    """It is told as deleted though nobody ever saw it."""
    environment = Account(crm_records=[account(1)])
    store, token = await _run(environment, "accounts", {}, "")
    deleted = {
        "@odata.context": "https://x/$metadata#accounts/$deletedEntity",
        "id": guid(99),
        "reason": "deleted",
    }

    def answer(request: httpx.Request) -> httpx.Response | None:
        body = {"value": [deleted], "@odata.deltaLink": token}
        return httpx.Response(200, json=body) if "$deltatoken" in request.url.params else None

    recorder = Recorder(BENCH.transport(environment), answer)
    after, _ = await _run(recorder, "accounts", store, token)
    assert after == store
    del deleted["id"]
    with pytest.raises(SourceError, match="without its id"):
        await _run(recorder, "accounts", store, token)


EXPIRED = {
    "error": {"code": "0x80044352", "message": "Version stamp associated with the client has expired."}
}


@both
@pytest.mark.parametrize("refusal", [httpx.Response(400, json=EXPIRED), httpx.Response(410, json={})])
async def test_an_expired_token_reads_everything_anew(stream: str, refusal: httpx.Response) -> None:
    """A token lives seven days, and a change of the table's columns ends it: then all rows come again."""
    environment = busy_environment()
    store, token = await _run(environment, stream, {}, "")
    expired = [refusal]

    def answer(request: httpx.Request) -> httpx.Response | None:
        return expired.pop() if expired and "$deltatoken" in request.url.params else None

    recorder = Recorder(BENCH.transport(environment), answer)
    after, renewed = await _run(recorder, stream, {}, token)
    assert after == store
    # The new token is good: nothing is read again with it.
    (page,) = await pages_from(BENCH, stream, environment, renewed)
    assert page.records == ()


async def test_what_was_deleted_while_the_token_expired_the_sweep_finds() -> None:
    """A full read tells no deletions: the ids that are left do."""
    environment = busy_environment()
    store, token = await _run(environment, "accounts", {}, "")
    environment.crm_records[:] = [row for row in environment.crm_records if row.id != guid(3)]
    environment.tracked.clear()
    after, _ = await _run(environment, "accounts", store, token)
    assert set(after) - set(await keys_of(BENCH, "accounts", environment)) == {guid(3)}


async def test_another_refusal_is_no_expired_token() -> None:
    """A query that is refused for another reason is not answered by reading everything each time."""
    environment = busy_environment()
    _, token = await _run(environment, "accounts", {}, "")
    refused = httpx.Response(400, json={"error": {"code": "0x80060888", "message": "Bad request."}})

    def answer(request: httpx.Request) -> httpx.Response | None:
        return refused if "$deltatoken" in request.url.params else None

    with pytest.raises(SourceError, match="400"):
        await _run(Recorder(BENCH.transport(environment), answer), "accounts", {}, token)


@both
async def test_an_interrupted_feed_goes_on_where_it_stopped(stream: str) -> None:
    """From each page's cursor the rest of the changes comes, and the same token behind it."""
    environment = busy_environment()
    _, token = await _run(environment, stream, {}, "")
    rows = environment.crm_records
    rows[:] = [replace(row, modified_at=at(60)) for row in rows]
    whole = await pages_from(BENCH, stream, environment, token, page_size=2)
    assert sum(len(page.records) for page in whole) == 7
    for index, page in enumerate(whole[:-1]):
        rest = await pages_from(BENCH, stream, environment, token, page_size=2, cursor=page.cursor)
        assert whole[index + 1 :] == rest


@both
async def test_tracking_is_asked_for_on_every_page_and_with_nothing_else(stream: str) -> None:
    """The preference stays the same on each page; conditions and orders would be refused."""
    recorder = Recorder(BENCH.transport(busy_environment()))
    await BENCH.records(stream, recorder, page_size=2)
    lists = [each for each in recorder.requests if each.url.path.endswith(stream)]
    assert {each.headers["Prefer"] for each in lists} == {"odata.track-changes,odata.maxpagesize=2"}
    assert not any({"$filter", "$orderby", "$expand", "$top"} & set(each.url.params) for each in lists)


@both
async def test_where_tracking_is_off_the_time_of_change_is_read_by(stream: str) -> None:
    """Then no token is kept, and a deletion shows in the daily sweep."""
    environment = replace(busy_environment(), tracks_changes=False)
    pages = await BENCH.pages(stream, environment, since=at(3), until=at(6), page_size=2)
    assert sum(len(page.records) for page in pages) == 3
    assert {page.token for page in pages} == {""}
    swept = await keys_of(BENCH, stream, environment)
    assert sorted(swept) == [guid(number) for number in range(1, 8)]


async def test_a_table_that_does_not_say_whether_it_is_tracked_is_refused() -> None:
    """An answer of another shape is no answer."""

    def answer(request: httpx.Request) -> httpx.Response | None:
        is_definition = request.url.path.endswith("EntityDefinitions(LogicalName='account')")
        return httpx.Response(200, json={"value": []}) if is_definition else None

    with pytest.raises(SourceError, match="table account"):
        await BENCH.records("accounts", Recorder(BENCH.transport(busy_environment()), answer))
