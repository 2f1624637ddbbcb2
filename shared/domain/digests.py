"""Digests of texts, a number of 64 bits each, and what they tell about many texts at once.

Texts that are the same have the same digest. Of two that are not, that is never taken for granted: whoever
finds two digests alike compares the bytes.
"""

from shared.domain.arrays import Array, np

WORD = 8
"""So many bytes are looked at together."""
AT_ONCE = 1 << 14
"""So many texts are worked on together: what they need stays near the processor."""
_FACTOR = 0x9E3779B97F4A7C15
"""Odd: of two numbers it makes two others, whose first bits differ as well."""
_TURN = 29
_MARKS = 20
"""So many bits of a digest say at first sight that a text is none of some others."""


def digests_of(words: Array, starts: Array, lengths: Array) -> Array:
    """Fold each text into a number, a word at a time."""
    factor, turn = np.uint64(_FACTOR), np.uint64(_TURN)
    found = lengths.astype(np.uint64) * factor
    for at in range(0, int(lengths.max(initial=0)), WORD):
        left = lengths - np.int32(at)
        if left.min() > 0:
            found = (found ^ _word(words, starts + at, left)) * factor
            found ^= found >> turn
            continue
        longer = np.flatnonzero(left > 0)
        folded = (found[longer] ^ _word(words, starts[longer] + at, left[longer])) * factor
        found[longer] = folded ^ (folded >> turn)
    return found


def spread(numbers: Array) -> Array:
    """Give digests of numbers: others for others."""
    found: Array = numbers.view(np.uint64) * np.uint64(_FACTOR)
    return found


def first_alike(digests: Array) -> Array:
    """Give for each row the first row of the same digest.

    Some bits of the digest name a place, which the first row of those that go there takes. Those of another
    digest try again with other bits; whom three places were taken from are sorted.
    """
    count = len(digests)
    bits = max(1, (count - 1).bit_length())
    places = np.empty(1 << bits, np.int32)
    rows, own, firsts = np.arange(count, dtype=np.int32), digests, np.empty(count, np.int32)
    for turn in range(3):
        at = _bits(own, 64 - bits - (64 - bits) * turn // 3, bits)
        places[at[::-1]] = rows[::-1]  # the last one that is written stays
        taken = places[at]
        firsts[rows] = taken
        left = np.flatnonzero(digests[taken] != own)
        if not len(left):
            return firsts
        rows, own = rows[left], own[left]
    _, first, which = np.unique(own, return_index=True, return_inverse=True)
    firsts[rows] = rows[first][which]
    return firsts


def among(digests: Array, others: Array) -> Array:
    """Give the rows whose digest is one of some others."""
    marks = np.zeros(1 << _MARKS, bool)
    marks[_bits(others, 64 - _MARKS, _MARKS)] = True
    may = np.flatnonzero(marks[_bits(digests, 64 - _MARKS, _MARKS)])
    ranked, own = np.sort(others), digests[may]
    place = np.minimum(np.searchsorted(ranked, own), len(ranked) - 1)
    return may[ranked[place] == own]


def same(words: Array, starts: Array, other_starts: Array, lengths: Array) -> Array:
    """Say of pairs of texts, the two of a pair as long as each other, whether they are the same."""
    found = np.ones(len(lengths), bool)
    for at in range(0, int(lengths.max(initial=0)), WORD):
        longer = np.flatnonzero((lengths > at) & found)
        left = lengths[longer] - np.int32(at)
        here, there = (_word(words, each[longer] + at, left) for each in (starts, other_starts))
        found[longer] = here == there
    return found


def _word(words: Array, starts: Array, left: Array) -> Array:
    """Give the next eight bytes of texts, or what is left of them."""
    found = words[starts]
    if left.min(initial=WORD) < WORD:
        full = (1 << (8 * WORD)) - 1
        masks = np.array([full >> (8 * (WORD - each)) for each in range(WORD + 1)], np.uint64)
        found &= masks[np.minimum(left, WORD)]
    return found


def _bits(digests: Array, from_bit: int, count: int) -> Array:
    shifted = np.right_shift(digests, np.uint64(from_bit))
    return np.bitwise_and(shifted, np.uint64((1 << count) - 1)).view(np.int64)
