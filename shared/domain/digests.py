"""Digests of texts, a number of 64 bits each, and what they tell about many texts at once.

Texts that are the same have the same digest. Of two that are not, that is never taken for granted: whoever
finds two digests alike compares the bytes.
"""

from shared.domain.arrays import Array, are_new, np

WORD = 8
"""So many bytes are looked at together."""
AT_ONCE = 1 << 14
"""So many texts are worked on together: what they need stays near the processor."""
PAIRS_AT_ONCE = 1 << 12
"""The same of pairs, whose texts may stand anywhere: each brings more with it than is looked at."""
_FACTOR = 0x9E3779B97F4A7C15
"""Odd: of two numbers it makes two others, whose first bits differ as well."""
_TURN = 29
_ALL = 64
"""The bits of a digest."""
_MARKS = 20
"""So many bits of a digest say at first sight that a text is none of some others."""


def digests_of(words: Array, starts: Array, lengths: Array) -> Array:
    """Fold each text into a number, a word at a time.

    Each step can be undone by who knows the words before it: `same` counts on that.
    """
    factor, turn = np.uint64(_FACTOR), np.uint64(_TURN)
    found = lengths.astype(np.uint64) * factor
    for at in range(0, int(lengths.max(initial=0)), WORD):
        longer = slice(None) if lengths.min() > at else np.flatnonzero(lengths > at)
        folded = (found[longer] ^ _word(words, starts[longer], lengths[longer], at)) * factor
        folded ^= folded >> turn
        found[longer] = folded
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
    rows, own = np.arange(count, dtype=np.int32), digests
    firsts = rows
    for turn in range(3):
        at = _bits(own, _ALL - bits - (_ALL - bits) * turn // 3, bits)
        places[at[::-1]] = rows[::-1]  # the last one that is written stays
        taken = places.take(at)
        if turn:
            firsts[rows] = taken
        else:
            firsts = taken
        left = np.flatnonzero(digests.take(taken) != own)
        if not len(left):
            return firsts
        rows, own = rows[left], own[left]
    order = np.argsort(own, kind="stable")
    ranked, is_new = rows[order], are_new(own[order])
    firsts[ranked] = ranked[is_new][np.cumsum(is_new) - 1]
    return firsts


def among(digests: Array, others: Array) -> Array:
    """Give the rows whose digest is one of some others."""
    marks = np.zeros(1 << _MARKS, bool)
    marks[_bits(others, _ALL - _MARKS, _MARKS)] = True
    may = np.flatnonzero(marks[_bits(digests, _ALL - _MARKS, _MARKS)])
    ranked, own = np.sort(others), digests[may]
    place = np.minimum(np.searchsorted(ranked, own), len(ranked) - 1)
    return may[ranked[place] == own]


def same(words: Array, starts: Array, other_starts: Array, lengths: Array) -> Array:
    """Say of pairs of texts, the two of a pair of one length and one digest, whether they are the same.

    Their last words are not looked at: after the same words before them, others lead to another digest.
    """
    found = np.ones(len(lengths), bool)
    for at in range(0, int(lengths.max(initial=0)) - WORD, WORD):
        longer = np.flatnonzero((lengths > at + WORD) & found)
        found[longer] = words[starts[longer] + at] == words[other_starts[longer] + at]
    return found


def _word(words: Array, starts: Array, lengths: Array, at: int) -> Array:
    """Give the eight bytes of texts from a place on; the last eight, where a text has fewer behind it."""
    if at:
        return words[starts + np.minimum(lengths - np.int32(WORD), np.int32(at))]
    found = words[starts]
    if lengths.min(initial=WORD) < WORD:
        full = (1 << (8 * WORD)) - 1
        masks = np.array([full >> (8 * (WORD - each)) for each in range(WORD + 1)], np.uint64)
        found &= masks[np.minimum(lengths, WORD)]
    return found


def _bits(digests: Array, from_bit: int, count: int) -> Array:
    shifted = np.right_shift(digests, np.uint64(from_bit))
    if from_bit + count < _ALL:
        np.bitwise_and(shifted, np.uint64((1 << count) - 1), out=shifted)
    return shifted.view(np.int64)
