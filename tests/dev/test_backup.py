"""A backup that is taken while the app works: what comes back is what could have been there at one moment."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dev.backup import backup, restore
from dev.backup.streams import UnsteadyError
from dev.faults.storage.account import Account, connect
from shared.domain.alerts import Alert, AlertKey
from shared.domain.events import Event
from shared.domain.exceptions import Step
from shared.domain.records import MasterCustomer
from shared.store.exception_entities import CardName
from shared.store.receipts import Receipt
from shared.store.segments import Run, StreamName
from shared.store.store import Store, store_over
from tests.dev.tables_at_hand import ANY_ACCOUNT, Act, TablesAtHand
from tests.pipeline.vendors import customer

NOW = datetime(2026, 4, 14, 12, tzinfo=UTC)
STREAM = StreamName("acme", "ledger", "customers")
CARD = CardName("acme", "ecom_customers_absent_from_sage")
PAGES = 2
Deed = Callable[[Store], AsyncIterator[None]]
"""Something that the app does, write by write."""
moments = st.lists(st.integers(0, 40), max_size=40)
"""After how many entities that were read the app goes on by one write each."""


def pull(number: int, *, is_full: bool = False) -> Deed:
    """Read a stream once, in the order in which a pull writes: pages, the commit, the checkpoint."""

    async def deed(store: Store) -> AsyncIterator[None]:
        run = f"{number:08}"
        await store.checkpoints.change(STREAM, sequence=number, run=run, run_segments=0, claims=number)
        for page in range(PAGES):
            yield
            found = [customer(number + 100 * page)]
            await store.segments.write(STREAM, run, page, MasterCustomer, found, claim=number)
            yield
            await store.checkpoints.change(STREAM, run_segments=page + 1)
        yield
        await store.segments.commit(STREAM, run_of(run, PAGES, is_full=is_full))
        yield
        await store.checkpoints.change(STREAM, run="", last_run=run, records=number)

    return deed


def fold(last: int) -> Deed:
    """Write what was read so far as one run."""

    async def deed(store: Store) -> AsyncIterator[None]:
        name = f"{last:08}~20260414~4000"
        found = [customer(int(each)) for each in sorted(ids_of(last))]
        await store.segments.write(STREAM, name, 0, MasterCustomer, found)
        yield
        await store.segments.commit(STREAM, run_of(name, 1, is_full=True))

    return deed


def run_of(name: str, segments: int, *, is_full: bool = False) -> Run:
    """Give a run as it is committed."""
    return Run(
        run=name, segments=segments, records=0, bad_records=0, is_full=is_full, until=NOW, committed_at=NOW
    )


def ids_of(last: int) -> set[str]:
    """Give what the first pulls have brought, the third of which replaces those before."""
    return {
        str(number + 100 * page) for number in range(1 if last < 3 else 3, last + 1) for page in range(PAGES)
    }


async def work(store: Store) -> AsyncIterator[None]:
    """Have somebody work on two exceptions."""
    for number in range(3):
        for case in ("case-1", "case-2"):
            comment = f"looked {number} times" if number else ""
            action = "comment" if number else "appeared"
            at = f"2026-04-14T12:00:0{number}Z"
            await store.exceptions.take(CARD, case, Step(at=at, who="Kim", action=action, comment=comment))
            yield


async def no_work(store: Store) -> AsyncIterator[None]:
    """Note that nobody works."""
    await store.exceptions.worked_cards.note(CARD, is_worked=False)
    yield


async def tell(store: Store) -> AsyncIterator[None]:
    """Open alerts; each is written together with what it tells."""
    for number, card in enumerate("abcd", start=1):
        event = Event(number=number, made_at="2026-04-14T12:00:00Z", cards=(card,), roles=(), message={})
        await store.alerts.save("acme", [(Alert(key=AlertKey(card), state="open"), "")], (), event)
        yield


async def written(store: Store, deeds: Sequence[Deed]) -> AsyncIterator[None]:
    """Do one thing after another."""
    for deed in deeds:
        async for _ in deed(store):
            yield


class Drill:
    """An account with an app at work, its backup, and another account that this is brought back into."""

    def __init__(self, folder: Path) -> None:
        self._loop = asyncio.new_event_loop()
        self._file = folder / "backup.gz"
        self._before, self._after = Account(lambda: NOW), Account(lambda: NOW)
        self.store: Store = self.run(store_over(*connect(self._before)))

    def run(self, awaited: Any) -> Any:
        """Wait for something."""
        return self._loop.run_until_complete(awaited)

    def do(self, *deeds: Deed, where: Account | None = None) -> None:
        """Have the app do something to its end."""

        async def every() -> None:
            async for _ in written(await store_over(*connect(where)) if where else self.store, deeds):
                pass

        self.run(every())

    def back_up(self, deeds: Sequence[Deed], when: Sequence[int], *, is_everything: bool = True) -> None:
        """Take a backup while the app does these things, a write at each of these moments."""
        left, writes, read = sorted(when), written(self.store, deeds), 0

        async def act(_: str) -> None:
            nonlocal read
            read += 1
            while left and left[0] <= read:
                left.pop(0)
                await anext(writes, None)

        self.back_up_while(act, is_everything=is_everything)
        self.run(writes.aclose())  # type: ignore[attr-defined] # it is a generator

    def back_up_while(self, act: Act, *, is_everything: bool = True) -> None:
        """Take a backup while the app does something whenever an entity has been read."""
        tables = TablesAtHand(self._before, self._loop, act)
        with patch.object(backup, "opened", tables.opened):
            backup.back_up(ANY_ACCOUNT, self._file, is_everything=is_everything)

    def brought_back(self, *deeds: Deed) -> Store:
        """Bring the backup back, twice, into an account in which an app has done no more than this."""
        self.do(*deeds, where=self._after)
        with patch.object(restore, "opened", TablesAtHand(self._after, self._loop).opened):
            restore.restore(ANY_ACCOUNT, self._file)
            assert not restore.restore(ANY_ACCOUNT, self._file).made
        found: Store = self.run(store_over(*connect(self._after)))
        return found

    def ids(self, store: Store) -> set[str]:
        """Read a stream."""
        runs = self.run(store.segments.runs(STREAM))
        batches = self.run(store.segments.batches(STREAM, MasterCustomer, runs))
        return {each.removeprefix("C") for batch in batches for each in batch.keys["id"]}

    def close(self) -> None:
        """End what waits for nothing more."""
        self._loop.close()


@contextmanager
def drill() -> Iterator[Drill]:
    """Give a drill in a folder of its own."""
    with TemporaryDirectory() as folder:
        found = Drill(Path(folder))
        try:
            yield found
        finally:
            found.close()


@settings(max_examples=40)
@given(moments)
def test_no_record_counts_as_read_that_is_not_in_the_file(when: list[int]) -> None:
    """Whatever is pulled and folded meanwhile: what a checkpoint says was read comes back.

    A pull in progress goes on where it was.
    """
    with drill() as on:
        on.do(pull(1, is_full=True))
        on.back_up([pull(2), fold(2), pull(3, is_full=True), fold(3), pull(4)], when)
        store = on.brought_back()
        checkpoint = on.run(store.checkpoints.load(STREAM))
        assert ids_of(checkpoint.records) == on.ids(store)
        if checkpoint.run:
            on.run(store.segments.commit(STREAM, run_of(checkpoint.run, checkpoint.run_segments)))
            brought = {str(checkpoint.sequence + 100 * page) for page in range(checkpoint.run_segments)}
            assert ids_of(checkpoint.records) | brought == on.ids(store)


@settings(max_examples=40)
@given(moments)
def test_an_exception_and_its_log_tell_the_same(when: list[int]) -> None:
    """A step that is taken meanwhile is in the file or is not: in exception, log and standing."""
    with drill() as on:
        on.do(tell)
        on.back_up([work], when, is_everything=False)
        store = on.brought_back()
        kept = on.run(store.exceptions.every(CARD))
        touched = on.run(store.exceptions.touched(CARD))
        entries = on.run(store.exceptions.log([CARD]))
        steps = Counter({each.case.id: len(each.steps) for each in kept})
        assert steps == Counter(each.exception for each in entries)
        assert {each.case.id: each.case for each in kept if each.is_touched} == touched
        assert [touched] == on.run(store.exceptions.touched_of(CARD.workspace, [CARD.card]))


def test_work_comes_back_where_an_evaluation_has_noted_none() -> None:
    """After the loss the app has noted that nobody works on a card: with the backup somebody does."""
    with drill() as on:
        on.do(work)
        on.back_up([], [], is_everything=False)
        found = on.run(on.brought_back(no_work).exceptions.touched_of(CARD.workspace, [CARD.card]))
        assert [{"case-1", "case-2"}] == [set(each) for each in found]


@settings(max_examples=40)
@given(moments)
def test_an_alert_and_what_it_told_come_together(when: list[int]) -> None:
    """An alert that is open in the file was told there, and none was told that is not open."""
    with drill() as on:
        on.back_up([tell], when, is_everything=False)
        store = on.brought_back()
        told = [each.cards[0] for each in on.run(store.events.after("acme", 0))]
        assert sorted(told) == sorted(each.card for each in on.run(store.alerts.of("acme")))


def test_an_upload_that_is_not_in_the_file_is_not_answered_from_it() -> None:
    """A receipt is read before what it stands for: who sends the file again has it taken in."""
    order: list[str] = []

    async def act(table: str) -> None:
        order.append(table)

    with drill() as on:
        on.do(pull(1), work)
        on.run(on.store.receipts.put(STREAM, Receipt("digest", {"accepted": 1}, NOW)))
        on.back_up_while(act)
    firsts = list(dict.fromkeys(order))
    assert ["receipts", "checkpoints", "segments"] == [
        each for each in firsts if each in {"receipts", "checkpoints", "segments"}
    ]


def test_segments_that_go_meanwhile_end_the_backup(tmp_path: Path) -> None:
    """There is no file rather than one with half of a stream in it; it says what to do."""
    on = Drill(tmp_path)
    on.do(pull(1, is_full=True))
    base = run_of("00000009", 1, is_full=True)
    seen = Counter[str]()

    async def act(table: str) -> None:
        seen[table] += 1
        if table == "segments" and seen[table] == 3:
            await on.store.segments.drop_before(STREAM, base)

    with pytest.raises(UnsteadyError, match=r"acme ledger customers went while.*run it again"):
        on.back_up_while(act)
    assert [] == [*tmp_path.iterdir()]
    on.close()


def test_what_never_stands_still_ends_the_backup(tmp_path: Path) -> None:
    """Exceptions that change with each look are not guessed at."""
    on = Drill(tmp_path)
    on.do(work)
    seen = Counter[str]()

    async def act(table: str) -> None:
        seen[table] += 1
        if table == "exceptions" and not seen[table] % 4:
            at = "2026-04-14T12:00:09Z"
            await on.store.exceptions.take(
                CARD, "case-1", Step(at=at, who="Kim", action="comment", comment="x")
            )

    with pytest.raises(UnsteadyError, match="run it again"):
        on.back_up_while(act)
    on.close()
