"""The records of a customer master by their keys, all of them or those of the keys that are asked for."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from itertools import chain

from shared.domain.arrays import Array, np
from shared.domain.buyer_keys import mailed, names_and_addresses
from shared.domain.emails import by_rules
from shared.domain.key_index import KeyIndex
from shared.domain.snapshot import Table
from shared.domain.texts import Texts
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
            unknown = values - self._expected[key].keys()
            found: dict[str, list[int]] = {value: [] for value in unknown}
            rows, texts = self.texts(key).with_any(unknown)
            for row, value in zip(rows.tolist(), texts, strict=True):
                found[value].append(row)
            self.remember(key, found)

    def remember(self, key: str, found: Mapping[str, list[int]]) -> None:
        """Keep which rows have some values of a key."""
        for value, rows in found.items():
            own = [row for row in rows if row not in self._holding] if self._holding else rows
            self._expected[key][value] = self._in_order(own) if len(own) > 1 else own

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

    def texts(self, key: str) -> Texts:
        """Give the values of a key."""
        if key == "email" and self._field_map.email_rules:
            return self._ruled
        return self.masters.whole.texts(key)

    @cached_property
    def _ruled(self) -> Texts:
        return by_rules(self.masters.whole.texts("email"), self._field_map)

    def _rows_with(self, key: str, value: str) -> Sequence[int]:
        expected = self._expected[key].get(value)
        if expected is None:
            return self._index(key).rows(value)
        return expected

    def _in_order(self, rows: Iterable[int]) -> list[int]:
        """Sort records, each once, by what does not depend on when they were stored.

        Their ids are read only where nothing else tells two of them apart.
        """
        cell, connections = self.masters.cell, self.masters.connections
        known = {row: (cell(row, "number"), cell(row, "company"), connections[row]) for row in rows}
        if len(set(known.values())) == len(known):
            return sorted(known, key=known.__getitem__)
        return sorted(known, key=lambda row: (known[row], cell(row, "id")))

    def _index(self, key: str) -> KeyIndex:
        if key not in self._by_key:
            self._by_key[key] = self._indexed(key)
        return self._by_key[key]

    def _indexed(self, key: str) -> KeyIndex:
        rows = [row for row in range(len(self.masters)) if row not in self._holding]
        if key == NAME_AND_ADDRESS:
            pairs = ((row, value) for row in rows for value in names_and_addresses(self.masters, row))
            return KeyIndex.of(pairs, self._in_order)
        values = [mailed(key, value, self._field_map) for value in self.masters[key]]
        return KeyIndex(rows, [*map(values.__getitem__, rows)], self._in_order)

    @property
    def is_own(self) -> Array:
        """Marks the records, but holding customers."""
        found = np.ones(len(self.masters), bool)
        found[[*self._holding]] = False
        return found

    def _number(self, row: int) -> str:
        known = self._number_of.get(row)
        return str(self.masters.cell(row, "number")) if known is None else known
