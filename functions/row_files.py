"""Rows as a file: read page by page, and written line by line."""

from array import array
from collections.abc import AsyncIterator, Sequence
from io import BytesIO

from functions.row_queries import Row
from shared.export import Lines


async def file_of(pages: AsyncIterator[list[Row]], chosen: Sequence[int], lines: Lines) -> bytes:
    """Write the rows that were chosen, in that order: a quarter of a million of them do not fit into memory.

    Of each row only its line is kept. Raises LookupError where a page is gone.
    """
    wanted = bytearray(max(chosen, default=-1) + 1)
    for number in chosen:
        wanted[number] = 1
    written, starts, first = BytesIO(), array("Q"), 0
    written.write(lines.headings)
    async for page in pages:
        for row, is_wanted in zip(page, wanted[first : first + len(page)], strict=False):
            if is_wanted:
                starts.append(written.tell())
                written.write(lines.of(row))
        first += len(page)
    if len(starts) < len(chosen):
        raise LookupError("rows are missing that were there a moment ago")
    return written.getvalue() if _is_sorted(chosen) else _arranged(written, starts, chosen)


def _is_sorted(chosen: Sequence[int]) -> bool:
    return all(map(int.__lt__, chosen, chosen[1:]))


def _arranged(written: BytesIO, starts: "array[int]", chosen: Sequence[int]) -> bytes:
    """Give a file's lines in the order that was asked for, the headings first."""
    places = {number: place for place, number in enumerate(sorted(chosen))}
    starts.append(written.tell())
    result, lines = BytesIO(), written.getbuffer()
    result.write(lines[: starts[0]])
    for place in map(places.__getitem__, chosen):
        result.write(lines[starts[place] : starts[place + 1]])
    return result.getvalue()
