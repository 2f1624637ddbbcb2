"""What every source keeps to, whatever its vendor: the same laws over all streams of all sources."""

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from dev.bench.account import START
from dev.bench.setups import PULLED, SETUPS, stream
from dev.vendors.facts import Account
from dev.vendors.faults import PASSING, drawn
from dev.vendors.scaled_time import run
from dev.vendors.throttles import THROTTLES
from shared.errors import RetryLater, SourceError
from tests.sources.suite import ROWS, SETTINGS, UNTIL
from tests.sources.suite_reader import ALL, Reader, fold, ids

WINDOWED = [(kind, name) for kind, name in ALL if not stream(kind, name).is_full_read]
HELD_WITHOUT = {"expired_token"}
"""Faults that end a pull where the token is not the source's own."""

every_stream = pytest.mark.parametrize(("kind", "name"), ALL)
windowed_streams = pytest.mark.parametrize(("kind", "name"), WINDOWED)


def test_every_source_stands_in_the_table() -> None:
    """A new source joins the suite by its line: what is set up, and what spoils a record of each stream."""
    assert {source.kind: {each.name for each in source.streams} for source in PULLED} == {
        kind: set(setting.bad) for kind, setting in SETTINGS.items()
    }


@every_stream
def test_a_stream_ends(kind: str, name: str) -> None:
    """Seven items in pages of two are seven records, each once; the last page alone has no cursor."""
    pages = run(Reader(kind=kind, name=name).read())
    assert len(set(ids(pages))) == len(ids(pages)) == ROWS
    assert [page.cursor for page in pages].index("") == len(pages) - 1
    assert not any(page.bad for page in pages)


@every_stream
def test_running_twice_gives_the_same(kind: str, name: str) -> None:
    """A second run over the first changes nothing, in pages of another size neither."""
    reader = Reader(kind=kind, name=name)
    once = fold(run(reader.read()))
    reader.page_size = 3
    assert once == fold(run(reader.read()))


@windowed_streams
def test_windows_are_half_open(kind: str, name: str) -> None:
    """Neighbouring windows lose nothing, and read nothing twice where the vendor knows seconds."""
    middle = START + timedelta(minutes=4)
    before = ids(run(Reader(kind=kind, name=name).read(until=middle)))
    after = ids(run(Reader(kind=kind, name=name).read(since=middle)))
    assert set(before) | set(after) == set(ids(run(Reader(kind=kind, name=name).read())))
    if name not in SETTINGS[kind].coarse:
        assert [len(before), len(after)] == [3, 4]


@windowed_streams
def test_an_overlap_makes_no_duplicates(kind: str, name: str) -> None:
    """Windows that overlap give the same record for the same id, so the store has it once."""
    reader = Reader(kind=kind, name=name)
    whole = fold(run(Reader(kind=kind, name=name).read()))
    run(reader.read(until=START + timedelta(minutes=6)))
    assert whole == fold(run(reader.read(since=START + timedelta(minutes=2))))


def tie(given: Account) -> None:
    """Let everything of an account have changed in the same second."""
    names = ("updated_at", "modified_at", "refunded_at", "requested_at", "started_at", "finished_at")
    for rows in (rows for rows in vars(given).values() if isinstance(rows, list)):
        for at, row in enumerate(rows):
            changes: dict[str, Any] = {name: START for name in names if hasattr(row, name)}
            changes |= {"posted_on": START.date()} if hasattr(row, "posted_on") else {}
            rows[at] = replace(row, **changes) if changes else row


@every_stream
def test_ties_across_a_page_boundary(kind: str, name: str) -> None:
    """Where all changed in the same second no page boundary costs a record."""
    read = []
    for size in (2, 3, 50):
        reader = Reader(kind=kind, name=name, page_size=size)
        tie(reader.account)
        read.append(ids(run(reader.read(since=START - timedelta(days=1)))))
        assert len(set(read[-1])) == ROWS
    assert set(read[0]) == set(read[1]) == set(read[2])


@pytest.mark.parametrize("moved", [0, 2, ROWS - 1])
@pytest.mark.parametrize(("kind", "name"), [each for each in ALL if stream(*each).is_by_key])
def test_what_changes_meanwhile_costs_no_record_that_is_read_by_key(kind: str, name: str, moved: int) -> None:
    """Whichever row changes behind the first page and stays in the window: all are read."""

    def change(given: Account) -> None:
        for rows in (rows for rows in vars(given).values() if isinstance(rows, list) and len(rows) == ROWS):
            times = [each for each in ("updated_at", "modified_at") if hasattr(rows[moved], each)]
            rows[moved] = replace(rows[moved], **dict.fromkeys(times, UNTIL - timedelta(minutes=1)))

    reader = Reader(kind=kind, name=name, meanwhile=change)
    assert len(fold(run(reader.read(since=START - timedelta(days=1))))) == ROWS


@every_stream
def test_throttled_then_served(kind: str, name: str) -> None:
    """Each way in which the vendor throttles, at each of the first calls, costs time and no record."""
    first = Reader(kind=kind, name=name)
    whole = fold(run(first.read()))
    for variant in range(len(THROTTLES[kind])):
        for call in (1, min(3, first.account.faults.calls)):
            reader = Reader(kind=kind, name=name)
            reader.account.faults.plan = {call: f"throttle:{variant}"}
            assert whole == fold(run(reader.read()))
            assert reader.account.faults.calls > call


@every_stream
def test_passing_faults_cost_nothing(kind: str, name: str) -> None:
    """Throttles, 5xx, time-outs, resets, cut bodies and spent tokens, as drawn: the same in the end."""
    has_own_token = not SETUPS[kind].scope and "client_secret" in SETUPS[kind].secrets
    kinds = tuple(each for each in PASSING if has_own_token or each not in HELD_WITHOUT)
    reader = Reader(kind=kind, name=name)
    reader.account.faults.plan = drawn(7, share=0.4, kinds=kinds)
    assert fold(run(Reader(kind=kind, name=name).read())) == fold(run(reader.read()))


@every_stream
def test_a_broken_run_goes_on_where_it_stopped(kind: str, name: str) -> None:
    """Whichever call the vendor is out from: the run resumes from its last page and ends the same."""
    first = Reader(kind=kind, name=name)
    whole = fold(run(first.read()))
    calls = first.account.faults.calls
    for call in range(1, calls + 1, calls // 6 + 1):
        reader = Reader(kind=kind, name=name)
        fault = ("server_error", "reset", "cut")[call % 3]
        reader.account.faults.plan = dict.fromkeys(range(call, call + 5), fault)
        with suppress(RetryLater):  # where a page that is too large is read as smaller ones, it may get by
            run(reader.read())
        reader.account.faults.plan = {}
        if reader.pages and not reader.cursor:
            assert whole == fold(reader.pages)
            continue
        assert whole == fold(run(reader.read(cursor=reader.cursor)))


@every_stream
@pytest.mark.parametrize("fault", ["html", "malformed"])
def test_an_answer_that_cannot_be_right_stops_the_stream(kind: str, name: str, fault: str) -> None:
    """A proxy's page with status 200, or half a JSON document, is no empty list."""
    reader = Reader(kind=kind, name=name)
    reader.account.faults.plan = dict.fromkeys(range(2, 50), fault)
    with pytest.raises(SourceError, match="no JSON"):
        run(reader.read())
    assert "" not in [page.cursor for page in reader.pages]


@every_stream
def test_a_page_that_repeats_stops_the_stream(kind: str, name: str) -> None:
    """A vendor that gives its first page again and again is not read for ever, nor taken for complete."""
    reader = Reader(kind=kind, name=name)
    reader.account.faults.is_stuck = True
    with pytest.raises(SourceError):
        run(reader.read())
    assert "" not in [page.cursor for page in reader.pages]


@windowed_streams
def test_late_rows_are_caught_by_the_overlap(kind: str, name: str) -> None:
    """Rows that can be seen only two minutes after their time come with the next run, which reads back."""
    reader, whole = Reader(kind=kind, name=name), fold(run(Reader(kind=kind, name=name).read()))
    clock = [START + timedelta(minutes=5)]
    reader.account.faults.late, reader.account.faults.clock = timedelta(minutes=2), lambda: clock[0]
    assert len(fold(run(reader.read(until=clock[0])))) < ROWS
    last, clock[0] = clock[0], UNTIL
    run(reader.read(since=last - stream(kind, name).overlap, until=UNTIL))
    assert whole == fold(reader.pages)
