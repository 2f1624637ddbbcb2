"""A column of texts as one block of bytes, in which a million are told apart without making any of them."""

from collections.abc import Collection, Iterable, Sequence
from functools import cached_property
from itertools import accumulate
from typing import Any, Self

from shared.domain.arrays import Array, np
from shared.domain.digests import AT_ONCE, PAIRS_AT_ONCE, WORD, among, digests_of, same

PADDING = bytes(WORD)
"""Stands behind a block."""
_FAR = 1 << 31
"""Bytes from here on do not fit into four bytes."""


class Texts:
    """Texts in row order; rows of the same text may share its bytes."""

    def __init__(self, block: bytes, starts: Array, lengths: Array) -> None:
        self.block = block
        """The texts in UTF-8, wherever they stand in it, and behind them at least eight bytes more."""
        self.starts = starts
        self.lengths = lengths
        """In bytes."""

    @classmethod
    def _over(cls, block: bytes, starts: Array, lengths: Array) -> Self:
        """Give other texts of the same block."""
        found = cls.__new__(cls)
        found.block, found.starts, found.lengths = block, starts, lengths
        return found

    @classmethod
    def of(cls, values: Collection[str]) -> Self:
        """Give some texts."""
        each = [encoded(value) for value in values]
        lengths = np.fromiter(map(len, each), np.int32, len(each))
        starts = np.fromiter(accumulate(map(len, each), initial=0), np.int32, len(each) + 1)
        return cls(b"".join([*each, PADDING]), starts[:-1], lengths)

    @classmethod
    def repeated(cls, value: str, times: int) -> Self:
        """Give one text so many times, in the room of one."""
        one = cls.of([value])
        found = cls._over(one.block, np.broadcast_to(one.starts, times), np.broadcast_to(one.lengths, times))
        found.__dict__["digests"] = np.broadcast_to(one.digests, times)
        return found

    @classmethod
    def joined(cls, parts: Sequence["Texts"]) -> Self:
        """Give the texts of several columns, one behind the other."""
        block = b"".join(part.block for part in parts) or PADDING
        kind = size_of(block)
        starts, lengths = [np.empty(0, np.int32)], [np.empty(0, np.int32)]
        before = 0
        for part in parts:
            starts.append(part.starts.astype(kind) + kind(before))
            lengths.append(part.lengths)
            before += len(part.block)
        return cls(block, np.concatenate(starts), np.concatenate(lengths))

    def __len__(self) -> int:
        return len(self.starts)

    def __getitem__(self, row: int) -> str:
        start = int(self.starts[row])
        return self.block[start : start + int(self.lengths[row])].decode("utf-8", "surrogatepass")

    def at(self, rows: Iterable[int] | Array) -> list[str]:
        """Give the texts of some rows."""
        chosen = np.asarray(rows if isinstance(rows, np.ndarray) else [*rows], np.int64)
        starts = self.starts[chosen]
        ends = starts + self.lengths[chosen]
        block = self.block
        return [
            block[start:end].decode("utf-8", "surrogatepass")
            for start, end in zip(starts.tolist(), ends.tolist(), strict=True)
        ]

    def take(self, rows: Array) -> "Texts":
        """Give the texts of some rows, of the same bytes."""
        found = self._over(self.block, self.starts[rows], self.lengths[rows])
        if "digests" in self.__dict__:
            found.__dict__["digests"] = self.digests[rows]
        return found

    @cached_property
    def digests(self) -> Array:
        """The digest of each text."""
        found = np.empty(len(self), np.uint64)
        words = self.words
        for at in range(0, len(self), AT_ONCE):
            part = slice(at, at + AT_ONCE)
            found[part] = digests_of(words, self.starts[part].astype(np.int64), self.lengths[part])
        return found

    @cached_property
    def words(self) -> Array:
        """The eight bytes from each byte on, as one number."""
        return np.ndarray((len(self.block) - WORD + 1,), "<u8", self.block, strides=(1,))

    def with_any(self, values: Collection[str]) -> tuple[Array, list[str]]:
        """Give the rows that have one of some texts, in order, and the text of each."""
        known = values if isinstance(values, set | frozenset | dict) else frozenset(values)
        if not known or not len(self):
            return np.empty(0, np.int64), []
        may = among(self.digests, Texts.of(known).digests)
        found = self.at(may)
        is_found = [each in known for each in found]
        if all(is_found):
            return may, found
        return may[np.array(is_found, bool)], [each for each in found if each in known]

    def replaced(self, rows: Array, values: Collection[str]) -> "Texts":
        """Give the same texts, but these in some rows."""
        if not len(rows):
            return self
        both = Texts.joined([self, Texts.of(values)])
        which = np.arange(len(self))
        which[rows] = np.arange(len(self), len(both))
        return both.take(which)

    def or_else(self, others: "Texts") -> "Texts":
        """Give these texts, and where there is none, that of the others."""
        is_blank = self.lengths == 0
        if not is_blank.any():
            return self
        if is_blank.all():
            return others
        both = Texts.joined([self, others])
        which = np.arange(len(self))
        return both.take(np.where(is_blank, which + len(self), which))

    def kept(self, marks: Array) -> "Texts":
        """Give the marked texts, and "" for the others."""
        return self if marks.all() else Texts._over(self.block, self.starts, self.lengths * marks)

    def beyond(self, letters: bytes) -> Array:
        """Give the rows whose text has a byte that is none of these.

        It is quick where the texts stand in the block in the order of their rows, as those of a column do.
        """
        is_beyond = np.ones(256, np.uint8)
        is_beyond[[*letters]] = 0
        spans = np.empty(2 * len(self), np.int64)
        spans[::2], spans[1::2] = self.starts, self.starts + self.lengths
        # What stands between two texts, as the ends of lines do, is in none of them.
        most = np.maximum.reduceat(is_beyond[np.frombuffer(self.block, np.uint8)], spans)[::2]
        return np.flatnonzero(most * (self.lengths > 0))

    def holding(self, part: str, times: int = 1) -> Array:
        """Give the rows that may have a part so many times, and certainly those that do."""
        wanted = encoded(part)
        if wanted not in self.block:
            return np.empty(0, np.int64)
        letters = np.frombuffer(self.block, np.uint8)
        places = np.flatnonzero(letters == wanted[0])
        for at, letter in enumerate(wanted[1:], 1):
            places = places[places < len(letters) - at]
            places = places[letters[places + at] == letter]
        return self._rows_over(places, times)

    def _rows_over(self, places: Array, times: int) -> Array:
        """Give the rows that so many of these places of the block are in."""
        places = places.astype(self.starts.dtype)
        first, after = (np.searchsorted(places, each) for each in (self.starts, self.starts + self.lengths))
        return np.flatnonzero(after - first >= times)

    def same(self, rows: Array, others: Array) -> Array:
        """Say for each of these rows whether its text is that of the other row beside it, of one digest."""
        others = others.astype(np.int64)
        found = self.lengths[rows] == self.lengths[others]
        for at in range(0, len(rows), PAIRS_AT_ONCE):
            part = slice(at, at + PAIRS_AT_ONCE)
            starts, other_starts = (self.starts[each[part]].astype(np.int64) for each in (rows, others))
            found[part] &= same(self.words, starts, other_starts, self.lengths[rows[part]] * found[part])
        return found


def size_of(block: bytes) -> Any:
    """Give the type of number that is enough for a place in a block."""
    return np.int32 if len(block) < _FAR else np.int64


def encoded(text: str) -> bytes:
    """Give a text's bytes; half a character is kept as it came."""
    return text.encode("utf-8", "surrogatepass")
