"""The columns of a table, each to be gone through as a whole: nothing is made of a single row."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any, Protocol

from shared.domain.arrays import Array, np
from shared.domain.forms import Columns, Form, codes_of, form_of, integers_of, lines_of, texts_of, values_of
from shared.domain.newest import Kept
from shared.domain.texts import Texts

_MOST = 1 << 62


class Held(Protocol):
    """Records that were stored together."""

    @property
    def connection(self) -> str:
        """Whose records they are."""

    @property
    def keys(self) -> Columns:
        """The columns."""

    @property
    def count(self) -> int:
        """How many records they are."""


@dataclass(frozen=True, slots=True)
class Coded:
    """A column of few values: for each row which one it is."""

    codes: Array
    values: list[Any]

    def having(self, *wanted: Any) -> Array:
        """Mark the rows that have one of these values."""
        return np.array([*(each in wanted for each in self.values), False], bool)[self.codes]

    def at(self, rows: Array) -> list[Any]:
        """Give the values of some rows."""
        return [self.values[code] for code in self.codes[rows].tolist()]


class Whole:
    """Texts and few values are kept until `forget`; integers are not."""

    def __init__(self, batches: Sequence[Held], kept: Sequence[Kept]) -> None:
        self._batches = batches
        self._kept = kept
        self._texts: dict[str, Texts] = {}
        self._coded: dict[str, Coded] = {}

    def texts(self, column: str) -> Texts:
        """Give a key column of texts."""
        if column not in self._texts:
            forms = [*self._forms(column)]
            only = {form.values[0] if form.kind == "same" and form.rows else None for form, _ in forms}
            if forms and all(form.kind == "lines" for form, _ in forms):
                every = lines_of([form for form, _ in forms])
                left = _rows_left(forms)
                self._texts[column] = every if left is None else every.take(left)
            elif len(only) == 1 and None not in only:
                self._texts[column] = Texts.repeated(str(*only), sum(_count(*each) for each in forms))
            else:
                parts = (
                    texts_of(form) if kept is None else texts_of(form).take(kept) for form, kept in forms
                )
                self._texts[column] = Texts.joined([*parts])
        return self._texts[column]

    def cell(self, row: int, column: str) -> Any:
        """Give one value of a column, which is kept as it needs least room."""
        if column not in self._texts and column not in self._coded:
            first, _ = next(self._forms(column))
            (self.texts if first.kind == "lines" else self.coded)(column)
        if column in self._texts:
            return self._texts[column][row]
        told = self._coded[column]
        return told.values[told.codes[row]]

    def coded(self, column: str) -> Coded:
        """Give a key column of few values, or by the name of `connection` whose the records are."""
        if column not in self._coded:
            places: dict[Any, int] = {}
            parts = [
                codes_of(form, places) if kept is None else codes_of(form, places)[kept]
                for form, kept in self._forms(column)
            ]
            kind = np.min_scalar_type(len(places))
            codes = np.concatenate([np.empty(0, kind), *(part.astype(kind) for part in parts)])
            self._coded[column] = Coded(codes, list(places))
        return self._coded[column]

    def known(self, column: str, rows: Sequence[int]) -> list[Any] | None:
        """Give the values of some rows of a column that is kept; None for one that is not."""
        if column in self._texts:
            return self._texts[column].at(rows)
        return self._coded[column].at(np.asarray(rows, np.int64)) if column in self._coded else None

    def integers(self, column: str) -> Array:
        """Give a key column of integers; as Python has them where 64 bits might be too few."""
        forms = [*self._forms(column)]
        try:
            parts = [integers_of(form) if kept is None else integers_of(form)[kept] for form, kept in forms]
        except OverflowError:
            parts = []
        found = np.concatenate([np.empty(0, np.int64), *parts])
        largest = max(int(found.max(initial=0)), -int(found.min(initial=0)))
        if len(parts) == len(forms) and largest * len(found) < _MOST:
            return found
        return np.array([*self._values(forms)], object)

    @staticmethod
    def _values(forms: Iterable[tuple[Form, Array | None]]) -> Iterator[int]:
        for form, kept in forms:
            values = values_of(form)
            yield from values if kept is None else [values[place] for place in kept.tolist()]

    def forget(self, *columns: str) -> None:
        """Let go of these columns, or of all."""
        for held in (self._texts, self._coded):
            for column in columns or tuple(held):
                held.pop(column, None)

    def _forms(self, column: str) -> Iterator[tuple[Form, Array | None]]:
        """Give each batch's form of a column, and which places of it stand."""
        for batch, kept in zip(self._batches, self._kept, strict=True):
            if column == "connection":
                form = Form("same", batch.count, [batch.connection])
            else:
                form = form_of(batch.keys, column)
            yield form, None if kept is None else np.array(kept, np.int64)


def _rows_left(forms: Sequence[tuple[Form, Array | None]]) -> Array | None:
    """Give which rows stand of all, counted on from one form to the next; None where all do."""
    if all(kept is None for _, kept in forms):
        return None
    starts = accumulate((form.rows for form, _ in forms), initial=0)
    each = zip(starts, forms, strict=False)
    return np.concatenate(
        [start + (np.arange(form.rows) if kept is None else kept) for start, (form, kept) in each]
    )


def _count(form: Form, kept: Array | None) -> int:
    """Say how many rows of a column stand."""
    return form.rows if kept is None else len(kept)
