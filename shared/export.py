"""Rows as CSV that spreadsheets open as it is meant: RFC 4180 in UTF-8 with a byte order mark.

A cell that a spreadsheet would run as a formula gets an apostrophe before it
(https://owasp.org/www-community/attacks/CSV_Injection); numbers stay numbers.
"""

import codecs
import csv
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

_BEGINS_A_FORMULA = (*"=+-@", *"\uff1d\uff0b\uff0d\uff20", "\t", "\r", "\n")
"""Also full-width signs, which East Asian spreadsheets take for the plain ones."""
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")

Columns = Sequence[tuple[str, str]]
"""Heading and row field, in order."""


def csv_of(columns: Columns, rows: Iterable[Mapping[str, Any]]) -> bytes:
    """Write rows under their headings, one line each (REVGAP-29)."""
    lines = Lines(columns)
    return b"".join([lines.headings, *map(lines.of, rows)])


class Lines:
    """Writes rows one by one, so that a file is made of rows which need not all be there at once."""

    def __init__(self, columns: Columns) -> None:
        self._names = [name for _, name in columns]
        self._writer = csv.writer(self, lineterminator="\r\n")
        self._line = ""
        self.headings = codecs.BOM_UTF8 + self._written([heading for heading, _ in columns])
        """The first line of a file, after the mark by which Excel knows UTF-8."""

    def of(self, row: Mapping[str, Any]) -> bytes:
        """Give a row's line, ended by CR LF; what is no character of UTF-8 becomes a question mark."""
        return self._written([_cell(name, row.get(name)) for name in self._names])

    def write(self, text: str) -> None:
        """Take what the standard library's writer writes: a line at a time."""
        self._line = text

    def _written(self, cells: list[str]) -> bytes:
        self._writer.writerow(cells)
        return self._line.encode("utf-8", "replace")


def _cell(name: str, value: Any) -> str:
    if name == "age_days" and value is None:
        return "n/a"
    text = value if isinstance(value, str) else _text(value)
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
