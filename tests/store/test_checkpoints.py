"""Checkpoints: nobody overwrites what another instance wrote, and one instance evaluates at a time."""

import asyncio
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta

import pytest

from shared.store.checkpoints import Checkpoint, Evaluations
from shared.store.segments import StreamName
from shared.store.store import Store
from shared.store.tables import Conflict

STREAM = StreamName("shop", "ledger", "customers")
NOON = datetime(2026, 4, 14, 12, 0, 0, 123_456, tzinfo=UTC)
HOUR = timedelta(hours=1)
OUTSTANDING, OVER = "outstanding", "over"


async def test_a_stream_begins_with_an_empty_checkpoint(store: Store) -> None:
    """What was never pulled has a checkpoint that says so."""
    assert Checkpoint(connection="ledger", stream="customers") == await store.checkpoints.load(STREAM)
    assert await store.checkpoints.of("shop") == {}


async def test_every_field_comes_back(store: Store) -> None:
    """A checkpoint comes back as it was saved, None included, and is found among its workspace's."""
    full = Checkpoint(
        connection="ledger",
        stream="customers",
        **{  # type: ignore[arg-type]
            each.name: {"int": 3_000_000_000, "str": "text"}.get(str(each.type), NOON)
            for each in fields(Checkpoint)
            if each.name not in {"connection", "stream", "etag"}
        },
    )
    saved = await store.checkpoints.save("shop", full)
    assert saved == await store.checkpoints.load(STREAM)
    assert {("ledger", "customers"): saved} == await store.checkpoints.of("shop")
    emptied = await store.checkpoints.save("shop", replace(saved, claimed_until=None, run_since=None))
    assert emptied == await store.checkpoints.load(STREAM)


async def test_a_stale_checkpoint_is_not_saved(store: Store) -> None:
    """Of two who loaded the same checkpoint one saves; the other has a conflict, also on the first save."""
    fresh = await store.checkpoints.load(STREAM)
    first = await store.checkpoints.save("shop", replace(fresh, sequence=1))
    with pytest.raises(Conflict):
        await store.checkpoints.save("shop", replace(fresh, sequence=2))
    await store.checkpoints.save("shop", replace(first, sequence=3))
    with pytest.raises(Conflict):
        await store.checkpoints.save("shop", replace(first, sequence=4))
    assert (await store.checkpoints.load(STREAM)).sequence == 3


async def test_changes_at_the_same_time_are_all_kept(store: Store) -> None:
    """Changes of different fields merge, whoever comes first."""
    await asyncio.gather(
        store.checkpoints.change(STREAM, queued_at=NOON),
        store.checkpoints.change(STREAM, note="waits"),
        store.checkpoints.change(STREAM, records=7),
        store.checkpoints.change(STREAM, problem="out"),
    )
    found = await store.checkpoints.load(STREAM)
    assert (found.queued_at, found.note, found.records, found.problem) == (NOON, "waits", 7, "out")


async def test_a_change_under_a_lost_claim_is_refused(store: Store) -> None:
    """Whoever lost a stream to another instance changes nothing any more."""
    await store.checkpoints.change(STREAM, claims=1)
    await store.checkpoints.change(STREAM, claim=1, run_segments=1, claimed_until=NOON)
    await store.checkpoints.change(STREAM, claim=1, run_segments=2, claimed_until=NOON + HOUR)
    await store.checkpoints.change(STREAM, claims=2)
    with pytest.raises(Conflict):
        await store.checkpoints.change(STREAM, claim=1, run_segments=9)
    assert (await store.checkpoints.load(STREAM)).run_segments == 2


async def test_asking_again_keeps_the_first_date(store: Store) -> None:
    """A pull that has not ended keeps the date it was asked for, so that it is given up in the end."""
    for hours in range(3):
        await store.checkpoints.ask(STREAM, NOON + hours * HOUR)
    assert (await store.checkpoints.load(STREAM)).queued_at == NOON
    await store.checkpoints.change(STREAM, ended_at=NOON + 3 * HOUR)
    await store.checkpoints.ask(STREAM, NOON + 4 * HOUR)
    assert (await store.checkpoints.load(STREAM)).queued_at == NOON + 4 * HOUR


@pytest.mark.parametrize(
    ("queued", "ended", "state"),
    [
        (None, None, OVER),
        (0, None, OUTSTANDING),
        (0, -1, OUTSTANDING),
        (0, 0, OVER),
        (0, 1, OVER),
        (-59, None, OUTSTANDING),
        (-60, None, OVER),
        (-60, -90, OVER),
    ],
)
def test_a_pull_is_outstanding_until_it_ends_or_is_given_up(
    queued: int | None, ended: int | None, state: str
) -> None:
    """A round waits for a pull that was asked for and has not ended, and for an hour at most."""
    checkpoint = Checkpoint(
        connection="ledger",
        stream="customers",
        queued_at=None if queued is None else NOON + timedelta(minutes=queued),
        ended_at=None if ended is None else NOON + timedelta(minutes=ended),
    )
    assert (state == OUTSTANDING) == checkpoint.is_outstanding(NOON, HOUR)


async def test_one_instance_evaluates_at_a_time(store: Store) -> None:
    """Of many who want a workspace's lease at once one gets it, and the next once it is given back."""
    wanted = [store.checkpoints.claim_evaluation("shop", NOON, NOON + HOUR) for _ in range(5)]
    leases = [lease for lease in await asyncio.gather(*wanted) if lease]
    assert len(leases) == 1
    assert await store.checkpoints.claim_evaluation("other", NOON, NOON + HOUR)
    await store.checkpoints.release_evaluation("shop", leases[0], NOON)
    assert await store.checkpoints.claim_evaluation("shop", NOON, NOON + HOUR)
    assert await store.checkpoints.of("shop") == {}, "a lease is no checkpoint"


async def test_a_lease_runs_out(store: Store) -> None:
    """A lease that nobody gave back is free at its end; its late owner does not free the next one's."""
    late = await store.checkpoints.claim_evaluation("shop", NOON, NOON + HOUR)
    assert late
    almost, end = NOON + HOUR - timedelta(microseconds=1), NOON + HOUR
    assert await store.checkpoints.claim_evaluation("shop", almost, end) is None
    assert await store.checkpoints.claim_evaluation("shop", end, end + HOUR)
    await store.checkpoints.release_evaluation("shop", late, end)
    assert await store.checkpoints.claim_evaluation("shop", end, end + HOUR) is None


async def test_evaluations_are_counted_as_they_begin(store: Store) -> None:
    """How many have begun is known at any time, and which was the last that ended well."""
    checkpoints = store.checkpoints
    assert Evaluations() == await checkpoints.evaluations("shop")
    for looked_at in ("2026-04-14T12:00:00Z", ""):
        lease = await checkpoints.claim_evaluation("shop", NOON, NOON + HOUR)
        assert lease
        await checkpoints.release_evaluation("shop", lease, NOON, looked_at)
    known = await checkpoints.evaluations("shop")
    assert (2, 1, "2026-04-14T12:00:00Z") == (known.begun, known.ended, known.looked_at)


async def test_a_lease_of_an_earlier_release_counts_nothing(store: Store) -> None:
    """What it left says only until when it was held."""
    table = store.checkpoints._table
    await table.put({"PartitionKey": "shop", "RowKey": "=evaluation", "claimed_until": NOON})
    lease = await store.checkpoints.claim_evaluation("shop", NOON, NOON + HOUR)
    assert lease
    assert (1, 0) == (lease.begun, lease.ended)
