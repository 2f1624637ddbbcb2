"""Rows as CSV that spreadsheets open as it is meant: RFC 4180 in UTF-8 with a byte order mark.

A cell that a spreadsheet would run as a formula gets an apostrophe before it
(https://owasp.org/www-community/attacks/CSV_Injection); numbers stay numbers.
"""

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

_BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")

Columns = Sequence[tuple[str, str]]
"""Heading and row field, in order."""


def csv_of(columns: Columns, rows: Iterable[Mapping[str, Any]]) -> bytes:
    """Write rows under their headings, one line each, lines ended by CR LF (REVGAP-29)."""
    written = io.StringIO(newline="")
    writer = csv.writer(written, lineterminator="\r\n")
    writer.writerow([heading for heading, _ in columns])
    writer.writerows([_cell(name, row.get(name)) for _, name in columns] for row in rows)
    return written.getvalue().encode("utf-8-sig")


def _cell(name: str, value: Any) -> str:
    if name == "age_days" and value is None:
        return "n/a"
    text = _text(value)
    return f"'{text}" if text.startswith(_BEGINS_A_FORMULA) and not _NUMBER.fullmatch(text) else text


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return "; ".join(_text(each) for each in value)
    if isinstance(value, Mapping):
        return " ".join(_text(each) for each in value.values())
    return str(value)
