"""Exceptions in the store: no step is lost, none is written twice, and the log replays to the state."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from azure.data.tables.aio import TableServiceClient

from shared.domain.exceptions import TIEOUT, Incomplete, NotAllowed, Step, replay
from shared.store.exception_entities import CardName
from shared.store.exceptions import Exceptions
from shared.store.folds import Folded
from shared.store.tables import Conflict, Table, Tables

CARD = CardName("fern", "ecom_customers_absent_from_sage")
APPEARED = Step(at="2026-04-14T09:00:00Z", who=TIEOUT, action="appeared")
ASSIGNED = Step(at="2026-04-14T10:00:00Z", who="ann", action="assign", assignee="AR clerk")
MATCHED = Step(at="2026-04-14T11:00:00Z", who=TIEOUT, action="matched")


@pytest.fixture
async def exceptions(table: Table) -> Exceptions:
    """Give the exceptions of an empty store."""
    return Exceptions(table)


@pytest.fixture
async def other(azurite: str, storage_names: str) -> AsyncIterator[Exceptions]:
    """Give the same exceptions, as another instance has them."""
    async with TableServiceClient.from_connection_string(azurite) as service:
        yield Exceptions(await Tables(service, storage_names, set()).table("things"))


async def test_steps_are_kept_and_logged(exceptions: Exceptions) -> None:
    """Each step stands in the exception and once in the log; the log replays to the state."""
    for step in (APPEARED, ASSIGNED, MATCHED):
        taken = await exceptions.take(CARD, "x", step, summary={"order": "SH-#1"})
    assert (APPEARED, ASSIGNED, MATCHED) == taken.steps
    assert {"order": "SH-#1"} == taken.summary
    log = await exceptions.log([CARD])
    assert [APPEARED, ASSIGNED, MATCHED] == [each.step for each in log]
    assert [("", "open"), ("open", "assigned"), ("assigned", "resolved")] == [
        (each.before, each.after) for each in log
    ]
    assert taken.case == replay("x", [each.step for each in log])


async def test_the_log_is_cut_by_time(exceptions: Exceptions) -> None:
    """The log gives the steps from an instant up to another."""
    for step in (APPEARED, ASSIGNED, MATCHED):
        await exceptions.take(CARD, "x", step)
    assert [ASSIGNED] == [each.step for each in await exceptions.log([CARD], ASSIGNED.at, MATCHED.at)]


async def test_only_what_people_changed_is_touched(exceptions: Exceptions) -> None:
    """The few that people changed are found at once, until a match settles them."""
    await exceptions.take(CARD, "x", APPEARED)
    await exceptions.take(CARD, "y", APPEARED)
    assert {} == await exceptions.touched(CARD)
    taken = await exceptions.take(CARD, "x", ASSIGNED)
    assert {"x": taken.case} == await exceptions.touched(CARD)
    await exceptions.take(CARD, "x", MATCHED)
    assert {} == await exceptions.touched(CARD)


async def test_two_people_lose_nothing(exceptions: Exceptions, other: Exceptions) -> None:
    """Steps that come at once are all kept, one behind the other."""
    await exceptions.take(CARD, "x", APPEARED)
    words = [Step(at="2026-04-14T10:00:00Z", who="ann", action="comment", comment=str(n)) for n in range(6)]
    await asyncio.gather(
        *((exceptions if n % 2 else other).take(CARD, "x", step) for n, step in enumerate(words))
    )
    kept = await exceptions.get(CARD, "x")
    assert kept is not None
    assert set(words) | {APPEARED} == set(kept.steps)
    assert (6, 7) == (kept.case.comments, len(await exceptions.log([CARD])))


async def test_a_stale_etag_is_refused(exceptions: Exceptions) -> None:
    """Who read before another changed it may not change it blindly."""
    first = await exceptions.take(CARD, "x", APPEARED)
    await exceptions.take(CARD, "x", ASSIGNED, etag=first.etag)
    with pytest.raises(Conflict):
        await exceptions.take(CARD, "x", replace(ASSIGNED, assignee="CFO"), etag=first.etag)


async def test_a_refused_step_writes_nothing(exceptions: Exceptions) -> None:
    """A step that is not allowed, or lacks something, leaves neither a state nor an entry."""
    before = await exceptions.take(CARD, "x", APPEARED)
    with pytest.raises(NotAllowed):
        await exceptions.take(CARD, "x", replace(ASSIGNED, action="reopen"))
    with pytest.raises(Incomplete):
        await exceptions.take(CARD, "x", replace(ASSIGNED, action="ignore"))
    assert before == await exceptions.get(CARD, "x")
    assert 1 == len(await exceptions.log([CARD]))


async def test_many_appear_together(exceptions: Exceptions) -> None:
    """Many steps are taken in few transactions; one that exists already is taken from where it stands."""
    await exceptions.take(CARD, "7", APPEARED)
    await exceptions.take(CARD, "7", MATCHED)
    back = Step(at="2026-04-15T09:00:00Z", who=TIEOUT, action="came_back")
    steps = {str(number): (back if number == 7 else APPEARED, {"order": str(number)}) for number in range(80)}
    await exceptions.take_all(CARD, steps)
    kept = {each.case.id: each for each in await exceptions.every(CARD)}
    assert set(steps) == set(kept)
    assert {"7": "reopened"} == {n: each.case.state for n, each in kept.items() if each.case.state != "open"}
    assert {"order": "12"} == kept["12"].summary


async def test_first_seen_is_what_is_kept(exceptions: Exceptions, other: Exceptions) -> None:
    """However many are asked for, and whoever folds meanwhile: each exception has its own first instant."""
    ids = [str(number) for number in range(30)]
    later = Step(at="2026-04-15T09:00:00Z", who=TIEOUT, action="appeared")
    folded = Folded("1")

    async def seen(asked: list[str]) -> dict[str, str]:
        return await exceptions.first_seen(CARD, asked, (await exceptions.stands_at(CARD)).version)

    for some, step in ((ids[:24], APPEARED), (ids[24:], later)):
        before = await exceptions.stands_at(CARD)
        begun = await other.folds.begin(CARD.partition, folded)
        assert len(await seen(ids)) in {0, 24}
        await other.take_all(CARD, dict.fromkeys(some, (step, None)))
        await other.folds.end(CARD.partition, replace(begun, evaluation=begun.evaluation + "1"))
        folded = await other.folds.of(CARD.partition)
        # A request that began before the fold keeps nothing that one which begins after it believes.
        await exceptions.first_seen(CARD, ids, before.version)
        first, again = [await seen(ids) for _ in range(2)]
        few = await seen(ids[-8:])
        assert first == again
        assert few == {each: first[each] for each in ids[-8:] if each in first}
        assert [first[each] for each in some] == [step.at] * len(some)


async def test_cards_are_apart(exceptions: Exceptions) -> None:
    """The same id on another card, or in another workspace, is another exception."""
    await exceptions.take(CARD, "x", APPEARED)
    for where in (replace(CARD, card="other"), replace(CARD, workspace="moss")):
        assert await exceptions.get(where, "x") is None
        assert [] == await exceptions.every(where)


async def test_the_fold_is_noted(exceptions: Exceptions) -> None:
    """The evaluation that exceptions stand at is remembered for each card, with all that it found open."""
    folds, at = exceptions.folds, CARD.partition
    assert Folded() == await folds.of(at)
    many = Folded("20260414T090000Z", {f"{n:024}": "2026-04-13T12:00:00Z" for n in range(25_000)})
    await folds.end(at, many)
    there = await folds.of(at)
    assert many == there
    few = Folded("20260414T093000Z", {"x": "2026-04-14T09:10:00Z"}, etag=there.etag)
    await folds.end(at, few)
    there = await folds.of(at)
    assert few == there
    assert 2 == len([each async for each in exceptions._table.between(at, "folded", "folded}")])
    later = replace(there, evaluation="20260414T094500Z")
    await folds.end(at, later)
    assert later == await folds.of(at)


async def test_one_folds_at_a_time(exceptions: Exceptions, other: Exceptions) -> None:
    """Whose fold another has overtaken is told so; what is under way, or in doubt, stands as such."""
    at = CARD.partition
    mine = await exceptions.folds.begin(at, Folded())
    theirs = await other.folds.of(at)
    assert theirs.is_under_way
    begun = await other.folds.begin(at, theirs)
    with pytest.raises(Conflict):
        await exceptions.folds.end(at, replace(mine, evaluation="1"))
    await other.folds.end(at, replace(begun, evaluation="2"))
    assert Folded("2") == await exceptions.folds.of(at)
    await exceptions.folds.doubt(at)
    assert (await other.folds.of(at)).is_under_way


async def test_a_machine_does_not_overrule_a_person(exceptions: Exceptions) -> None:
    """A step of a reading that a person was quicker than is let go; the others of its batch are taken."""
    for case_id in ("x", "y"):
        await exceptions.take(CARD, case_id, APPEARED)
    await exceptions.take(CARD, "x", replace(ASSIGNED, action="resolve"))
    await exceptions.take_all(CARD, {"x": (MATCHED, None), "y": (MATCHED, None)})
    found = {each.case.id: each.case.resolved_by for each in await exceptions.every(CARD)}
    assert {"x": "ann", "y": TIEOUT} == found
