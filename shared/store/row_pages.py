"""Rows as they are stored: a page's rows in small blocks, and beside them their plain fields as columns.

So that a query reads the columns that it names, and then the blocks of the rows that it shows. A page is one
entity: `layout` says how many rows each block has and which fields have no column here; `rows000` and on are
the blocks, compressed lines of JSON; `of_{field}` is a column. A row that no block holds stands alone in a
page of parts (columns.py), as all pages did in older releases.
"""

import json
import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from types import NoneType
from typing import Any

from shared.store.columns import LARGEST, halves, pack, unpack
from shared.store.segment_format import PackedColumns, written
from shared.store.tables import MOST_BYTES

PAGE = 1_000
"""The most rows of a stored page."""
BLOCK = 25
"""The most rows of a block."""
MOST_BLOCKS = 150
"""Of the properties that an entity may have; the rest is left for columns."""
_LEVEL = 3
"""Half the time of the usual level, and a ninth more bytes."""
_PLAIN = {str, int, bool, NoneType}
_FIELD = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,100}")

Document = dict[str, Any]
Page = dict[str, bytes | str]


def packed(rows: Sequence[Document]) -> Iterator[Page]:
    """Give the properties of the entities that hold these rows: one if they fit; raises ValueError."""
    pending: list[Sequence[Document]] = [rows]
    while pending:
        part = pending.pop(0)
        page = in_one(part) if len(part) == 1 else _page(part)
        if page is None:
            pending[:0] = halves(part)
        else:
            yield page


def in_one(rows: Sequence[Document]) -> Page | None:
    """Give the properties of one entity that holds these rows, without blocks where they need more room."""
    return _page(rows) or _alone(rows)


def rows_in(entity: Mapping[str, Any]) -> list[Document]:
    """Give all rows of a page."""
    if "layout" not in entity:
        return list(unpack(entity))
    return [row for number in range(len(sizes_in(entity))) for row in rows_of(entity[block(number)])]


def rows_of(content: bytes) -> list[Document]:
    """Give the rows of a block."""
    return list(json.loads(b"[%b]" % zlib.decompress(content).replace(b"\n", b",")))


def row_of(content: bytes, number: int) -> Document:
    """Give one row of a block, without reading the others."""
    return dict(json.loads(zlib.decompress(content).split(b"\n")[number]))


def block(number: int) -> str:
    """Give the name of the property that holds a block."""
    return f"rows{number:03}"


def column(name: str) -> str:
    """Give the name of the property that holds a field's column."""
    return f"of_{name}"


def sizes_in(entity: Mapping[str, Any]) -> list[int]:
    """Give how many rows each block of a page has."""
    return list(json.loads(entity["layout"])["rows"])


def column_in(entity: Mapping[str, Any], name: str) -> bytes | None:
    """Give a field's column in a page; None where only the page's rows tell it."""
    if not entity.get("layout"):
        return None
    layout = json.loads(entity["layout"])
    if name in layout["without"]:
        return None
    content = entity.get(column(name))
    return written({name: [None] * sum(layout["rows"])}) if content is None else bytes(content)


def column_of(rows: Sequence[Document], name: str) -> bytes:
    """Give the column of a field as it stands in no page."""
    return written({name: [row.get(name) for row in rows]})


def values_in(content: bytes, name: str) -> list[Any]:
    """Give the values of a column."""
    return PackedColumns(content)[name]


def digested(page: Page) -> Iterator[bytes]:
    """Give the bytes by which pages of other rows differ: columns only repeat what the rows say."""
    for name, content in page.items():
        if isinstance(content, bytes) and not name.startswith("of_"):
            yield content


def rows_in_column(content: bytes, name: str) -> int:
    """Say how many rows a column has, without decoding it."""
    return PackedColumns(content).rows(name)


def _page(rows: Sequence[Document]) -> Page | None:
    blocks = _blocks(rows)
    if blocks is None:
        return None
    columns, without = _columns(rows)
    layout = json.dumps({"rows": [size for size, _ in blocks], "without": without}, separators=(",", ":"))
    contents = {block(number): content for number, (_, content) in enumerate(blocks)} | columns
    return None if sum(map(len, contents.values())) > LARGEST else {"layout": layout, **contents}


def _alone(rows: Sequence[Document]) -> Page | None:
    found = pack(rows)
    return None if found is None else {**found}


def _blocks(rows: Sequence[Document]) -> list[tuple[int, bytes]] | None:
    """Give the blocks with how many rows each has; None where they are too large, or too many."""
    # Rows hold no row that holds them: not to look for that saves a tenth.
    write = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False, check_circular=False).encode
    lines = [write(row) for row in rows]
    pending: list[Sequence[str]] = [lines[start : start + BLOCK] for start in range(0, len(lines), BLOCK)]
    found: list[tuple[int, bytes]] = []
    while pending:
        part = pending.pop(0)
        content = zlib.compress("\n".join(part).encode("utf-8", "surrogatepass"), _LEVEL)
        if len(content) <= MOST_BYTES:
            found.append((len(part), content))
        elif len(part) == 1:
            return None
        else:
            pending[:0] = halves(part)
    return found if len(found) <= MOST_BLOCKS else None


def _by_field(rows: Sequence[Document]) -> dict[str, Sequence[Any]]:
    """Give the values of each field that one of these rows has; None for a row that does not have it."""
    names = tuple(rows[0]) if rows else ()
    if all(tuple(row) == names for row in rows):
        # As the rows of one card are: nothing is looked up.
        return dict(zip(names, zip(*(row.values() for row in rows), strict=True), strict=True))
    every = dict.fromkeys(chain.from_iterable(rows))
    return {name: [row.get(name) for row in rows] for name in every}


def _columns(rows: Sequence[Document]) -> tuple[dict[str, bytes], list[str]]:
    """Give the columns of the plain fields, and the names of those fields that have none."""
    columns: dict[str, bytes] = {}
    without: list[str] = []
    for name, values in _by_field(rows).items():
        content = b""
        if _FIELD.fullmatch(name) and set(map(type, values)) <= _PLAIN:
            content = written({name: values})
        if content and len(content) <= MOST_BYTES:
            columns[column(name)] = content
        else:
            without.append(name)
    return columns, without
