"""Exceptions as entities: what each step writes, and how what was written is read again."""

import json
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from shared.domain.exceptions import TIEOUT, ExceptionCase, Incomplete, NotAllowed, Step, act
from shared.store.columns import pack, unpack
from shared.store.tables import Entity, key

WORKED = "worked"
"""The row of what is written with each of a card's exceptions that people changed."""

Summary = dict[str, Any]
Change = tuple[Mapping[str, Any], str | None]
"""An entity to write, and what it asks of its etag."""
Taken = ExceptionCase | NotAllowed | Incomplete
"""How a step left an exception, or why it was not taken."""


@dataclass(frozen=True, slots=True)
class CardName:
    """Which card of which workspace."""

    workspace: str
    card: str

    @property
    def partition(self) -> str:
        """Give the partition that holds the card's exceptions."""
        return key(self.workspace, self.card)


@dataclass(frozen=True, slots=True)
class KeptException:
    """An exception as it is kept."""

    card: str
    case: ExceptionCase
    steps: tuple[Step, ...]
    summary: Summary
    """What its row said when it last appeared: so much of it is known when the row is gone."""
    etag: str
    is_touched: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """One step in the log of a card."""

    card: str
    exception: str
    number: int
    """Which of the exception's steps it is, from 1."""
    step: Step
    before: str
    """The state before the step; "" for the first."""
    after: str


def case_row(case_id: str) -> str:
    """Give the row key of an exception."""
    return f"case|{key(case_id)}"


def touched_row(case_id: str) -> str:
    """Give the row key of how an exception stands that people changed."""
    return f"touched|{key(case_id)}"


def worked(card: CardName) -> Entity:
    """Give what is written with each of a card's exceptions that people changed; its etag tells of that."""
    return {"PartitionKey": card.partition, "RowKey": WORKED, "card": card.card}


@dataclass(frozen=True, slots=True)
class Moved:
    """What a step does to an exception."""

    step: Step
    case: ExceptionCase
    """As it leaves it."""
    before: str
    """The state before it; "" for the first."""
    changes: tuple[Change, ...]
    """What is written but its entry in the log: the exception, and how it stands."""
    is_touched: bool
    """Whether it changes what is kept of those that people changed."""


def moved(
    card: CardName,
    there: KeptException | None,
    case_id: str,
    step: Step,
    summary: Summary | None = None,
) -> Moved:
    """Give what a step does to an exception.

    A step is never older than the last one, whatever was read when it was decided: so the log replays.
    """
    step = replace(step, at=max(step.at, there.case.changed_at)) if there else step
    case = act(there.case if there else None, case_id, step)
    steps = (*(there.steps if there else ()), step)
    shown = (there.summary if there else {}) if summary is None else summary
    packed = pack({"steps": [asdict(each) for each in steps], "summary": shown})
    if packed is None:
        raise NotAllowed("This exception holds as many comments and steps as one can.")
    is_touched = case.resolved_by != TIEOUT and any(each.who != TIEOUT for each in steps)
    columns = asdict(case)
    entity = {"PartitionKey": card.partition, "RowKey": case_row(case_id), **columns, **packed}
    changes: list[Change] = [(entity | {"is_touched": is_touched}, there.etag if there else "")]
    touched = {"PartitionKey": card.partition, "RowKey": touched_row(case_id)}
    if is_touched:
        changes.append((touched | columns, None))
    elif there is not None and there.is_touched:
        changes.append((touched, None))
    return Moved(step, case, there.case.state if there else "", tuple(changes), len(changes) > 1)


def written(card: CardName, every: Iterable[Moved]) -> list[Change]:
    """Give all that is written with some steps, in one transaction.

    Those that are alike, as where thousands of exceptions appear, share an entry in the log.
    """
    alike: dict[Step, list[Moved]] = {}
    changes: list[Change] = []
    for each in every:
        alike.setdefault(each.step, []).append(each)
        changes += each.changes
    changes += [(_logged(card, each), "") for each in alike.values()]
    if any(each.is_touched for those in alike.values() for each in those):
        changes.append((worked(card), None))
    return changes


def _logged(card: CardName, every: Sequence[Moved]) -> Entity:
    """Give the log's entity of a step that many took, named by the first: no other has that one's number."""
    step, first = every[0].step, every[0].case
    row = f"audit|{step.at}|{key(first.id)}|{first.steps:06}"
    entries = [(each.case.id, each.case.steps, each.before, each.case.state) for each in every]
    return {"PartitionKey": card.partition, "RowKey": row, "entries": json.dumps(entries), **asdict(step)}


def kept_of(card: str, entity: Entity) -> KeptException:
    """Read an exception with its steps."""
    document = unpack(entity)
    return KeptException(
        card=card,
        case=case_of(entity),
        steps=tuple(Step(**each) for each in document["steps"]),
        summary=document["summary"],
        etag=entity["etag"],
        is_touched=entity["is_touched"],
    )


def case_of(entity: Entity) -> ExceptionCase:
    """Read how an exception stands."""
    return ExceptionCase(**{name: entity[name] for name in ExceptionCase.__dataclass_fields__})


def entries_of(card: str, entity: Entity) -> list[Entry]:
    """Read an entity of the log."""
    step = Step(**{name: entity[name] for name in Step.__dataclass_fields__})
    return [
        Entry(card, name, number, step, before, after) for name, number, before, after in _entries(entity)
    ]


def exceptions_in(entity: Entity) -> set[str]:
    """Read which exceptions an entity of the log is about."""
    return {name for name, *_ in _entries(entity)}


def without(entity: Entity, gone: Container[str]) -> Entity | None:
    """Give an entity of the log without the entries of some exceptions; None where no other is left."""
    left = [each for each in _entries(entity) if each[0] not in gone]
    plain = {name: value for name, value in entity.items() if name != "etag"}
    return {**plain, "entries": json.dumps(left)} if left else None


def _entries(entity: Entity) -> list[tuple[str, int, str, str]]:
    """Give which exceptions took the step of an entity, as which of theirs, and from what to what."""
    if "entries" in entity:
        return [
            (name, number, before, after) for name, number, before, after in json.loads(entity["entries"])
        ]
    # What was written before entries were shared is a single one, in columns.
    number = int(entity["RowKey"].rpartition("|")[2])
    return [(entity["exception"], number, entity["before"], entity["after"])]
