"""Shopify's root lists: the search syntax as far as it is used, sorting, pages and counts."""

import math
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from operator import itemgetter
from typing import Any

from dev.vendors.shopify_graphql import Key, QueryError, connection

_TIMES = re.compile(r"(updated_at|processed_at):(>=|<=|>|<)(?:'([^']*)'|\"([^\"]*)\"|(\S+))")
_IDS = re.compile(r"(?<!\S)id:(>=|<=|>|<)(\d+)")
_STATUSES = re.compile(r"financial_status:(\w+)")
_DAY = len("2026-11-01")
_SECONDS_A_DAY = 86_400


@dataclass(frozen=True, slots=True)
class Root:
    """A list of the query root."""

    facts: Iterable[Any]
    render: Callable[[Any], dict[str, Any]]
    updated: Callable[[Any], datetime]
    processed: Callable[[Any], datetime] | None = None
    status: Callable[[Any], str] | None = None
    is_by_day: bool = False
    """Its `updated_at` term matches whole days."""

    def fields(self, name: str) -> dict[str, Any]:
        """Give the list and its count as fields of the query root."""
        return {name: self._resolve, f"{name}Count": self._count}

    def _resolve(
        self,
        first: int | None = None,
        after: str | None = None,
        query: str | None = None,
        sortKey: str = "ID",  # noqa: N803 - the argument's name at Shopify
    ) -> dict[str, Any]:
        rows: list[tuple[Key, Any]] = [
            ((_seconds(self.updated(fact)) if sortKey == "UPDATED_AT" else 0, fact.id), fact)
            for fact in self._found(query)
        ]
        return connection(sorted(rows, key=itemgetter(0)), self.render, first=first, after=after)

    def _count(self, query: str | None = None, limit: int | None = 10_000) -> dict[str, Any]:
        count = sum(1 for _ in self._found(query))
        is_cut = limit is not None and count > limit
        return {"count": limit if is_cut else count, "precision": "AT_LEAST" if is_cut else "EXACT"}

    def _found(self, query: str | None) -> Iterable[Any]:
        terms = query or ""
        if terms.endswith(":>"):
            raise QueryError("Internal error", "INTERNAL_SERVER_ERROR")
        ids = [(sign, int(number)) for sign, number in _IDS.findall(terms)]
        statuses = {each.upper() for each in _STATUSES.findall(terms)}
        when = {"updated_at": self.updated, "processed_at": self.processed}
        bounds = [
            (read, low, high)
            for name, (low, high) in _bounds(terms, is_by_day=self.is_by_day).items()
            if (read := when[name]) is not None
        ]
        for fact in self.facts:
            is_within = all(low <= _seconds(read(fact)) < high for read, low, high in bounds)
            fits = not statuses or (self.status is not None and self.status(fact) in statuses)
            if is_within and fits and all(_holds(fact.id, *bound) for bound in ids):
                yield fact


def _seconds(when: datetime) -> int:
    return int(when.timestamp())


def _holds(number: int, sign: str, bound: int) -> bool:
    return number >= bound if sign.startswith(">") else number <= bound


def _bounds(query: str, *, is_by_day: bool) -> dict[str, tuple[float, float]]:
    """Read the times that are searched for, by name, as seconds; the second bound is exclusive.

    Shopify takes both as inclusive. A bound without quotes is cut to its day, as some saw it at Shopify.
    """
    found: dict[str, tuple[float, float]] = {}
    for name, sign, single, double, bare in _TIMES.findall(query):
        low, high = found.get(name, (-math.inf, math.inf))
        bound = (single or double or bare[:_DAY])[: _DAY if is_by_day else None]
        start = datetime.fromisoformat(bound)
        start = start if start.tzinfo else start.replace(tzinfo=UTC)
        if sign.startswith(">"):
            low = max(low, start.timestamp())
        else:
            high = min(high, start.timestamp() + (_SECONDS_A_DAY if len(bound) == _DAY else 1))
        found[name] = low, high
    return found
