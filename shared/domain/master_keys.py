"""The records of a customer master by their keys, all of them or those of the keys that are asked for."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import chain, compress

from shared.domain.buyer_keys import mailed, names_and_addresses
from shared.domain.key_index import KeyIndex
from shared.domain.snapshot import Table
from shared.domain.workspace import FieldMap

NAME_AND_ADDRESS = "name_and_address"


class MasterKeys:
    """Which records have a key. Holding customers stand for nobody and are left out (SAGE-ABS-15)."""

    def __init__(self, masters: Table, field_map: FieldMap) -> None:
        self.masters = masters
        self._field_map = field_map
        self._by_key: dict[str, KeyIndex] = {}
        self._expected: dict[str, dict[str, list[int]]] = defaultdict(dict)
        self._number_of: dict[int, str] = {}

    def expect(self, keys: Iterable[tuple[str, str]]) -> None:
        """Look the records of some keys up together, for `find`: one by one they need an index of all."""
        wanted: dict[str, set[str]] = defaultdict(set)
        for key, value in keys:
            if key != NAME_AND_ADDRESS:
                wanted[key].add(mailed(key, value, self._field_map))
        for key, values in wanted.items():
            known = self._expected[key]
            unknown = {value for value in values - known.keys() if not self._is_nowhere(key, value)}
            found: dict[str, list[int]] = {value: [] for value in unknown}
            for number in range(len(self.masters.batches)) if unknown else ():
                column = self._part(number, key)
                if not unknown.isdisjoint(column):
                    rows = self.masters.rows_of(number)
                    for at in compress(range(len(rows)), map(unknown.__contains__, column)):
                        found[column[at]].append(rows[at])
            self.remember(key, found)

    def remember(self, key: str, found: Mapping[str, list[int]]) -> None:
        """Keep which rows have some values of a key."""
        for value, rows in found.items():
            own = [row for row in rows if row not in self._holding] if self._holding else rows
            self._expected[key][value] = sorted(own, key=self._lasting) if len(own) > 1 else own

    def expect_numbers(self, keys: Iterable[tuple[str, str]]) -> None:
        """Read the numbers of the records that some keys fit, for what is said of them."""
        fitting = (self._expected[key].get(mailed(key, value, self._field_map), ()) for key, value in keys)
        self._number_of |= self.masters.at("number", set(chain.from_iterable(fitting)))

    @cached_property
    def _holding(self) -> frozenset[int]:
        """The rows of holding customers."""
        holding = {number.strip().upper() for number in self._field_map.holding_customers}
        numbers = enumerate(self.masters.values("number") if holding else ())
        return frozenset(row for row, number in numbers if number.strip().upper() in holding)

    def _is_nowhere(self, key: str, value: str) -> bool:  # noqa: ARG002 - for those who know more
        """Say whether it is known before looking that no record has a value."""
        return False

    def _rows_with(self, key: str, value: str) -> Sequence[int]:
        expected = self._expected[key].get(value)
        if expected is None:
            return () if self._is_nowhere(key, value) else self._index(key).rows(value)
        return expected

    def _lasting(self, row: int) -> tuple[str, ...]:
        """Order records by what does not depend on when they were stored."""
        columns = (
            self.masters["number"],
            self.masters["company"],
            self.masters.connections,
            self.masters["id"],
        )
        return tuple(column[row] for column in columns)

    def _index(self, key: str) -> KeyIndex:
        if key not in self._by_key:
            self._by_key[key] = self._indexed(key)
        return self._by_key[key]

    def _indexed(self, key: str) -> KeyIndex:
        rows = [row for row in range(len(self.masters)) if row not in self._holding]
        if key == NAME_AND_ADDRESS:
            pairs = ((row, value) for row in rows for value in names_and_addresses(self.masters, row))
            return KeyIndex.of(pairs, self._lasting)
        values = [mailed(key, value, self._field_map) for value in self.masters[key]]
        return KeyIndex(rows, [*map(values.__getitem__, rows)], self._lasting)

    def _part(self, number: int, key: str) -> Sequence[str]:
        """Give a key's values in a batch."""
        column: Sequence[str] = self.masters.part(number, key)
        if key == "email" and self._field_map.email_rules:
            return [value and mailed(key, value, self._field_map) for value in column]
        return column

    def _own_part(self, number: int, key: str) -> Sequence[str]:
        """Give the same, "" for holding customers."""
        column = self._part(number, key)
        rows = self.masters.rows_of(number)
        if self._holding.isdisjoint(rows):
            return column
        return ["" if row in self._holding else value for row, value in zip(rows, column, strict=True)]

    def _pieces(self, *columns: str) -> Iterator[tuple[Sequence[int], Mapping[str, Sequence[str]]]]:
        """Give the records piece by piece, but holding customers."""
        for rows, parts in self.masters.pieces(*columns):
            if self._holding.isdisjoint(rows):
                yield rows, parts
            else:
                is_own = [row not in self._holding for row in rows]
                left = {name: [*compress(part, is_own)] for name, part in parts.items()}
                yield [*compress(rows, is_own)], left

    def _number(self, row: int) -> str:
        known = self._number_of.get(row)
        return str(self.masters["number"][row]) if known is None else known
