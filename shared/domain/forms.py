"""Columns as they are stored, and what whole columns are worked on as: texts, integers, or few values.

Columns that are held otherwise than as lists have a method `form`, which gives that of one of them.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from shared.domain.arrays import Array, np
from shared.domain.texts import PADDING, Texts, size_of

Columns = Mapping[str, Sequence[Any]]


_END = ord("\n")
_FEW = 4
"""Of lines, less than one in so many is cut out by itself."""


class Form(NamedTuple):
    """A column as it is stored.

    Five kinds. `same`: one value for all rows. `few`: a byte a row, that tells which of a few values.
    `lines`: texts, one a line. `whole`: integers of 64 bits. `each`: values as they are.
    """

    kind: str
    rows: int
    """How many it has."""
    values: Sequence[Any]
    content: bytes = b""


def form_of(columns: Columns, name: str) -> Form:
    """Give the form of a column."""
    told: Callable[[str], Form] | None = getattr(columns, "form", None)
    if told is not None:
        return told(name)
    values = columns[name]
    return Form("each", len(values), values)


def texts_of(form: Form) -> Texts:
    """Give a column of texts."""
    if form.kind == "lines":
        return lines_of([form])
    if form.kind in {"same", "few"}:
        places = np.frombuffer(form.content, np.uint8) if form.content else np.zeros(form.rows, np.uint8)
        return Texts.of(form.values).take(places)
    return Texts.of(form.values)


def lines_of(forms: Sequence[Form]) -> Texts:
    """Give columns of lines, one behind the other, of one block: none is copied twice."""
    block = b"\n".join([*(form.content for form in forms), PADDING])
    letters = np.frombuffer(block, np.uint8)
    ends = np.empty(sum(form.rows for form in forms), size_of(block))
    at = row = 0
    for form in forms:
        after = at + len(form.content) + 1
        ends[row : row + form.rows] = _line_ends(letters[at:after], form.rows) + at
        at, row = after, row + form.rows
    starts = np.empty_like(ends)
    starts[0], starts[1:] = 0, ends[:-1] + 1
    return Texts(block, starts, (ends - starts).astype(np.int32))


def integers_of(form: Form) -> Array:
    """Give a column of integers; raises OverflowError where one is longer than 64 bits."""
    if form.kind == "whole":
        return np.frombuffer(form.content, "<i8").astype(np.int64)
    values = np.array(form.values, np.int64)
    if form.kind == "few":
        return values[np.frombuffer(form.content, np.uint8)]
    return np.repeat(values, form.rows) if form.kind == "same" else values


def values_at(form: Form, places: Sequence[int]) -> list[Any]:
    """Give the values at some places of a column; of few, the others are not made."""
    if form.kind == "same":
        return [*form.values] * len(places)
    if form.kind == "few":
        return [form.values[form.content[place]] for place in places]
    if form.kind == "whole":
        return integers_of(form)[np.asarray(places, np.int64)].tolist()  # type: ignore[no-any-return]
    if form.kind != "lines" or len(places) * _FEW > form.rows:
        return [*map(values_of(form).__getitem__, places)]
    ends = _line_ends(np.frombuffer(form.content + b"\n", np.uint8), form.rows)
    chosen = np.asarray(places, np.int64)
    starts = np.where(chosen > 0, ends[chosen - 1] + 1, 0)
    return [
        form.content[start:end].decode("utf-8", "surrogatepass")
        for start, end in zip(starts.tolist(), ends[chosen].tolist(), strict=True)
    ]


def values_of(form: Form) -> Sequence[Any]:
    """Give the values of a column."""
    if form.kind == "lines":
        return form.content.decode("utf-8", "surrogatepass").split("\n")
    if form.kind == "same":
        return [*form.values] * form.rows
    if form.kind == "few":
        return [form.values[place] for place in form.content]
    return integers_of(form).tolist() if form.kind == "whole" else form.values


def codes_of(form: Form, places: dict[Any, int]) -> Array:
    """Give for each row the place of its value among all; one that is not there yet comes last."""
    if form.kind in {"same", "few"}:
        own = np.array([places.setdefault(value, len(places)) for value in form.values], np.int32)
        if form.kind == "same":
            return np.repeat(own, form.rows)
        return own[np.frombuffer(form.content, np.uint8)]
    return np.array([places.setdefault(value, len(places)) for value in values_of(form)], np.int32)


def _line_ends(letters: Array, rows: int) -> Array:
    """Give where each line ends; of lines of one width, as numbers and dates are, nobody needs to look."""
    width, rest = divmod(len(letters), rows)
    if not rest and (letters[width - 1 :: width] == _END).all():
        return np.arange(width - 1, len(letters), width)
    return np.flatnonzero(letters == _END)
