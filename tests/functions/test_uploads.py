"""Records that are sent as files: taken in once, all at once, and each bad row named."""

import csv
import io
import json
import logging
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.domain.records import Order, SyncAttempt
from shared.domain.snapshot import Table
from shared.pipeline import evaluate, freshness, jobs
from shared.pipeline.jobs import Job, jobs_of
from shared.pipeline.services import Services
from shared.sources import SOURCES, source_of
from shared.sources.push import MOST_ROWS
from shared.store.store import Store
from tests.functions.app import ABSENT, OPERATOR_KEY, add_workspace, call

LOG = "/workspaces/acme/sources/log/records"
MARKET = "/workspaces/acme/sources/market/records"
CSV = {"Content-Type": "text/csv; charset=utf-8"}
NDJSON = {"Content-Type": "application/x-ndjson"}
HEADER = "attempt_id,started_at,entity,record_key,status,error_text\r\n"
ONE = HEADER + "1,2026-04-01T06:00:00Z,customer,ACME01,failed,no terms\r\n"


async def _workspace(store: Store, **options: Any) -> list[Job]:
    connections = [
        {"name": "log", "kind": "sync_log", "options": options},
        {"name": "market", "kind": "marketplace"},
        {"name": "shop", "kind": "shopify", "secrets": {"access_token": "env:T"}, "options": {"shop": "a"}},
    ]
    workspace = await add_workspace(store, connections=connections)
    return [jobs_of(workspace, each)[0] for each in workspace.connections]


async def _send(target: str, text: str, headers: dict[str, str] | None = None, **more: str) -> Any:
    return await call("POST", target, OPERATOR_KEY, text.encode(), {**(headers or CSV), **more})


async def _stored(store: Store, job: Job, record_type: type = SyncAttempt) -> Table:
    runs = await store.segments.runs(job.name)
    return Table(record_type, await store.segments.batches(job.name, record_type, runs))


async def test_a_file_is_taken_in(store: Store) -> None:
    """Good rows are seen at once, as the records that the cards read; a byte order mark does no harm."""
    job, *_ = await _workspace(store)
    answer = await _send(LOG, "\ufeff" + ONE.replace("attempt_id", " Attempt_ID "))
    assert answer.status == 200
    assert {name: answer.json[name] for name in ("accepted", "replaced", "removed", "refused")} == {
        "accepted": 1,
        "replaced": 0,
        "removed": 0,
        "refused": 0,
    }
    table = await _stored(store, job)
    assert sorted(zip(table["subject"], table["reference"], table["state"], strict=True)) == [
        ("", "", "failed"),
        ("customer", "ACME01", "failed"),
    ]
    checkpoint = await store.checkpoints.load(job.name)
    assert (checkpoint.stored, checkpoint.run, checkpoint.claimed_until) == (2, "", None)


async def test_a_file_calls_no_vendor(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    """The line that says that it can be seen counts no call: by that it is told from a pull of ours."""
    await _workspace(store)
    with caplog.at_level(logging.INFO):
        await _send(LOG, ONE)
    [line] = [each.message for each in caplog.records if each.message.startswith('{"step": "commit"')]
    assert 0 == json.loads(line)["calls"]


async def test_csv_and_ndjson_say_the_same(store: Store) -> None:
    """Both ways of writing the same rows give the same records."""
    job, *_ = await _workspace(store)
    await _send(LOG, ONE)
    first = await _stored(store, job)
    rows = [dict(row) for row in csv.DictReader(io.StringIO(ONE))]
    answer = await _send(f"{LOG}?replace=true", "\n".join(json.dumps(row) for row in rows), NDJSON)
    assert (answer.status, answer.json["removed"]) == (200, 0)
    second = await _stored(store, job)
    assert [first.keys_of(row) for row in range(2)] == [second.keys_of(row) for row in range(2)]


async def test_the_same_upload_twice_is_one(store: Store) -> None:
    """What comes again is answered as before, makes no new run, and counts as fresh."""
    job, *_ = await _workspace(store)
    first = await _send(LOG, ONE)
    await store.checkpoints.change(job.name, last_success_at=datetime(2026, 1, 1, tzinfo=UTC))
    second = await _send(LOG, ONE)
    assert (first.json["is_repeat"], second.json) == (False, first.json | {"is_repeat": True})
    assert len(await store.segments.runs(job.name)) == 1
    fresh = (await store.checkpoints.load(job.name)).last_success_at
    assert fresh is not None
    assert fresh.year > 2025 or fresh > datetime(2026, 1, 1, tzinfo=UTC)


async def test_an_older_upload_again_is_news(store: Store) -> None:
    """Only the last upload is known by its contents: going back to an older file takes effect."""
    job, *_ = await _workspace(store)
    other = ONE.replace("failed", "succeeded")
    for text, state in ((ONE, "failed"), (other, "succeeded"), (ONE, "failed")):
        answer = await _send(LOG, text)
        assert not answer.json["is_repeat"]
        assert set((await _stored(store, job))["state"]) == {state}


async def test_a_callers_key_stands_for_one_upload(store: Store) -> None:
    """An Idempotency-Key that comes again gets its first answer, whatever came between."""
    job, *_ = await _workspace(store)
    first = await _send(LOG, ONE, **{"Idempotency-Key": "k1"})
    await _send(LOG, ONE.replace("failed", "succeeded"), **{"Idempotency-Key": "k2"})
    again = await _send(LOG, ONE, **{"Idempotency-Key": "k1"})
    assert again.json == first.json | {"is_repeat": True}
    assert set((await _stored(store, job))["state"]) == {"succeeded"}
    assert (await _send(LOG, HEADER, **{"Idempotency-Key": "k1"})).status == 409


async def test_a_bad_row_costs_no_other(store: Store) -> None:
    """A row that cannot be read is named by line, id and field, quarantined, and let go once it is good."""
    await _workspace(store)
    text = ONE + "2,yesterday,customer,ACME02,odd,\r\n" + "3,2026-04-01T06:00:00Z,customer,ACME03,ok,\r\n"
    answer = await _send(LOG, text)
    assert (answer.json["accepted"], answer.json["refused"]) == (2, 1)
    [error] = answer.json["errors"]
    assert (error["line"], error["id"], error["fields"]) == (3, "2", ["started_at", "status"])
    assert "yesterday" not in error["why"]
    listed = await call("GET", "/workspaces/acme/sources/log/bad-records", OPERATOR_KEY)
    [bad] = listed.json["bad_records"]
    assert (bad["stream"], bad["id"], bad["fields"]) == ("attempts", "2", ["started_at", "status"])
    assert "yesterday" not in str(listed.json)
    await _send(LOG, HEADER + "2,2026-04-01T06:00:00Z,customer,ACME02,failed,\r\n")
    listed = await call("GET", "/workspaces/acme/sources/log/bad-records", OPERATOR_KEY)
    assert listed.json["bad_records"] == []


REFUSED = {
    "an unknown column": (HEADER.replace("entity", "entitty"), 400, "unknown columns: entitty"),
    "a missing column": ("attempt_id,status\r\n", 400, "missing columns: started_at"),
    "a column twice": (HEADER.replace("entity", "Status"), 400, "come twice: status"),
    "no header": ("", 400, "no header"),
    "a torn quote": (HEADER + '1,"2026', 400, "line 2"),
    "a short row": (HEADER + "1,2\r\n", 400, "2 values for 6 columns"),
    "no good row": (HEADER + "1,x,customer,A,failed,\r\n", 422, "line 2"),
    "another encoding": (None, 400, "not UTF-8"),
    "too many rows": (HEADER + "1,2026-04-01,,,ok,\n" * (MOST_ROWS + 1), 413, "50000 rows"),
    "too many bytes": (HEADER + "x" * 10_000_000, 413, "bytes"),
}


@pytest.mark.parametrize(("text", "status", "why"), REFUSED.values(), ids=REFUSED)
async def test_a_file_that_cannot_be_read_changes_nothing(
    store: Store, text: str | None, status: int, why: str
) -> None:
    """A file is refused as a whole where it cannot be read as one: by line or column, and nothing is kept."""
    job, *_ = await _workspace(store)
    body = (HEADER + "1,ü").encode("latin-1") if text is None else text.encode()
    answer = await call("POST", f"{LOG}?replace=true", OPERATOR_KEY, body, CSV)
    assert answer.status == status
    assert why in answer.body.decode()
    assert await store.segments.runs(job.name) == []
    assert (await store.checkpoints.load(job.name)).last_success_at is None


async def test_it_must_say_what_it_is(store: Store) -> None:
    """Without a content type that we read, or for a connection that is pulled, nothing is taken."""
    await _workspace(store)
    assert (await _send(LOG, ONE, {"Content-Type": "application/json"})).status == 415
    assert (await _send("/workspaces/acme/sources/shop/records", ONE)).status == 409
    assert (await call("POST", "/workspaces/acme/sources/log/pull", OPERATOR_KEY)).status == 409


async def test_a_replacement_is_all_that_there_is(store: Store) -> None:
    """With replace=true what the file does not hold goes; without it, it stays."""
    job, *_ = await _workspace(store)
    two = HEADER + "2,2026-04-02T06:00:00Z,,,ok,\r\n"
    await _send(LOG, ONE)
    await _send(LOG, two)
    assert sorted((await _stored(store, job))["id"]) == ["1", "1|ACME01", "2"]
    answer = await _send(f"{LOG}?replace=true", two)
    assert (answer.json["replaced"], answer.json["removed"]) == (1, 2)
    assert (await _stored(store, job))["id"] == ["2"]


async def test_an_empty_file_is_an_answer(store: Store) -> None:
    """A file with a header alone says that there is nothing: the stream is read, and has no records."""
    job, *_ = await _workspace(store)
    assert (await _send(LOG, HEADER)).json["accepted"] == 0
    assert (await store.checkpoints.load(job.name)).last_success_at is not None


@pytest.mark.parametrize(
    ("hours", "age", "is_stale"), [(None, 9_000, False), (24, 25, True), (24, 23, False)]
)
async def test_it_is_stale_only_where_an_upload_is_expected(
    store: Store, hours: int | None, age: int, *, is_stale: bool
) -> None:
    """No clock makes it stale, but the one that the connection names; never sent is never trusted."""
    job, *_ = await _workspace(store, **({"expected_every_hours": hours} if hours else {}))
    now = datetime.now(UTC)
    assert "has not been sent yet" in freshness.input_of(job, None, now).problem
    await _send(LOG, ONE)
    checkpoint = await store.checkpoints.load(job.name)
    problem = freshness.input_of(job, checkpoint, now + timedelta(hours=age)).problem
    assert bool(problem) == is_stale


async def test_another_release_asks_for_all_of_it(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a release normalises otherwise, old and new rows do not mix: 409 until all of it is sent."""
    await _workspace(store)
    await _send(LOG, ONE)
    monkeypatch.setattr(jobs, "RECORDS_VERSION", 999)
    assert (await _send(LOG, ONE)).status == 409
    assert (await _send(f"{LOG}?replace=true", ONE)).status == 200


async def test_one_upload_at_a_time(store: Store) -> None:
    """While an upload is taken in another is told to come again; a claim that is over keeps nobody out."""
    job, *_ = await _workspace(store)
    now = datetime.now(UTC)
    await store.checkpoints.change(job.name, claimed_until=now + timedelta(minutes=5))
    assert (await _send(LOG, ONE)).status == 409
    await store.checkpoints.change(job.name, claimed_until=now - timedelta(seconds=1))
    assert (await _send(LOG, ONE)).status == 200


async def test_control_characters_and_formulas_do_no_harm(store: Store) -> None:
    """Text is kept on one line without control characters; a formula is text, which exports disarm."""
    job, _, _ = await _workspace(store)
    row = {
        "attempt_id": "1",
        "started_at": "2026-04-01T06:00:00Z",
        "entity": "customer",
        "record_key": "A",
        "status": "failed",
        "error_text": '=HYPERLINK("x")\x00\x1b[31m\u2028end',
    }
    await _send(LOG, json.dumps(row), NDJSON)
    table = await _stored(store, job)
    assert '=HYPERLINK("x") [31m end' in table["error"]


async def test_orders_of_a_marketplace_reach_the_cards(store: Store) -> None:
    """An order that was sent is an order like any other: its buyer is looked for in the ledger."""
    _, job, _ = await _workspace(store)
    text = (
        "order_id,placed_at,currency,gross,tax,email,name\r\n"
        "M-1,2026-04-13T10:00:00+01:00,gbp,120.00,20,Ann@Example.com,Ann\r\n"
    )
    assert (await _send(MARKET, text)).json["accepted"] == 1
    table = await _stored(store, job, Order)
    assert table.keys_of(0) | {"id": "M-1"} == table.keys_of(0)
    shown = (table["email"][0], table["placed_at"][0], table["net"][0], table["state"][0])
    assert shown == ("ann@example.com", "2026-04-13T09:00:00Z", 1_000_000, "placed")
    await evaluate.evaluate(Services(store), "acme")
    reading = await store.readings.latest("acme", ABSENT)
    assert reading is not None
    assert any(each["connection"] == "market" for each in reading["inputs"])


FORMS = [source for source in SOURCES if source.form is not None]


@pytest.mark.parametrize("source", FORMS, ids=lambda source: source.kind)
async def test_each_kind_takes_its_required_columns(store: Store, source: Any) -> None:
    """Each kind takes a file of nothing but its required columns, and makes records of its type."""
    connection = {"name": "file", "kind": source.kind}
    workspace = await add_workspace(store, connections=[connection])
    values = {"currency": "GBP", "gross": "12.00", "tax": "2", "status": "failed"}
    fields = source.form.row.model_fields
    names = [name for name, each in fields.items() if each.is_required()]
    row = [values.get(name, "2026-04-01T06:00:00Z" if name.endswith("_at") else "A1") for name in names]
    answer = await _send("/workspaces/acme/sources/file/records", f"{','.join(names)}\r\n{','.join(row)}\r\n")
    assert (answer.status, answer.json["accepted"], answer.json["errors"]) == (200, 1, [])
    [job] = jobs_of(workspace, workspace.connections[0])
    assert len(await _stored(store, job, job.stream.record_type)) >= 1
    assert source_of(source.kind) is source
