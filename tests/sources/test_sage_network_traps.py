"""What is known of Sage Network's sync log that could mislead who reads it."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest

from dev.vendors.facts import Account
from shared.sources.sage_network import SOURCE
from shared.sources.source import Finding, Page, Probe
from tests.sources.test_sage_network import HOUR, NIGHT, STREAM, about, all_of, busy, pages, pulling, run


async def found(world: Any, **given: Any) -> tuple[Finding, ...]:
    """Give what the check finds."""
    assert SOURCE.check is not None
    async with pulling(world, **given) as pull:
        return await SOURCE.check(Probe(pull.client, pull.connection, pull.options, pull.field_map))


async def test_pages_are_counted_from_zero() -> None:
    """The first page has number 0: nothing is skipped, and progress counts down to the last."""
    asked: list[str] = []
    answers = busy()

    async with pulling(answers, size=3) as pull:
        send = pull.client.send

        async def kept(method: str, url: str, **options: Any) -> httpx.Response:
            asked.append(str(options["params"]["pageNumber"]))
            return await send(method, url, **options)

        pull.client.send = kept  # type: ignore[method-assign]
        whole = [page async for page in STREAM.pages(pull)]
    assert asked == ["0", "1", "2"]
    assert [page.remaining for page in whole] == [4, 1, None]


async def test_a_run_that_ends_later_takes_the_place_of_its_beginning() -> None:
    """A run is read while it goes on and again when it has ended, under one id (upsert by attempt)."""
    going = run(0, state="running", finished_at=NIGHT)
    ended = run(0, state="failed", error="No answer", finished_at=NIGHT + HOUR)
    first = all_of(await pages(Account(sync_log=[going])))
    second = all_of(await pages(Account(sync_log=[ended]), since=NIGHT + HOUR / 2))
    assert [record.id for record in first] == [record.id for record in second] == ["run-0"]
    assert [record.state for record in (*first, *second)] == ["running", "failed"]


def test_each_pull_reads_two_days_back() -> None:
    """Sage advises deltas that overlap by 48 hours; ids are stable, so reading twice adds nothing."""
    assert STREAM.overlap == timedelta(hours=48)


async def test_running_twice_gives_the_same() -> None:
    """The same window read twice gives the same records."""
    assert await pages(busy()) == await pages(busy())


async def test_a_skip_keeps_its_reason() -> None:
    """A customer that a run passed over is skipped, with the text that says why (SAGE-CM-05)."""
    skipped = about(0, "A", state="skipped", error="The company is not linked")
    records = all_of(await pages(Account(sync_log=[run(0), skipped])))
    assert [(each.state, each.error) for each in records if each.subject] == [
        ("skipped", "The company is not linked")
    ]


async def test_an_error_outweighs_a_skip() -> None:
    """A customer that one run both skipped and refused has failed."""
    entries = [about(0, "A", state="skipped", error="later"), about(0, "A", error="Duplicate key")]
    records = all_of(await pages(Account(sync_log=[run(0), *entries])))
    assert [(each.state, each.error) for each in records if each.subject] == [("failed", "Duplicate key")]


async def test_an_unknown_status_is_no_failure() -> None:
    """A status that is not known yet stands for a run that goes on, and accuses nobody."""
    row = {"syncRequestId": "r", "statusCode": "Paused", "created": "2026-04-14", "modified": "2026-04-14"}
    body = {"records": [row], "totalCount": 1}
    [record] = all_of(await pages(lambda _: httpx.Response(200, json=body)))
    assert (record.state, record.finished_at) == ("running", "")


async def test_nothing_is_found_where_nothing_is_missing() -> None:
    """A key that reads the log has no findings."""
    assert await found(busy()) == ()


@pytest.mark.parametrize("status", [400, 401, 403, 404])
async def test_a_key_that_reads_nothing_is_told(status: int) -> None:
    """Customers of Sage Network's pages may have no key for its API: the check says what to do then."""
    [finding] = await found(lambda _: httpx.Response(status, json={}))
    assert finding.what == "secrets.api_key"
    assert ("sync_log" in finding.message) == (status == 404)


async def test_an_empty_window_is_one_empty_page() -> None:
    """A window in which nothing ran ends like any other, so that the next one begins behind it."""
    log = [replace(run(0), finished_at=NIGHT)]
    window = {"since": NIGHT + HOUR, "until": NIGHT + 2 * HOUR}
    assert await pages(Account(sync_log=log), **window) == [Page(())]
