"""What a card would say under other settings: judged on what is stored, beside what it says; not saved."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from shared import workspaces
from shared.cards.card import Card
from shared.domain.snapshot import Snapshot
from shared.domain.windows import text
from shared.domain.workspace import Workspace
from shared.pipeline import reading
from shared.pipeline.freshness import inputs_of
from shared.pipeline.jobs import SHAPING
from shared.pipeline.judging import judge
from shared.pipeline.services import Services
from shared.pipeline.snapshots import snapshot_of
from shared.workspaces import Fault, faults_of

Document = dict[str, Any]

TRIED = ("field_map", "cards", "entities", "reference_rates", "include_today", "grace_minutes", "time_zone")
"""The parts of a workspace's document that can be tried out."""
COMPARED = ("reason", "cohort", "cause", "segment", "entity", "gap", "match_key", "match_value", "is_counted")
"""What makes a row another one: what it is put down to, where it counts, and what it is worth."""
_SHOWN = (
    "value",
    "compared",
    "status",
    "threshold",
    "window_start",
    "window_end",
    "breakdown",
    "figures",
    "subsets",
    "row_count",
    "waiting_for",
)


class Refused(Exception):
    """A change that cannot be tried out, with each of its faults."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(f"{len(faults)} faults")
        self.faults = tuple(faults)


@dataclass(frozen=True, slots=True)
class _Asked:
    shown: Document
    rows: Mapping[str, Document]
    """The open rows by id, in their order."""


async def preview(
    services: Services, workspace: Workspace, card: Card, change: Mapping[str, Any], most: int
) -> Document:
    """Give what a card would say with a change of its workspace's document, and what it says without it.

    The change has the document's shape; of an object only the parts that are given change, and null gives a
    part its default. `most` rows of each kind are shown. Raises Refused.
    """
    changed = changed_document(workspace, card, change)
    as_of = workspace.now(services.clock()).replace(microsecond=0)
    inputs = inputs_of(workspace, await services.store.checkpoints.of(workspace.id), as_of)
    stored = await snapshot_of(services, workspace, inputs, as_of)
    now = await asyncio.to_thread(_ask, card, stored, workspace)
    then = await asyncio.to_thread(_ask, card, stored, changed)
    return {
        "workspace": workspace.id,
        "card": card.id,
        "as_of": text(as_of),
        "unit": card.unit,
        "now": now.shown,
        "then": then.shown,
        "rows": _rows(now, then, most),
    }


def changed_document(workspace: Workspace, card: Card, change: Mapping[str, Any]) -> Workspace:
    """Give a workspace's document with a change; raises Refused, naming each fault by its path."""
    wrong = [
        Fault(name, f"cannot be tried out; these can: {', '.join(TRIED)}")
        for name in change
        if name not in TRIED
    ]
    cards = change.get("cards")
    if isinstance(cards, Mapping):
        wrong += [Fault(f"cards.{name}", "not the card of this address") for name in cards if name != card.id]
    if wrong:
        raise Refused(wrong)
    try:
        changed = Workspace.model_validate(_merged(workspace.model_dump(mode="json"), change))
    except ValidationError as error:
        raise Refused(faults_of(error)) from None
    wrong = workspaces.faults(changed)
    if not changed.card(card.id).enabled:
        wrong.append(Fault(f"cards.{card.id}.enabled", "a card that is off says nothing"))
    wrong += [
        Fault(f"field_map.{name}", "the records have to be read anew for this, so it can only be saved")
        for name in sorted(SHAPING)
        if getattr(changed.field_map, name) != getattr(workspace.field_map, name)
    ]
    if wrong:
        raise Refused(wrong)
    return changed


def _merged(whole: Any, change: Any) -> Any:
    """Apply a merge patch (https://www.rfc-editor.org/rfc/rfc7396)."""
    if not isinstance(change, Mapping):
        return change
    merged = dict(whole) if isinstance(whole, Mapping) else {}
    for name, value in change.items():
        if value is None:
            merged.pop(name, None)
        else:
            merged[name] = _merged(merged.get(name), value)
    return merged


def _ask(card: Card, stored: Snapshot, workspace: Workspace) -> _Asked:
    """Ask a card on stored records under one document; what was gathered for it is let go."""
    snapshot = Snapshot(workspace, stored.as_of, stored.batches, stored.inputs, stored.decisions)
    answer = judge(card, snapshot, with_older=False)
    shown = reading.document(card, snapshot, answer, None, stored.as_of)
    rows = reading.open_rows(answer.judgement) if answer.judgement else []
    snapshot.forget()
    return _Asked({name: shown[name] for name in _SHOWN}, {row["id"]: row for row in rows})


def _rows(now: _Asked, then: _Asked, most: int) -> Document:
    """Give how many rows come, go and change, and the first of each."""
    appear = [row for name, row in then.rows.items() if name not in now.rows]
    go = [row for name, row in now.rows.items() if name not in then.rows]
    change = [
        {"before": now.rows[name], "after": row, "fields": fields}
        for name, row in then.rows.items()
        if name in now.rows and (fields := _differing(now.rows[name], row))
    ]
    found: dict[str, Sequence[Any]] = {"appear": appear, "go": go, "change": change}
    return {name: {"count": len(rows), "first": rows[:most]} for name, rows in found.items()}


def _differing(before: Document, after: Document) -> list[str]:
    return [name for name in COMPARED if before.get(name) != after.get(name)]
