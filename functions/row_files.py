"""Rows as a file: read page by page, chosen, sorted and written line by line."""

from array import array
from collections.abc import AsyncIterator
from io import BytesIO
from typing import Any

from functions import problems
from functions.row_queries import Row, RowQuery, refuse_strangers
from functions.row_selection import fitting, in_order
from shared.domain.workspace import Workspace
from shared.export import Lines

Reading = dict[str, Any]


async def file_of(
    pages: AsyncIterator[list[Row]], workspace: Workspace, reading: Reading, query: RowQuery, lines: Lines
) -> bytes:
    """Write the rows that fit, page by page: a quarter of a million of them do not fit into memory.

    Of each row only its line is kept, and what it is sorted by.
    """
    written, starts, told = BytesIO(), array("Q"), list[Any]()
    codes: dict[tuple[str, str], Row] = {}
    fits, by, seen = fitting(query), (query.sort or "").removeprefix("-"), 0
    written.write(lines.headings)
    try:
        async for page in pages:
            seen += len(page)
            codes |= {(row["entity"], row["platform"]): _codes(row) for row in page}
            for row in filter(fits, page):
                if by:
                    starts.append(written.tell())
                    told.append(row.get(by))
                written.write(lines.of(row))
    except LookupError:
        seen = 0
    refuse_swept(reading, seen)
    refuse_strangers([*codes.values()], query, workspace)
    return _sorted(written, starts, told, query) if starts else written.getvalue()


def _sorted(written: BytesIO, starts: "array[int]", told: list[Any], query: RowQuery) -> bytes:
    """Give a file's lines in the order that was asked for, the headings first."""
    order = in_order([*range(len(starts))], query, told.__getitem__)
    starts.append(written.tell())
    result, lines = BytesIO(), written.getbuffer()
    result.write(lines[: starts[0]])
    for place in order:
        result.write(lines[starts[place] : starts[place + 1]])
    return result.getvalue()


def _codes(row: Row) -> Row:
    return {name: row[name] for name in ("entity", "platform")}


def refuse_swept(reading: Reading, rows: int) -> None:
    """Raise Problem where fewer rows are there than were counted: they were swept away meanwhile."""
    if rows < reading["row_count"]:
        raise problems.gone("The rows of this reading are not kept any more.")
