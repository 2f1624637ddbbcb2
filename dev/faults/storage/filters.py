"""The filters of table queries, read and applied.

https://learn.microsoft.com/rest/api/storageservices/querying-tables-and-entities
"""

import operator
import re
from binascii import unhexlify
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from azure.data.tables import EntityProperty

from dev.faults.storage.errors import refusal
from dev.faults.storage.limits import COMPARISONS
from dev.faults.storage.ordered import ordinal

Predicate = Callable[[Mapping[str, Any]], bool]
Span = tuple[str, str | None]
"""The first and the last key that can match; None is without end."""

_ALL: Span = ("", None)
_TOKEN = re.compile(r"\s*(\(|\)|(?:datetime|guid|X|binary)?'(?:[^']|'')*'|[^\s()']+)")
_OPERATORS: Mapping[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "gt": operator.gt,
    "ge": operator.ge,
    "lt": operator.lt,
    "le": operator.le,
}
_NUMBER = re.compile(r"-?\d+L?|-?\d*\.?\d+(?:[eE][-+]?\d+)?")


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter that is read: what matches, and between which keys to look."""

    matches: Predicate
    partitions: Span = _ALL
    rows: Span = _ALL


@lru_cache(maxsize=4096)
def read(text: str) -> Filter:
    """Read a filter; raises HttpResponseError (400) where Azure refuses it."""
    tokens = _tokens(text)
    if sum(token in _OPERATORS for token in tokens) > COMPARISONS:
        raise refusal(400, "InvalidInput", f"a filter has at most {COMPARISONS} comparisons")
    reader = _Reader(tokens)
    found = reader.either()
    if reader.rest:
        raise refusal(400, "InvalidInput")
    return found


def _tokens(text: str) -> list[str]:
    tokens, at, end = [], 0, len(text.rstrip())
    while at < end:
        found = _TOKEN.match(text, at)
        if found is None:
            raise refusal(400, "InvalidInput")
        tokens.append(found[1])
        at = found.end()
    return tokens


class _Reader:
    def __init__(self, tokens: list[str]) -> None:
        self.rest = tokens[::-1]

    def either(self) -> Filter:
        found = self.both()
        while self._skip("or"):
            found = _joined(found, self.both(), any_of=True)
        return found

    def both(self) -> Filter:
        found = self.one()
        while self._skip("and"):
            found = _joined(found, self.one(), any_of=False)
        return found

    def one(self) -> Filter:
        if self._skip("not"):
            denied = self.one().matches
            return Filter(lambda entity: not denied(entity))
        if self._skip("("):
            found = self.either()
            if not self._skip(")"):
                raise refusal(400, "InvalidInput")
            return found
        try:
            name, verb, value = self.rest.pop(), self.rest.pop(), literal(self.rest.pop())
            compare = _OPERATORS[verb]
        except (IndexError, KeyError, ValueError):
            raise refusal(400, "InvalidInput") from None
        return _comparison(name, verb, compare, value)

    def _skip(self, word: str) -> bool:
        is_next = bool(self.rest) and self.rest[-1] == word
        if is_next:
            self.rest.pop()
        return is_next


def literal(text: str) -> Any:
    """Give the value that a literal means; raises ValueError."""
    kind, quoted, inside = text.partition("'")
    if not quoted:
        if text in {"true", "false"}:
            return text == "true"
        if not _NUMBER.fullmatch(text):
            raise ValueError(text)
        return int(text.rstrip("L")) if text.rstrip("L").lstrip("-").isdecimal() else float(text)
    inside = inside[:-1].replace("''", "'")
    match kind:
        case "":
            return inside
        case "datetime":
            return datetime.fromisoformat(inside)
        case "guid":
            return UUID(inside)
        case _:
            return unhexlify(inside)


def _comparison(name: str, verb: str, compare: Callable[[Any, Any], bool], value: Any) -> Filter:
    kind, wanted = _comparable(value)

    def matches(entity: Mapping[str, Any]) -> bool:
        found = entity.get(name)
        if found is None:
            return False
        found_kind, found = _comparable(found)
        return found_kind is kind and compare(found, wanted)

    if kind is not str or name not in {"PartitionKey", "RowKey"}:
        return Filter(matches)
    span: Span = {
        "eq": (value, value),
        "ge": (value, None),
        "gt": (value, None),
        "lt": ("", value),
        "le": ("", value),
    }.get(verb, _ALL)
    return Filter(matches, partitions=span) if name == "PartitionKey" else Filter(matches, rows=span)


def _comparable(value: Any) -> tuple[type, Any]:
    """Give what kind a value is compared as, and what by; kinds do not equal each other."""
    if isinstance(value, str):
        return str, ordinal(value)
    if isinstance(value, EntityProperty):
        return float, value.value
    if isinstance(value, bool):
        return bool, value
    if isinstance(value, int | float):
        return float, value
    return (datetime, value) if isinstance(value, datetime) else (type(value), value)


def _joined(one: Filter, other: Filter, *, any_of: bool) -> Filter:
    first, second = one.matches, other.matches
    if any_of:
        return Filter(
            lambda entity: first(entity) or second(entity),
            _hull(one.partitions, other.partitions),
            _hull(one.rows, other.rows),
        )
    return Filter(
        lambda entity: first(entity) and second(entity),
        _common(one.partitions, other.partitions),
        _common(one.rows, other.rows),
    )


def _hull(one: Span, other: Span) -> Span:
    last = None if one[1] is None or other[1] is None else max(one[1], other[1], key=ordinal)
    return min(one[0], other[0], key=ordinal), last


def _common(one: Span, other: Span) -> Span:
    lasts = [each for each in (one[1], other[1]) if each is not None]
    return max(one[0], other[0], key=ordinal), min(lasts, key=ordinal) if lasts else None
