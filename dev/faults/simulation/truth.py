"""What a reading has to say, by the facts alone: read without any trouble, and judged as it says.

A reading tells how far it knows each stream. What changed there before that instant is in it; what changed
about that instant, or what no feed tells of, may be, up to when the last run that it names was committed. No
other set of facts is right.
"""

from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import chain, combinations, groupby, islice, product
from typing import Any

import httpx

from dev.faults.simulation import clock, world
from dev.faults.simulation.ground import Ground
from dev.faults.simulation.merchant import secret
from dev.faults.simulation.network import application
from dev.faults.simulation.schedule import END, MOST_SKEW
from dev.faults.simulation.world import SILENT, STREAMS, Change
from shared.cards import card_of
from shared.domain.decisions import Decision
from shared.domain.records import Record
from shared.domain.snapshot import Batch, Input, Snapshot
from shared.domain.table import batch_of
from shared.pipeline.jobs import Job, options_of
from shared.pipeline.judging import judge
from shared.pipeline.past_inputs import as_told
from shared.pipeline.reading import Answer
from shared.sources.http import VendorClient
from shared.sources.source import Pull
from shared.store.segment_places import StreamName

Document = dict[str, Any]
Known = tuple[Change, ...]
_AT_ONCE = 1.0
"""Seconds by which an instant may be off where all clocks are right: it is told to the second."""
_DECIDING = 60.0
"""Seconds that an evaluation may take from its instant to its end."""
_PAGE = 100
"""Records that are read at once: without trouble it makes no difference."""
_MOST = 6
_MOST_TRIED = 500


class NotJudged(Exception):
    """A reading shows a value that its own inputs do not allow."""


class Truth:
    """What readings have to say in one simulation."""

    def __init__(self, ground: Ground, decisions: Sequence[Decision]) -> None:
        self._ground = ground
        self._decisions = decisions
        self._changes = sorted(ground.schedule.changes, key=lambda each: each.at)
        is_skewed = any(each.kind == "skew" for each in ground.schedule.entries)
        self.slack = MOST_SKEW if is_skewed else _AT_ONCE
        self._records: dict[tuple[str, str, Known], tuple[Record, ...]] = {}

    async def possible(
        self, reading: Document, at: float, *, is_final: bool = False
    ) -> AsyncIterator[Answer]:
        """Give what a reading may say that was shown at an instant, the likeliest first."""
        as_of = datetime.fromisoformat(reading["as_of"])
        inputs = as_told(self._ground.workspace, [*reading["inputs"], *reading["other_inputs"]], as_of)
        known = [list(self._known(job, each, at, is_final=is_final)) for job, each in inputs]
        decided = list(self._decided(as_of, is_final=is_final))
        for seen, decisions in islice(product(product(*known), decided), _MOST_TRIED):
            snapshot = await self._snapshot(inputs, seen, decisions, as_of)
            yield _judged(reading["card"], snapshot, with_older=is_final)

    def _known(self, job: Job, stream: Input, at: float, *, is_final: bool) -> Iterator[Known]:
        """Give the sets of changes that a stream may know."""
        until = -1.0
        if stream.complete_until is not None:
            until = (stream.complete_until - clock.START) / timedelta(seconds=1)
        mine = [
            each
            for each in self._changes
            if STREAMS[each.kind] == (stream.connection, stream.stream) and each.at <= at
        ]
        if is_final:
            yield tuple(mine)
            return
        early = until - self.slack
        # No feed tells what became of something before it went, nor, unless it is read by key, before it
        # changed again behind the bound of the pull that would have brought it: the next one does.
        gone = {
            each.subject
            for each in mine
            if each.kind in SILENT or (each.at >= early and not job.stream.is_by_key)
        }
        certain = {each for each in mine if each.at < early and each.subject not in gone}
        seen_at = self._seen_at(stream, at)
        maybe = [each for each in mine if each not in certain and each.at <= seen_at]
        likely = {each for each in maybe if each.at < until}
        for extra in sorted(_subsets(maybe), key=lambda each: len(set(each) ^ likely)):
            yield tuple(each for each in mine if each in certain or each in extra)

    def _seen_at(self, stream: Input, at: float) -> float:
        """Give when the last run of a stream that a reading names was committed."""
        if not stream.run:
            return -1.0
        name = StreamName(self._ground.workspace.id, stream.connection, stream.stream)
        committed_at = self._ground.journal.committed.get((name.partition, stream.run))
        if committed_at is None or committed_at > at:
            raise NotJudged(f"knows run {stream.run} of {stream.stream}, which nobody had committed")
        return committed_at

    def _decided(self, as_of: datetime, *, is_final: bool) -> Iterator[tuple[Decision, ...]]:
        """Give the decisions that a reading may know: it may miss what was written about its instant."""
        if is_final:
            yield tuple(self._decisions)
            return
        for each in product(*(self._as_known(decision, as_of) for decision in self._decisions)):
            yield tuple(known for known in each if known is not None)

    def _as_known(self, decision: Decision, as_of: datetime) -> Iterator[Decision | None]:
        yield decision
        if self._is_near(decision.reversed_at, as_of):
            yield replace(decision, reversed_at="")
        if self._is_near(decision.decided_at, as_of):
            yield None

    def _is_near(self, moment: str, as_of: datetime) -> bool:
        """Say whether an evaluation may have read what people decided before this was written."""
        if not moment:
            return False
        seconds = (datetime.fromisoformat(moment) - as_of).total_seconds()
        return abs(seconds) < _DECIDING + 2 * self.slack

    async def _snapshot(
        self,
        inputs: Sequence[tuple[Job, Input]],
        seen: Sequence[Known],
        decisions: tuple[Decision, ...],
        as_of: datetime,
    ) -> Snapshot:
        batches: dict[type[Record], list[Batch]] = {}
        for (job, _), known in zip(inputs, seen, strict=True):
            records = await self._read(job, known)
            batch = batch_of(job.connection.name, job.stream.name, job.stream.record_type, records)
            batches.setdefault(job.stream.record_type, []).append(batch)
        return Snapshot(self._ground.workspace, as_of, batches, tuple(each for _, each in inputs), decisions)

    async def _read(self, job: Job, known: Known) -> tuple[Record, ...]:
        """Read a stream from the facts as these changes left them, without any trouble."""
        name = (job.connection.name, job.stream.name, known)
        if name not in self._records:
            wire = httpx.ASGITransport(application(world.facts_after(known)))
            at_once = {**job.connection.options, "page_size": _PAGE}
            options = options_of(job.source, job.connection.model_copy(update={"options": at_once}))
            secrets = {key: await secret(each) for key, each in job.connection.secrets.items()}
            access = job.source.access(job.connection, options, secrets)
            async with VendorClient(access, name=job.connection.name, transport=wire) as client:
                pull = Pull(
                    client=client,
                    connection=job.connection,
                    options=options,
                    field_map=self._ground.workspace.field_map,
                    since=None,
                    until=clock.instant(END + 86_400),
                )
                pages = [page.records async for page in job.stream.pages(pull)]
            self._records[name] = tuple(chain.from_iterable(pages))
        return self._records[name]


def _judged(card_id: str, snapshot: Snapshot, *, with_older: bool) -> Answer:
    card = card_of(card_id)
    answer = judge(card, snapshot, with_older=with_older) if card else None
    if answer is None or answer.judgement is None:
        why = answer.waiting_for if answer else ()
        raise NotJudged(f"is held by what it says itself: {', '.join(why)}")
    return answer


def _subsets(changes: Sequence[Change]) -> Iterator[tuple[Change, ...]]:
    """Give all subsets of the latest changes; earlier ones than those are taken for known.

    What happened at one instant is known as a whole or not.
    """
    instants = [tuple(each) for _, each in groupby(changes, key=lambda each: each.at)]
    early, late = instants[:-_MOST], instants[-_MOST:]
    for size in range(len(late) + 1):
        for each in combinations(late, size):
            yield tuple(chain(*early, *each))
