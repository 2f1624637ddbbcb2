"""Rows marked by a byte each, 1 or 0: what two columns of marks have in common costs next to nothing."""

from array import array
from collections.abc import Callable, Iterable

_TURNED = b"\1\0".ljust(256, b"\0")


def marked(length: int, rows: Iterable[int]) -> bytes:
    """Give marks of which these rows have one."""
    marks = bytearray(length)
    for row in rows:
        marks[row] = 1
    return bytes(marks)


def both(one: bytes, other: bytes) -> bytes:
    """Mark what both mark; as two large numbers they take a moment, byte by byte a hundred times as long."""
    return (_number(one) & _number(other)).to_bytes(len(one), "little")


def either(one: bytes, other: bytes) -> bytes:
    """Mark what one of them marks, or both."""
    return (_number(one) | _number(other)).to_bytes(len(one), "little")


def without(one: bytes, other: bytes) -> bytes:
    """Mark what the first marks and the other does not."""
    return (_number(one) & ~_number(other)).to_bytes(len(one), "little")


def inverted(marks: bytes) -> bytes:
    """Mark what is not marked."""
    return marks.translate(_TURNED)


def whole(values: Callable[[], Iterable[int]]) -> "array[int] | list[int]":
    """Give integers in a fifth of the room that a list takes, unless one is longer than 64 bits."""
    try:
        return array("q", values())
    except OverflowError:
        return list(values())


def shortened(values: Callable[[], Iterable[int]]) -> bytes:
    """Give integers in a byte each; of one that does not fit there is the nearest that does."""
    try:
        return bytes(values())
    except ValueError:
        return bytes(max(0, min(value, 255)) for value in values())


def _number(marks: bytes) -> int:
    return int.from_bytes(marks, "little")
