"""Exceptions with all their steps, and the log of those steps over a whole card.

Table `exceptions`. PartitionKey: workspace|card. RowKey: `case|{id}` an exception with its steps;
`touched|{id}` how it stands, for those that people changed and no match has settled: the few that an
evaluation and a list of rows read; `worked` changes with any of these; `audit|{instant}|{id}|{step}` one
step, written once and never changed. Beside them is what the exceptions stand at (folds.py) and which cards
people have worked on (worked_cards.py).
A step writes all that it changes in one transaction.
"""

import asyncio
import json
from bisect import bisect
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict

from shared.domain.exceptions import ExceptionCase, Incomplete, NotAllowed, Step
from shared.store.exception_entities import (
    WORKED,
    CardName,
    Change,
    Entry,
    KeptException,
    Summary,
    Taken,
    audit_row,
    case_of,
    changes_of,
    entry_of,
    kept_of,
    touched_row,
    worked,
)
from shared.store.folds import Folds, StandsAt
from shared.store.kept import Kept
from shared.store.tables import Conflict, Table, key
from shared.store.worked_cards import WorkedCards

TOGETHER = 33
"""Exceptions whose steps are written in one transaction: three entities each, and one for all of them."""
FEW = 20
"""So many are read one by one, rather than looked for among all."""
AT_ONCE = 20
"""Exceptions that are read at the same time."""
TRANSACTIONS = 4
"""Transactions that are under way at the same time: a first evaluation can have hundreds."""


class Exceptions:
    """The exceptions of all cards."""

    def __init__(self, table: Table, kept: Kept | None = None) -> None:
        self._table = table
        self._kept = Kept() if kept is None else kept
        self.folds = Folds(table)
        self.worked_cards = WorkedCards(table)

    async def get(self, card: CardName, case_id: str) -> KeptException | None:
        """Give an exception, if there is one."""
        entity = await self._table.get(card.partition, f"case|{key(case_id)}")
        return None if entity is None else kept_of(card.card, entity)

    async def get_all(self, card: CardName, ids: Sequence[str]) -> dict[str, KeptException]:
        """Give those of these exceptions that there are, by their ids."""
        found: dict[str, KeptException] = {}
        for start in range(0, len(ids), AT_ONCE):
            part = await asyncio.gather(*(self.get(card, each) for each in ids[start:][:AT_ONCE]))
            found |= {each.case.id: each for each in part if each is not None}
        return found

    async def first_seen(self, card: CardName, ids: Sequence[str], version: str) -> dict[str, str]:
        """Give when each of these exceptions was first seen: of a few one by one, of many in one pass.

        What such a pass found holds until a fold adds to it: for as long as the version of the folds is the
        one that it is given. With "" nothing is kept.
        """
        if len(ids) <= FEW:
            return {name: each.case.first_seen for name, each in (await self.get_all(card, ids)).items()}
        name = ("first seen", card.partition, version)
        contents = self._kept.get(name) if version else None
        if contents is None:
            found = self._table.between(card.partition, "case|", "case}", ["id", "first_seen"])
            contents = sorted([f"{each['id']}\n{each['first_seen']}".encode() async for each in found])
            if version:
                self._kept.keep(name, contents)
        seen = {each: _first_seen(contents, each) for each in ids}
        return {case_id: instant for case_id, instant in seen.items() if instant}

    async def every(self, card: CardName) -> list[KeptException]:
        """Give all exceptions of a card."""
        found = self._table.between(card.partition, "case|", "case}")
        return [kept_of(card.card, entity) async for entity in found]

    async def touched(self, card: CardName) -> dict[str, ExceptionCase]:
        """Give the exceptions that people changed and that no match has settled, by their ids.

        What was read holds until one of them changes.
        """
        there = await self._table.get(card.partition, WORKED)
        name = ("touched", card.partition, "" if there is None else there["etag"])
        contents = self._kept.get(name) if there else None
        if contents is None:
            found = self._table.between(card.partition, "touched|", "touched}")
            contents = [json.dumps([asdict(case_of(entity)) async for entity in found]).encode()]
            if there:
                self._kept.keep(name, contents)
        cases = [ExceptionCase(**each) for each in json.loads(contents[0])]
        return {case.id: case for case in cases}

    async def touched_of(self, workspace: str, cards: Sequence[str]) -> list[dict[str, ExceptionCase]]:
        """Give what `touched` does of several cards, in the same order; where nobody worked it asks once."""
        worked_on = await self.worked_cards.among(workspace, cards)
        found = await asyncio.gather(*(self.touched(CardName(workspace, card)) for card in worked_on))
        by_card = dict(zip(worked_on, found, strict=True))
        return [by_card.get(card, {}) for card in cards]

    async def prepare(self, card: CardName) -> None:
        """Make what changes with each of the exceptions that people changed, unless it is there."""
        with suppress(Conflict):
            await self._table.replace(worked(card), "")

    async def take(
        self,
        card: CardName,
        case_id: str,
        step: Step,
        *,
        summary: Summary | None = None,
        etag: str | None = None,
    ) -> KeptException:
        """Take a step, trying again while others take theirs.

        With `etag` only if nobody has since it was read; raises Conflict. Raises NotAllowed and Incomplete
        as `act` does: then nothing is written.
        """
        while True:
            there = await self.get(card, case_id)
            if etag is not None and (there is None or there.etag != etag):
                raise Conflict
            try:
                await self._write(card, changes_of(card, there, case_id, step, summary)[1])
            except Conflict:
                continue
            taken = await self.get(card, case_id)
            if taken is not None:
                return taken

    async def take_all(
        self,
        card: CardName,
        steps: Mapping[str, tuple[Step, Summary | None]],
        known: Mapping[str, KeptException] | None = None,
    ) -> dict[str, Taken]:
        """Take one step for each of these exceptions, many in one transaction; give what came of each.

        `known` has those of them that there are, as they were read just now, where the caller has read them.
        One that somebody else changes at the same time is taken by itself; one that no longer allows its
        step, since somebody was quicker, is left as it is.
        """
        ids = list(steps)
        parts = [ids[start : start + TOGETHER] for start in range(0, len(ids), TOGETHER)]
        taken: dict[str, Taken] = {}
        for start in range(0, len(parts), TRANSACTIONS):
            works = (self._take_part(card, part, steps, known) for part in parts[start:][:TRANSACTIONS])
            for found in await asyncio.gather(*works):
                taken |= found
        return taken

    async def _take_part(
        self,
        card: CardName,
        part: Sequence[str],
        steps: Mapping[str, tuple[Step, Summary | None]],
        known: Mapping[str, KeptException] | None,
    ) -> dict[str, Taken]:
        """Take the steps of one transaction."""
        there = await self.get_all(card, part) if known is None else known
        taken: dict[str, Taken] = {}
        changes: list[Change] = []
        for each in part:
            try:
                taken[each], written = changes_of(card, there.get(each), each, *steps[each])
            except (NotAllowed, Incomplete) as refused:
                taken[each] = refused
            else:
                changes += written
        try:
            if changes:
                await self._write(card, changes)
        except Conflict:
            for each in (each for each in part if isinstance(taken[each], ExceptionCase)):
                taken[each] = await self._take_alone(card, each, *steps[each])
        return taken

    async def _write(self, card: CardName, changes: Sequence[Change]) -> None:
        """Write what steps change in one transaction; raises Conflict."""
        is_worked = any(entity["RowKey"].startswith(touched_row("")) for entity, _ in changes)
        if is_worked:
            await self.worked_cards.note(card, is_worked=True)
        await self._table.change_together([*changes, (worked(card), None)] if is_worked else changes)

    async def _take_alone(self, card: CardName, case_id: str, step: Step, summary: Summary | None) -> Taken:
        try:
            return (await self.take(card, case_id, step, summary=summary)).case
        except (NotAllowed, Incomplete) as refused:
            return refused

    async def stands_at(self, card: CardName) -> StandsAt:
        """Give the evaluation that the exceptions of a card have followed, and its version."""
        return await self.folds.at(card.partition)

    async def drop_resolved(self, card: CardName, before: str) -> int:
        """Drop the exceptions that were resolved before an instant, with their steps; give how many.

        What comes up again after that is a new exception. One that the last fold found open stays: a person
        called it resolved, and no reading has.
        """
        found_open = (await self.folds.of(card.partition)).open
        every = [each for each in await self.every(card) if each.case.id not in found_open]
        gone = [each for each in every if _is_over(each.case, before)]
        # An exception that is there still is dropped the next time, should this end in between.
        for each in gone:
            await self._table.delete(card.partition, touched_row(each.case.id))
        if gone:
            await self._table.put(worked(card))
        for each in gone:
            steps = enumerate(each.steps, start=1)
            rows = [audit_row(step.at, each.case.id, number) for number, step in steps]
            for row in (*rows, f"case|{key(each.case.id)}"):
                await self._table.delete(card.partition, row)
        return len(gone)

    async def log(self, cards: Iterable[CardName], since: str = "", until: str = "~") -> list[Entry]:
        """Give the steps of these cards' exceptions between two instants, the oldest first."""
        entries: list[Entry] = []
        for card in cards:
            found = self._table.between(card.partition, f"audit|{since}", f"audit|{until}")
            entries += [entry_of(card.card, entity) async for entity in found]
        return sorted(entries, key=lambda each: (each.step.at, each.card, each.exception))


def _is_over(case: ExceptionCase, before: str) -> bool:
    return case.state == "resolved" and case.resolved_at < before


def _first_seen(lines: Sequence[bytes], case_id: str) -> str:
    """Give the instant of an exception from lines in order, of which there can be tens of thousands."""
    name = f"{case_id}\n".encode()
    at = bisect(lines, name)
    found = at < len(lines) and lines[at].startswith(name)
    return lines[at].removeprefix(name).decode() if found else ""
