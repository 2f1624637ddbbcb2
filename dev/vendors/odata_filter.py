"""Reads an OData `$filter` (comparisons, `and`, `or`, parentheses) into a test of one item."""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from operator import eq, ge, gt, le, lt, ne
from typing import Any

Item = Mapping[str, Any]
Condition = Callable[[Item], bool]

_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "eq": eq,
    "ne": ne,
    "ge": ge,
    "gt": gt,
    "le": le,
    "lt": lt,
}
_TOKEN = re.compile(r"\s*(?:(?P<mark>[()])|(?P<text>[A-Za-z_.]*'(?:[^']|'')*')|(?P<word>[^\s()']+))")
_GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


class FilterError(ValueError):
    """A `$filter` that cannot be read, or that names what may not be filtered by."""


def condition(text: str, names: Collection[str]) -> Condition:
    """Give the test that a `$filter` states; only `names` may stand in it. Raises FilterError."""
    reader = _Reader(_tokens(text), names)
    whole = reader.any_of()
    if reader.position != len(reader.tokens):
        msg = f"syntax error at '{reader.tokens[reader.position]}'"
        raise FilterError(msg)
    return whole


def _tokens(text: str) -> list[str]:
    tokens, position = [], 0
    text = text.rstrip()
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            msg = f"syntax error at position {position}"
            raise FilterError(msg)
        tokens.append(match.group().strip())
        position = match.end()
    return tokens


@dataclass
class _Reader:
    """Walks the tokens: `or` binds weakest, then `and`, then a comparison or parentheses."""

    tokens: list[str]
    names: Collection[str]
    position: int = 0

    def _take(self) -> str:
        if self.position == len(self.tokens):
            msg = "the expression ends too early"
            raise FilterError(msg)
        self.position += 1
        return self.tokens[self.position - 1]

    def _continues_with(self, word: str) -> bool:
        found = self.position < len(self.tokens) and self.tokens[self.position] == word
        self.position += found
        return found

    def any_of(self) -> Condition:
        parts = [self.all_of()]
        while self._continues_with("or"):
            parts.append(self.all_of())
        return lambda item: any(part(item) for part in parts)

    def all_of(self) -> Condition:
        parts = [self.one()]
        while self._continues_with("and"):
            parts.append(self.one())
        return lambda item: all(part(item) for part in parts)

    def one(self) -> Condition:
        name = self._take()
        if name == "(":
            inner = self.any_of()
            if self._take() != ")":
                msg = "a parenthesis is not closed"
                raise FilterError(msg)
            return inner
        if name not in self.names:
            msg = f"'{name}' cannot be filtered by"
            raise FilterError(msg)
        word, literal = self._take(), self._take()
        if word not in _COMPARISONS:
            msg = f"'{word}' is no comparison"
            raise FilterError(msg)
        return _comparison(name, _COMPARISONS[word], _value(literal))


def _value(literal: str) -> Any:
    """Give a literal's value: text (an enumeration's, too), moment, date, number, guid, flag or none."""
    if literal.endswith("'"):
        return literal.partition("'")[2][:-1].replace("''", "'")
    if literal in {"true", "false"}:
        return literal == "true"
    if literal == "null":
        return None
    if _GUID.fullmatch(literal):
        return literal.lower()
    if _NUMBER.fullmatch(literal):
        return Decimal(literal)
    try:
        return date.fromisoformat(literal) if _DATE.fullmatch(literal) else _moment(literal)
    except ValueError:
        msg = f"'{literal}' is no value"
        raise FilterError(msg) from None


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _comparison(name: str, compare: Callable[[Any, Any], bool], wanted: Any) -> Condition:
    def holds(item: Item) -> bool:
        found = item.get(name)
        if found is None or wanted is None:
            return compare in {eq, ne} and compare(found, wanted)
        return compare(_as(found, wanted), wanted)

    return holds


def _as(found: Any, wanted: Any) -> Any:
    """Read an item's value as the type of the literal that it is compared with."""
    if isinstance(wanted, bool):
        return found
    if isinstance(wanted, Decimal):
        return Decimal(str(found))
    if isinstance(wanted, datetime):
        return _moment(found)
    if isinstance(wanted, date):
        return date.fromisoformat(found[:10])
    return found.lower() if isinstance(found, str) and _GUID.fullmatch(found) else str(found)
