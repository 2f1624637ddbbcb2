"""Files that are sent to us: CSV (RFC 4180) and NDJSON, read row by row into records.

One way in for every kind that has a `Form`. A row that is wrong costs no other one; a file that cannot be
read as a whole is refused as a whole.
"""

import csv
import io
import json
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from pydantic import Field, ValidationError

from shared.domain.records import Record
from shared.domain.workspace import Connection
from shared.errors import BadRecord, ConfigurationError
from shared.sources.http import Access
from shared.sources.source import Form, Options, Page, Pull, Source, Stream

MOST_BYTES = 10_000_000
MOST_ROWS = 50_000
_LONGEST_REASON = 1_000
TYPES = {
    "text/csv": "csv",
    "application/x-ndjson": "ndjson",
    "application/ndjson": "ndjson",
    "application/jsonl": "ndjson",
}


class PushOptions(Options):
    """How often records are sent."""

    expected_every_hours: int | None = Field(default=None, ge=1, le=8_784)
    """After so many hours without an upload the stream is stale; None never is."""


class Unreadable(ValueError):
    """A file that cannot be read as a whole; the message says why, by line or by column."""


class TooManyRows(ValueError):
    """A file of more than `MOST_ROWS` rows."""


@dataclass(frozen=True, slots=True)
class Wrong:
    """A row that is refused: on which line, of which id if it has one, in which fields, and why."""

    line: int
    record_id: str
    fields: tuple[str, ...]
    why: str

    def as_bad(self, stream: str) -> BadRecord:
        """Give it as it is quarantined."""
        return BadRecord(stream, self.record_id or f"line {self.line}", self.why, self.fields)


@dataclass(frozen=True, slots=True)
class Sent:
    """What a file holds: the records of its good rows, the last of an id, and what is wrong with others."""

    records: tuple[Record, ...]
    ids: tuple[str, ...]
    """The ids of the good rows, each once."""
    wrong: tuple[Wrong, ...]


def read(form: Form, body: bytes, kind: str) -> Sent:
    """Read a file of this kind, `csv` or `ndjson`. Raises Unreadable and TooManyRows."""
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Unreadable("it is not UTF-8") from None
    good: dict[str, tuple[Record, ...]] = {}
    wrong: list[Wrong] = []
    rows = _csv(form, text) if kind == "csv" else _ndjson(text)
    for count, (line, row) in enumerate(rows, start=1):
        if count > MOST_ROWS:
            raise TooManyRows
        try:
            if isinstance(row, ValueError):
                raise row
            made = form.convert(form.row.model_validate(row))
        except ValidationError as error:
            wrong.append(_wrong(form, line, row, error))
        except ValueError as error:
            wrong.append(Wrong(line, _id_of(form, row), (), str(error)))
        else:
            good.pop(made[0].id, None)
            good[made[0].id] = made
    return Sent(tuple(record for each in good.values() for record in each), tuple(good), tuple(wrong))


def _csv(form: Form, text: str) -> Iterator[tuple[int, Any]]:
    lines = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = [_name(each) for each in next(lines, [])]
        _check_header(form, header)
        for values in lines:
            if not values:
                continue
            if len(values) != len(header):
                raise Unreadable(f"line {lines.line_num}: {len(values)} values for {len(header)} columns")
            yield lines.line_num, dict(zip(header, values, strict=True))
    except csv.Error as error:
        raise Unreadable(f"line {lines.line_num}: {error}") from None


def _check_header(form: Form, header: list[str]) -> None:
    known = form.row.model_fields
    if not header:
        raise Unreadable("it has no header; the columns are " + ", ".join(known))
    if unknown := [each for each in header if each not in known]:
        raise Unreadable(f"unknown columns: {', '.join(unknown)}; the columns are {', '.join(known)}")
    if twice := sorted({each for each in header if header.count(each) > 1}):
        raise Unreadable(f"columns that come twice: {', '.join(twice)}")
    required = [name for name, field in known.items() if field.is_required() and name not in header]
    if required:
        raise Unreadable(f"missing columns: {', '.join(required)}")


def _ndjson(text: str) -> Iterator[tuple[int, Any]]:
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line, parse_float=Decimal, parse_constant=_refuse, object_pairs_hook=_Pairs)
        except (ValueError, RecursionError):
            row = None
        yield number, _object(row) if isinstance(row, _Pairs) else ValueError("it is no JSON object")


class _Pairs(list[tuple[str, Any]]):
    """A JSON object as it is written, for a name may stand in it twice."""


def _object(pairs: _Pairs) -> dict[str, Any] | ValueError:
    row = {_name(name): value for name, value in pairs}
    if len(row) == len(pairs):
        return row
    names = [_name(name) for name, _ in pairs]
    twice = sorted(name for name in row if names.count(name) > 1)
    return ValueError(f"columns that come twice: {', '.join(twice)}"[:_LONGEST_REASON])


def _refuse(constant: str) -> None:
    raise ValueError(constant)


def _name(column: str) -> str:
    return column.strip().casefold().replace(" ", "_")


def _wrong(form: Form, line: int, row: Any, error: ValidationError) -> Wrong:
    found = {
        ".".join(str(part) for part in each["loc"])[:100]: each["msg"].removeprefix("Value error, ")
        for each in error.errors(include_url=False, include_input=False, include_context=False)
    }
    why = "; ".join(f"{field}: {message}" for field, message in sorted(found.items()))
    return Wrong(line, _id_of(form, row), tuple(sorted(found)), why)


def _id_of(form: Form, row: Any) -> str:
    """Give the id that a row was sent with: what stands in its first column."""
    first = next(iter(form.row.model_fields))
    value = row.get(first, "") if isinstance(row, dict) else ""
    return " ".join(str(value).split())[:200] if isinstance(value, str | int) else ""


async def _nothing(pull: Pull) -> AsyncIterator[Page]:
    """Refuse to read: records come by themselves."""
    raise ConfigurationError(f"{pull.connection.name}: its records are sent to it, not pulled")
    yield Page(())


def _nowhere(_: Connection, __: Options, ___: Mapping[str, str]) -> Access:
    return Access("")


def pushed(kind: str, title: str, stream: str, record_type: type[Record], form: Form) -> Source:
    """Give the source of a kind whose records are sent to it."""
    return Source(
        kind=kind,
        title=title,
        streams=(Stream(stream, record_type, _nothing),),
        access=_nowhere,
        options=PushOptions,
        form=form,
    )
