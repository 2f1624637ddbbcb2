"""What a reading has to say, by the facts alone: read without any trouble, and judged as it says.

A reading tells how far it knows each stream. What changed there before that instant is in it; what changed
about that instant, or what no feed tells of, may be. No other set of facts is right.
"""

from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import chain, combinations, islice, product
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

Document = dict[str, Any]
Known = tuple[Change, ...]
_AT_ONCE = 1.0
"""Seconds by which an instant may be off where all clocks are right: it is told to the second."""
_DECIDING = 60.0
"""Seconds that an evaluation may take from its instant to its end."""
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
        known = [list(self._known(each, at, is_final=is_final)) for _, each in inputs]
        decided = list(self._decided(as_of, is_final=is_final))
        for seen, decisions in islice(product(product(*known), decided), _MOST_TRIED):
            yield await self._judged(reading["card"], inputs, seen, decisions, as_of)

    def _known(self, stream: Input, at: float, *, is_final: bool) -> Iterator[Known]:
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
        certain = {each for each in mine if each.at < early and each.kind not in SILENT}
        maybe = [each for each in mine if each not in certain]
        likely = {each for each in maybe if each.at < until}
        for extra in sorted(_subsets(maybe), key=lambda each: len(set(each) ^ likely)):
            yield tuple(each for each in mine if each in certain or each in extra)

    def _decided(self, as_of: datetime, *, is_final: bool) -> Iterator[tuple[Decision, ...]]:
        yield tuple(self._decisions)
        if is_final:
            return
        near = [
            each
            for each in self._decisions
            if abs((datetime.fromisoformat(each.decided_at) - as_of).total_seconds())
            < _DECIDING + 2 * self.slack
        ]
        for left_out in near:
            yield tuple(each for each in self._decisions if each is not left_out)

    async def _judged(
        self,
        card_id: str,
        inputs: Sequence[tuple[Job, Input]],
        seen: Sequence[Known],
        decisions: tuple[Decision, ...],
        as_of: datetime,
    ) -> Answer:
        card = card_of(card_id)
        batches: dict[type[Record], list[Batch]] = {}
        for (job, _), known in zip(inputs, seen, strict=True):
            records = await self._read(job, known)
            batch = batch_of(job.connection.name, job.stream.name, job.stream.record_type, records)
            batches.setdefault(job.stream.record_type, []).append(batch)
        snapshot = Snapshot(
            self._ground.workspace, as_of, batches, tuple(each for _, each in inputs), decisions
        )
        answer = judge(card, snapshot) if card else None
        if answer is None or answer.judgement is None:
            why = answer.waiting_for if answer else ()
            raise NotJudged(f"{card_id} is held by what it says itself: {', '.join(why)}")
        return answer

    async def _read(self, job: Job, known: Known) -> tuple[Record, ...]:
        """Read a stream from the facts as these changes left them, without any trouble."""
        name = (job.connection.name, job.stream.name, known)
        if name not in self._records:
            wire = httpx.ASGITransport(application(world.facts_after(known)))
            options = options_of(job.source, job.connection)
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


def _subsets(changes: Sequence[Change]) -> Iterable[tuple[Change, ...]]:
    """Give all subsets of the latest changes; earlier ones than those are taken for known."""
    (*early,) = changes[:-_MOST]
    late = changes[-_MOST:]
    sizes = range(len(late) + 1)
    return ((*early, *each) for each in chain.from_iterable(combinations(late, size) for size in sizes))
