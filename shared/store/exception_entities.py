"""Exceptions as entities: what each step writes, and how what was written is read again."""

from collections.abc import Mapping
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
    step: Step
    before: str
    """The state before the step; "" for the first."""
    after: str


def audit_row(at: str, case_id: str, number: int) -> str:
    """Give the row key of a step in the log."""
    return f"audit|{at}|{key(case_id)}|{number:06}"


def touched_row(case_id: str) -> str:
    """Give the row key of how an exception stands that people changed."""
    return f"touched|{key(case_id)}"


def worked(card: CardName) -> Entity:
    """Give what is written with each of a card's exceptions that people changed; its etag tells of that."""
    return {"PartitionKey": card.partition, "RowKey": WORKED, "card": card.card}


def changes_of(
    card: CardName,
    there: KeptException | None,
    case_id: str,
    step: Step,
    summary: Summary | None = None,
) -> tuple[ExceptionCase, list[Change]]:
    """Give how a step leaves an exception, and what it writes: itself, its entry in the log, how it stands.

    A step is never older than the last one, whatever was read when it was decided: so the log replays.
    """
    step = replace(step, at=max(step.at, there.case.changed_at)) if there else step
    case = act(there.case if there else None, case_id, step)
    steps = (*(there.steps if there else ()), step)
    shown = (there.summary if there else {}) if summary is None else summary
    partition = card.partition
    packed = pack({"steps": [asdict(each) for each in steps], "summary": shown})
    if packed is None:
        raise NotAllowed("This exception holds as many comments and steps as one can.")
    is_touched = case.resolved_by != TIEOUT and any(each.who != TIEOUT for each in steps)
    columns = asdict(case)
    touched = {"PartitionKey": partition, "RowKey": touched_row(case_id)}
    changes: list[Change] = [
        (
            {
                "PartitionKey": partition,
                "RowKey": f"case|{key(case_id)}",
                **columns,
                "is_touched": is_touched,
                **packed,
            },
            there.etag if there else "",
        ),
        (
            {
                "PartitionKey": partition,
                "RowKey": audit_row(step.at, case_id, case.steps),
                "exception": case_id,
                "before": there.case.state if there else "",
                "after": case.state,
                **asdict(step),
            },
            "",
        ),
    ]
    if is_touched:
        changes.append((touched | columns, None))
    elif there is not None and there.is_touched:
        changes.append((touched, None))
    return case, changes


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


def entry_of(card: str, entity: Entity) -> Entry:
    """Read a step of the log."""
    step = Step(**{name: entity[name] for name in Step.__dataclass_fields__})
    return Entry(card, entity["exception"], step, entity["before"], entity["after"])
