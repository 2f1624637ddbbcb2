"""Exceptions follow readings: whatever crashes, overlaps or is not looked at, none is lost and none stays."""

import asyncio
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, cast
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.cards import CARDS
from shared.domain.exceptions import TIEOUT, NotAllowed, Step, replay
from shared.domain.windows import text
from shared.pipeline import judging
from shared.pipeline.follow import Found, follow
from shared.pipeline.older import Older
from shared.pipeline.services import Services
from shared.store.exception_entities import CardName
from shared.store.store import Store
from shared.store.tables import Conflict
from tests.builders import law
from tests.pipeline.bench import CARD as WATCHED
from tests.pipeline.bench import Bench
from tests.pipeline.dawdling import dawdling
from tests.pipeline.memory import memory_store
from tests.pipeline.mortal import Death, Life, mortal
from tests.pipeline.vendors import customer, order

CARD = CARDS[2]
NAME = CardName("shop", CARD.id)
IDS = "abcdefgh"
"""Case number n came up on day n + 1."""
WINDOW = 3


@dataclass(frozen=True)
class Round:
    """One reading: what is open then, how far back is looked, and what befalls the one who folds it."""

    open: frozenset[str]
    days: int = 1
    """Since the reading before."""
    looks_back: int = 30
    dies_at: int = 0
    """The write at which the process dies; 0 for none."""
    is_last_write_done: bool = False
    act: str = ""
    """What a person does about every case after it."""
    beside: tuple[int, int] = (0, 0)
    """How long two instances dawdle at each step, of which one folds the reading before; zeros for one."""


ROUNDS = st.lists(
    st.builds(
        Round,
        open=st.frozensets(st.sampled_from(IDS)),
        days=st.integers(0, 2),
        looks_back=st.sampled_from([0, 2, 30]),
        dies_at=st.sampled_from([0, 0, 1, 2, 3, 4, 5]),
        is_last_write_done=st.booleans(),
        act=st.sampled_from(["", "", "resolve", "reopen", "snooze", "ignore", "assign", "comment"]),
        beside=st.one_of(st.just((0, 0)), st.tuples(st.integers(0, 9), st.integers(0, 9))),
    ),
    min_size=1,
    max_size=8,
)


def _at(day: int, second: int = 0) -> str:
    return f"2026-04-{1 + day:02}T12:00:{second:02}Z"


def _found(number: int, day: int, each: Round) -> Found:
    reading = {
        "workspace": "shop",
        "evaluation": f"{day:04}-{number:04}",
        "joined_at": _at(day, number),
        "as_of": _at(day, number),
    }
    start = _at(day - WINDOW) if day >= WINDOW else ""
    since = _at(day - WINDOW - each.looks_back) if day >= WINDOW + each.looks_back else ""
    came_up = {case_id: _at(IDS.index(case_id)) for case_id in each.open}
    rows = [
        {"id": case_id, "occurred_at": at, "order": f"#{case_id}", "name": "Ann", "email": "ann@example.com"}
        for case_id, at in came_up.items()
        if at >= start
    ]
    older = {case_id: at for case_id, at in came_up.items() if since <= at < start}
    return Found(reading, rows, older, since)


async def _live(store: Store) -> set[str]:
    return {each.case.id for each in await store.exceptions.every(NAME) if each.case.state != "resolved"}


async def _fold(store: Store, found: Found, each: Round, previous: Found) -> None:
    """Fold a reading as the round has it; what is cut short is done again only where another cut in."""
    if any(each.beside):
        outcomes = await asyncio.gather(
            *(
                follow(Services(dawdling(store, turns)), CARD, which)
                for turns, which in zip(each.beside, (previous, found), strict=True)
            ),
            return_exceptions=True,
        )
        assert all(isinstance(outcome, int | Conflict) for outcome in outcomes)
        await follow(Services(store), CARD, found)
        return
    life = Life(each.dies_at or 10_000, is_last_one_done=each.is_last_write_done)
    await follow(Services(mortal(replace(store, queues=cast("Any", None)), life)), CARD, found)


async def _act(store: Store, each: Round, at: str) -> None:
    for kept in await store.exceptions.every(NAME):
        step = Step(
            at=at,
            who="ann",
            action=cast("Any", each.act),
            until="2027",
            reason="r",
            comment="c",
            assignee="AR",
        )
        try:
            await store.exceptions.take(NAME, kept.case.id, step)
        except NotAllowed:
            continue


async def _assert_sound(store: Store) -> None:
    """Hold each case against its steps, and the log against both."""
    log = await store.exceptions.log([NAME])
    kept = await store.exceptions.every(NAME)
    for each in kept:
        steps = [entry.step for entry in log if entry.exception == each.case.id]
        assert steps == list(each.steps)
        assert each.case == replay(each.case.id, steps)
        assert each.summary["occurred_at"] == _at(IDS.index(each.case.id))
        assert "Ann" not in str(each.summary)
        assert "ann@" not in str(each.summary)
    people = {each.case.id for each in kept if any(step.who != TIEOUT for step in each.steps)}
    touched = await store.exceptions.touched(NAME)
    assert set(touched) == people - {each.case.id for each in kept if each.case.resolved_by == TIEOUT}
    assert [touched] == await store.exceptions.touched_of(NAME.workspace, [NAME.card])


@settings(law, max_examples=120)
@given(ROUNDS)
def test_exceptions_follow_the_readings(rounds: list[Round]) -> None:
    """After a reading what it found is live and what it looked at in vain is resolved; the rest is as it was.

    So it is whatever people did in between, wherever a process died, and however two of them overlapped;
    and the log replays to every state.
    """

    async def history() -> None:
        store, day = memory_store(), 0
        previous = _found(0, 0, rounds[0])
        for number, each in enumerate(rounds):
            day += each.days
            found = _found(number, day, each)
            before = await _live(store)
            try:
                await _fold(store, found, each, previous)
            except Death:
                continue
            previous = found
            shown = {row["id"] for row in found.rows} | set(found.older)
            unseen = {case_id for case_id in IDS if _at(IDS.index(case_id)) < found.looked_since}
            live = await _live(store)
            assert live - unseen == shown - unseen
            # What nobody looked at is as it was, unless the reading before was folded once more.
            assert any(each.beside) or live & unseen == before & unseen
            assert await follow(Services(store), CARD, found) == 0
            await _assert_sound(store)
            if each.act:
                await _act(store, each, _at(day, number))
        last = Round(rounds[-1].open)
        await follow(Services(store), CARD, _found(len(rounds), day + 1, last))
        assert await _live(store) == set(last.open)
        await _assert_sound(store)

    asyncio.run(history())


async def _after(*rounds: Round) -> dict[str, str]:
    """Give the states after readings on one day after the other."""
    store = memory_store()
    for number, each in enumerate(rounds):
        await follow(Services(store), CARD, _found(number, 4 + number, each))
        if each.act:
            await _act(store, each, _at(4 + number, 30))
    return {each.case.id: each.case.state for each in await store.exceptions.every(NAME)}


@pytest.mark.parametrize(
    ("rounds", "states"),
    [
        ([Round(frozenset("d"))], {"d": "open"}),
        ([Round(frozenset("d")), Round(frozenset())], {"d": "resolved"}),
        ([Round(frozenset("d")), Round(frozenset()), Round(frozenset("d"))], {"d": "reopened"}),
        ([Round(frozenset("d"), act="assign"), Round(frozenset("d"))], {"d": "assigned"}),
        ([Round(frozenset("d"), act="resolve"), Round(frozenset("d"))], {"d": "reopened"}),
        ([Round(frozenset("d")), Round(frozenset(), act="reopen"), Round(frozenset())], {"d": "resolved"}),
        ([Round(frozenset("d")), Round(frozenset(), act="reopen"), Round(frozenset("d"))], {"d": "reopened"}),
        ([Round(frozenset("d"), act="ignore"), Round(frozenset("d"))], {"d": "ignored"}),
        ([Round(frozenset("d"), act="ignore"), Round(frozenset())], {"d": "resolved"}),
        ([Round(frozenset("b")), Round(frozenset(), looks_back=0)], {"b": "open"}),
        ([Round(frozenset("b")), Round(frozenset())], {"b": "resolved"}),
    ],
)
async def test_what_a_reading_does(rounds: list[Round], states: dict[str, str]) -> None:
    """A case appears, is settled, comes back; people's work stays; what was not looked at stays open."""
    assert states == await _after(*rounds)


async def test_an_older_reading_changes_nothing() -> None:
    """A reading that comes late, behind a newer one, is let go."""
    store = memory_store()
    await follow(Services(store), CARD, _found(2, 5, Round(frozenset("de"))))
    assert 0 == await follow(Services(store), CARD, _found(1, 4, Round(frozenset("a"))))
    assert {"d", "e"} == await _live(store)


async def test_a_step_is_never_older_than_the_one_before() -> None:
    """A machine that read before a person acted takes its step after it, and is dated so."""
    store = memory_store()
    await follow(Services(store), CARD, _found(0, 4, Round(frozenset("d"))))
    await _act(store, Round(frozenset(), act="assign"), _at(9))
    await follow(Services(store), CARD, _found(1, 5, Round(frozenset())))
    (kept,) = await store.exceptions.every(NAME)
    assert [_at(4), _at(9), _at(9)] == [step.at for step in kept.steps]
    await _assert_sound(store)


async def test_what_is_known_of_a_case_stays_when_it_leaves_its_window() -> None:
    """A case that comes back among the older ones keeps what its row once said."""
    store = memory_store()
    for number, each in enumerate((Round(frozenset("d")), Round(frozenset()), Round(frozenset("d")))):
        await follow(Services(store), CARD, _found(number, 5 + 2 * number, each))
    (kept,) = await store.exceptions.every(NAME)
    assert ("reopened", "#d") == (kept.case.state, kept.summary["order"])


async def _states(bench: Bench) -> dict[str, str]:
    every = await bench.store.exceptions.every(CardName("shop", WATCHED))
    return {each.summary["occurred_at"][:10]: each.case.state for each in every}


async def test_over_the_real_store_no_work_is_lost(bench: Bench) -> None:
    """Over real storage, with the card's own judge, people's work outlives rounds; a match settles it."""
    bench.orders.knows(order(1), order(2, placed_before=timedelta(days=1)))
    bench.customers.knows(customer(9))
    await bench.round()
    assert {"2026-04-14": "open", "2026-04-13": "open"} == await _states(bench)
    name = CardName("shop", WATCHED)
    for kept in await bench.store.exceptions.every(name):
        step = Step(at=text(bench.clock()), who="ann", action="assign", assignee="AR clerk")
        await bench.store.exceptions.take(name, kept.case.id, step)
    bench.clock.advance(minutes=15)
    bench.customers.knows(customer(1), since=bench.clock())
    bench.clock.advance(minutes=15)
    await bench.round()
    assert {"2026-04-14": "resolved", "2026-04-13": "assigned"} == await _states(bench)
    bench.clock.advance(minutes=15)
    await bench.round()
    assert {"2026-04-14": "resolved", "2026-04-13": "assigned"} == await _states(bench)


async def test_what_cannot_be_looked_at_stays_open(bench: Bench) -> None:
    """Where the days before the window cannot be judged, what is open there is not taken for settled."""
    bench.orders.knows(order(1), order(2, placed_before=timedelta(days=20)))
    bench.customers.knows(customer(9))
    await bench.round()
    assert {"2026-04-14": "open", "2026-03-25": "open"} == await _states(bench)
    unknown = Older({"count": None, "since": "2026-01-01T00:00:00Z"})
    bench.clock.advance(minutes=15)
    with mock.patch.object(judging, "older_unresolved", return_value=unknown):
        await bench.evaluate()
    assert {"2026-04-14": "open", "2026-03-25": "open"} == await _states(bench)
