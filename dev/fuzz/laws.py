"""What must hold of a record that was accepted, wherever it came from."""

import json
import re
from collections.abc import Sequence
from dataclasses import asdict, fields
from datetime import date, datetime
from typing import Any

from dev.fuzz.target import hold
from shared.domain.records import Record, detail_columns, key_columns
from shared.domain.snapshot import columns_of
from shared.sources.source import Page
from shared.store.segment_format import PackedColumns, written

_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_AMOUNTS = {"gross", "net", "tax", "shipping_net"}
_MOST = 10**28
"""Ten-thousandths: the most that is read as an amount, and some to add up."""


def hold_page(page: Page, record_type: type[Record]) -> None:
    """Hold a page that was read to the laws: each record is normal, and comes back from the store."""
    for record in page.records:
        hold(type(record) is record_type, f"a {type(record).__name__} among others")
        hold_record(record)
    hold(all(isinstance(each, str) and each for each in page.deleted), "a deleted id is empty")
    hold(isinstance(page.cursor, str), "isinstance(page.cursor, str)")
    hold(isinstance(page.token, str), "isinstance(page.token, str)")
    for bad in page.bad:
        hold(isinstance(bad.record_id, str), "isinstance(bad.record_id, str)")
    hold_storage(page.records, record_type)


def hold_record(record: Record) -> None:
    """Hold a record to what its type says: an id, amounts that are whole, times that are times."""
    hold(record.id.strip(), "an id is empty")
    for each in fields(record):
        value = getattr(record, each.name)
        _hold_kind(each.name, each.type, value)
        if each.name.endswith("_at"):
            _hold_time(each.name, value, _INSTANT)
        if each.name.endswith("_on"):
            _hold_time(each.name, value, _DAY)
        if each.name in _AMOUNTS:
            hold(abs(value) < _MOST, f"{each.name} is out of range")


def _hold_kind(name: str, kind: Any, value: Any) -> None:
    kinds = {"str": str, "int": int, "bool": bool}
    expected = kinds.get(kind if isinstance(kind, str) else kind.__name__ if isinstance(kind, type) else "")
    hold(expected is None or type(value) is expected, f"{name} is a {type(value).__name__}")


def _hold_time(name: str, value: str, form: re.Pattern[str]) -> None:
    if value:
        hold(form.fullmatch(value), f"{name} is not written as a time")
        _ = datetime.fromisoformat(value) if "T" in value else date.fromisoformat(value)


def hold_storage(records: Sequence[Record], record_type: type[Record]) -> None:
    """Hold that records come back from the store as they went in, and can be told as JSON in UTF-8."""
    names = (*key_columns(record_type), *detail_columns(record_type))
    columns = columns_of(records, names)
    read = PackedColumns(written(columns))
    for name in names:
        hold(_plain(columns[name]) == read[name], f"{name} comes back as another")
    json.dumps([asdict(each) for each in records]).encode()


def _plain(column: Sequence[Any]) -> list[Any]:
    return [[*each] if isinstance(each, tuple) else each for each in column]
