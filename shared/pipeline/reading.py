"""A reading as a document: a card's answer, or why there is none now, with all that explains it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, cast

from shared.cards.card import Card, Judgement, Slice, figures_as_json, status_of
from shared.domain.money import format_money
from shared.domain.rows import Row, as_json
from shared.domain.snapshot import Input, Snapshot
from shared.domain.windows import Window, text
from shared.pipeline.older import Older

Document = dict[str, Any]
_HUNDREDTH = Decimal("0.01")

ASKED = (
    "as_of",
    "evaluated_at",
    "took_seconds",
    "window_end",
    "joined_at",
    "lag_seconds",
    "value_as_of",
    "inputs",
    "other_inputs",
    "comparison",
)
"""What a reading says anew each time that it is asked for, though it stays the same."""
_NAMES = frozenset({"evaluation", "published_at", "rows_of", "stood", "stood_until"})
_READ = frozenset({"last_success_at", "complete_until", "records", "run"})
"""What an input says of when and how it was read last."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a card said, or the status that stands in its place."""

    window: Window
    inputs: list[Input]
    judgement: Judgement | None
    older: Older | None = None
    """What came up before the window and is still unresolved."""
    status: str = ""
    waiting_for: tuple[str, ...] = ()


def document(
    card: Card, snapshot: Snapshot, answer: Answer, previous: Document | None, evaluated_at: datetime
) -> Document:
    """Give a reading as it is published.

    A held card keeps its last value, with that value's date and rows (decision 15): it has none of its own.
    """
    shown = _frame(card, snapshot, answer, evaluated_at)
    if answer.judgement is None:
        return shown | _kept(previous, answer)
    judgement = answer.judgement
    settings = snapshot.workspace.card(card.id)
    return shown | {
        "value": format_money(judgement.value) if card.unit == "money" else judgement.value,
        "status": status_of(judgement, card.threshold_in(settings)),
        "compared": str(
            judgement.compared.quantize(_HUNDREDTH) if card.unit == "money" else judgement.compared
        ),
        "breakdown": [_slice(part) for part in judgement.breakdown],
        "figures": figures_as_json(judgement.figures or {}, format_money),
        "subsets": [
            {
                "name": part.name,
                "value": part.value,
                "threshold": str(part.threshold),
                "status": "alert" if part.value > part.threshold else "ok",
            }
            for part in judgement.subsets
        ],
        "older_unresolved": answer.older.document if answer.older else None,
        "comparison": None,
        "waiting_for": [],
        "value_as_of": shown["as_of"],
        "rows_of": shown["evaluation"],
        "rows_digest": "",
        "row_count": len(judgement.rows),
    }


def open_rows(judgement: Judgement) -> list[Document]:
    """Give the rows that a card lists, as they are published; settled ones wait until they are asked for."""
    return [_told(row, is_settled=False) for row in judgement.rows]


def settled_rows(judgement: Judgement) -> Iterator[Document]:
    """Give the rows without a finding, one after another: they are as many as there are orders."""
    return (_told(row, is_settled=True) for row in judgement.settled)


def _told(row: Row, *, is_settled: bool) -> Document:
    told = as_json(row)
    told["is_settled"] = is_settled  # in place: there are tens of thousands of rows
    return told


def content(shown: Document) -> Document:
    """Give what makes a reading another one: all but the instants of asking, as JSON has it.

    An input differs by what is wrong with it, not by when it was read or what its last run brought; what a
    reading is compared with, by its value. The window's end moves with the clock, or else with its start.
    """
    kept = {name: value for name, value in shown.items() if name not in ASKED and name not in _NAMES}
    kept["inputs"] = [
        {name: value for name, value in each.items() if name not in _READ} for each in shown["inputs"]
    ]
    compared = shown.get("comparison") or {}
    kept["comparison"] = {name: compared.get(name) for name in ("value", "change", "driver")}
    return cast("Document", json.loads(json.dumps(kept)))


def _frame(card: Card, snapshot: Snapshot, answer: Answer, evaluated_at: datetime) -> Document:
    """Give what every reading has, whatever its status."""
    workspace = snapshot.workspace
    settings = workspace.card(card.id)
    bounds = [each.complete_until for each in answer.inputs if each.complete_until is not None]
    joined_at = min(bounds, default=None)
    return {
        "workspace": workspace.id,
        "card": card.id,
        "title": card.title,
        "evaluation": text(snapshot.as_of).replace("-", "").replace(":", ""),
        "unit": card.unit,
        "currency": workspace.reporting_currency if card.unit == "money" else None,
        "sentiment": card.sentiment,
        "threshold": {"value": str(card.threshold_in(settings)), "unit": card.threshold_unit},
        "window_days": card.window_days_in(settings),
        "window_start": answer.window.start,
        "window_end": answer.window.end,
        "as_of": text(snapshot.as_of),
        "evaluated_at": text(evaluated_at),
        "joined_at": None if joined_at is None else text(joined_at),
        "lag_seconds": None if joined_at is None else int((snapshot.as_of - joined_at).total_seconds()),
        "inputs": [_input(each) for each in answer.inputs],
        "other_inputs": [_input(each) for each in snapshot.inputs if each not in answer.inputs],
    }


def _kept(previous: Document | None, answer: Answer) -> Document:
    """Give what a card keeps of its last reading while it has no answer."""
    last = previous if answer.status == "held" and previous else {}
    return {
        "value": last.get("value"),
        "status": answer.status,
        "compared": last.get("compared"),
        "breakdown": last.get("breakdown", []),
        "figures": last.get("figures", {}),
        "subsets": last.get("subsets", []),
        "older_unresolved": last.get("older_unresolved"),
        "comparison": last.get("comparison"),
        "waiting_for": list(answer.waiting_for),
        "value_as_of": last.get("value_as_of"),
        "rows_of": last.get("rows_of"),
        "rows_digest": last.get("rows_digest", ""),
        "row_count": last.get("row_count", 0),
    }


def _slice(part: Slice) -> Document:
    return {
        "dimension": part.dimension,
        "code": part.code,
        "label": part.label,
        "note": part.note,
        "exposure": list(part.exposure),
        **figures_as_json(part.figures, format_money),
    }


def _input(each: Input) -> Document:
    return {
        "connection": each.connection,
        "kind": each.kind,
        "stream": each.stream,
        "last_success_at": None if each.last_success_at is None else text(each.last_success_at),
        "complete_until": None if each.complete_until is None else text(each.complete_until),
        "records": each.records,
        "run": each.run,
        "poll_seconds": each.poll_seconds,
        "bad_records": each.bad_records,
        "problem": each.problem,
        "is_awaited": each.is_awaited,
    }
