"""Files that are sent to us: CSV and NDJSON of every form, each row a record or named as wrong."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from typing import Any

from dev.fuzz.choices import Choices
from dev.fuzz.laws import hold_record, hold_storage
from dev.fuzz.spoiling import ODD_TEXTS, odd, spoiled_bytes
from dev.fuzz.target import Target, hold
from shared.sources import SOURCES
from shared.sources.push import Sent, TooManyRows, Unreadable, read
from shared.sources.source import Form

FORMS: tuple[tuple[str, Form], ...] = tuple((each.kind, each.form) for each in SOURCES if each.form)
_USUAL: Mapping[str, Any] = {
    "placed_at": "2026-11-01T09:00:00Z",
    "updated_at": "2026-11-01T10:00:00Z",
    "started_at": "2026-11-01T09:00:00Z",
    "finished_at": "2026-11-01T09:00:10Z",
    "created_at": "2026-11-01T09:00:00Z",
    "currency": "GBP",
    "gross": "132.60",
    "tax": "22.10",
    "state": "failed",
    "status": "placed",
    "subject": "order",
}


def _row(form: Form, number: int) -> dict[str, Any]:
    names = form.row.model_fields
    row = {name: _USUAL.get(name, f"{name} {number}") for name, field in names.items() if field.is_required()}
    return row | {
        name: value for name, value in _USUAL.items() if name in names and name not in {"state", "status"}
    }


def _run(data: bytes) -> None:
    choices = Choices(data)
    _, form = choices.pick(FORMS)
    kind = choices.pick(("csv", "ndjson"))
    rows = [_row(form, choices.below(4)) for _ in range(1 + choices.below(4))]
    for _ in range(choices.below(4)):
        row, names = choices.pick(rows), [*form.row.model_fields]
        name = choices.pick(names)
        name = choices.pick((name, name, name, name.upper(), f" {name}", choices.text()))
        row[name] = choices.pick(ODD_TEXTS) if kind == "csv" else odd(choices)
    body = _csv(rows) if kind == "csv" else _ndjson(rows)
    if choices.chance(4):
        body = spoiled_bytes(choices, body)
    try:
        sent = read(form, body, kind)
    except (Unreadable, TooManyRows):
        return
    _hold(sent, body, kind, form)


def _hold(sent: Sent, body: bytes, kind: str, form: Form) -> None:
    known = {}
    for record in sent.records:
        hold_record(record)
        known[record.id] = record
    hold(len(set(sent.ids)) == len(sent.ids) <= len(sent.records), "an id stands twice")
    hold(set(sent.ids) <= known.keys(), "an id has no record")
    for record_type in {type(each) for each in sent.records}:
        hold_storage([each for each in sent.records if type(each) is record_type], record_type)
    for each in sent.wrong:
        hold(each.line >= 1, "each.line >= 1")
        hold(each.why, "each.why")
    if kind == "ndjson":
        lines = [line for line in body.decode("utf-8-sig").split("\n") if line.strip()]
        hold(len(sent.ids) + len(sent.wrong) <= len(lines), "more came out than went in")
        hold(bool(lines) == bool(sent.ids or sent.wrong), "lines went nowhere")
        _hold_named_once(sent, lines, form)


def _hold_named_once(sent: Sent, lines: Sequence[str], form: Form) -> None:
    """Hold that no row is accepted that names a column twice: it says two things."""
    twice = 0
    for line in lines:
        try:
            pairs: Any = json.loads(line, object_pairs_hook=_Pairs)
        except (ValueError, RecursionError):
            continue
        if isinstance(pairs, _Pairs):
            names = [name.strip().casefold().replace(" ", "_") for name, _ in pairs]
            twice += len(set(names)) < len(names) and set(names) <= form.row.model_fields.keys()
    hold(twice <= len(sent.wrong), "a column that is named twice is accepted")


class _Pairs(list[tuple[str, Any]]):
    """An object as the names and values that were written."""


def _csv(rows: Sequence[Mapping[str, Any]]) -> bytes:
    names = dict.fromkeys(name for row in rows for name in row)
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, [*names])
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode("utf-8", "surrogatepass")


def _ndjson(rows: Sequence[Mapping[str, Any]]) -> bytes:
    return "\n".join(json.dumps(row) for row in rows).encode()


UPLOADS = Target(
    "uploads",
    "a file's rows become normal records or are named as wrong, and none goes missing",
    _run,
    lambda: [bytes([form, kind, 2, 1, 2, 3]) for form in range(len(FORMS)) for kind in range(2)],
)
