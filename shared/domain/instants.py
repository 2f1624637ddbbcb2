"""Instants of a whole column in their order, without reading one as text."""

from bisect import bisect_left
from collections.abc import Sequence

from shared.domain.arrays import Array, np
from shared.domain.numbering import numbered
from shared.domain.texts import Texts
from shared.domain.windows import Window

_WIDTH = 20
"""The letters of an instant as records have it: 2026-11-21T17:00:00Z."""
_AT = (0, 8, 12)
"""Where the eight letters begin that are looked at together: they overlap."""
_SHAPE = ("9999-99-", "99T99:99", "9:99:99Z")
_AT_ONCE = 1 << 14


class Instants:
    """The instants of a column, to be compared as their texts are."""

    def __init__(self, texts: Texts) -> None:
        read = _read_all(texts)
        self._distinct: list[str] | None = None
        if read is None:
            read, self._distinct = _ranked(texts)
        self.ranks = read
        """Integers in the order of the instants; the same instant has the same one."""

    def before(self, moment: str) -> Array:
        """Mark those before an instant."""
        if self._distinct is None:
            return self.ranks < _rank_of(moment)
        return self.ranks < bisect_left(self._distinct, moment)

    def count_before(self, rows: Sequence[int] | Array, moments: Sequence[str]) -> list[int]:
        """Say of these rows how many are before each of some instants."""
        ranks = np.sort(self.ranks[np.asarray(rows, np.int64)])
        if self._distinct is None:
            bounds = [_rank_of(moment) for moment in moments]
        else:
            bounds = [bisect_left(self._distinct, moment) for moment in moments]
        found: list[int] = np.searchsorted(ranks, bounds).tolist()
        return found

    def within(self, window: Window) -> Array:
        """Mark those of a window."""
        after = window.end + " "  # nothing is between an instant and this
        if self._distinct is None:
            return (self.ranks >= _rank_of(window.start)) & (self.ranks <= _rank_of(window.end))
        return ~self.before(window.start) & self.before(after)


def _read_all(texts: Texts) -> Array | None:
    """Read the digits of all instants; None where one is written otherwise."""
    found = np.empty(len(texts), np.int64)
    is_even = texts.lengths.min(initial=_WIDTH) == texts.lengths.max(initial=_WIDTH)
    parts = (slice(at, at + _AT_ONCE) for at in range(0, len(texts), _AT_ONCE))
    return found if is_even and all(_read(texts, part, found) for part in parts) else None


def _rank_of(moment: str) -> int:
    """Give what an instant comes to that is written as records have it; nothing is before ""."""
    return int("0" + "".join(filter(str.isdigit, moment)), 16)


def _read(texts: Texts, part: slice, found: Array) -> bool:
    """Read the digits of some instants, unless one of them is written otherwise."""
    starts = texts.starts[part].astype(np.int64)
    digits = np.zeros(len(starts), np.int64)
    for at, shape in zip(_AT, _SHAPE, strict=True):
        words = texts.words[starts + at]
        # Of a digit the first half of its byte is looked at: the other half is what it says.
        masks = [0xF0 if letter == "9" else 0xFF for letter in shape]
        shapes = [ord(letter) & mask for letter, mask in zip(shape, masks, strict=True)]
        mask, wanted = (np.uint64(int.from_bytes(bytes(each), "little")) for each in (masks, shapes))
        if not bool(np.all(np.bitwise_and(words, mask) == wanted)):
            return False
        # The last four letters of the second eight come again as the first of the third.
        for place in range(4 if at == _AT[1] else 8):
            if shape[place] == "9":
                digit = np.bitwise_and(np.right_shift(words, np.uint64(8 * place)), np.uint64(15))
                digits = np.left_shift(digits, 4) | digit.view(np.int64)
    found[part] = digits
    return True


def _ranked(texts: Texts) -> tuple[Array, list[str]]:
    """Rank what is not written as records have it, and give each text once, in order."""
    told = numbered(texts)
    distinct = texts.at(told.firsts)
    places = sorted(range(len(distinct)), key=distinct.__getitem__)
    rank_of = np.empty(len(distinct), np.int64)
    rank_of[places] = np.arange(len(distinct))
    return rank_of[told.numbers[0]], [distinct[place] for place in places]
