"""Digests of records, a few bytes each: whether a record is the same again is told without reading it."""

from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b
from typing import Any

from shared.store.segment_columns import as_json

SIZE = 8
"""Bytes of a digest: of so many that a changed record practically never has the one that it had before."""


def digests_of(columns: Mapping[str, Sequence[Any]], names: Iterable[str]) -> bytes:
    """Give the digest of each row of these columns, one behind the other."""
    rows = zip(*(columns[name] for name in names), strict=True)
    return b"".join(blake2b(as_json(row), digest_size=SIZE).digest() for row in rows)
