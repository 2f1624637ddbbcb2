"""What Azure refuses, the store refuses first: the emulator would take it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.store.tables import EARLIEST, LARGEST_ENTITY, Table, check

Build = Callable[[int], dict[str, Any]]

KEYS = {"PartitionKey": "p", "RowKey": "r"}
OWN_KEYS = 4 + (8 + 24 + 2 + 4) + (8 + 12 + 2 + 4)
"""The bytes of the two keys: 8 for each property, its name and its text in UTF-16, 4 for the length."""


def _of_size(size: int) -> dict[str, Any]:
    """Build an entity of that many bytes, by Azure's own count, in properties that are fine by themselves."""
    parts = {f"part{number:02}": bytes(60_000) for number in range(17)}
    rest = size - OWN_KEYS - sum(8 + 12 + 4 + 60_000 for _ in parts) - (8 + 8 + 4)
    return {**KEYS, **parts, "rest": bytes(rest)}


LIMITS: dict[str, tuple[int, Build]] = {
    "properties, with keys and timestamp 255": (
        252,
        lambda n: KEYS | {f"a{number}": 1 for number in range(n)},
    ),
    "characters of a text": (32_768, lambda n: KEYS | {"text": "x" * n}),
    "emoji of a text, each two of its characters": (16_384, lambda n: KEYS | {"text": "🙂" * n}),
    "bytes of a binary": (65_536, lambda n: KEYS | {"binary": bytes(n)}),
    "characters of a partition key": (512, lambda n: KEYS | {"PartitionKey": "x" * n}),
    "characters of a row key": (512, lambda n: KEYS | {"RowKey": "x" * n}),
    "emoji of a row key": (256, lambda n: KEYS | {"RowKey": "🙂" * n}),
    "characters of a property's name": (255, lambda n: KEYS | {"x" * n: 1}),
    "bytes of an entity": (LARGEST_ENTITY, _of_size),
}


@pytest.mark.parametrize(("most", "build"), LIMITS.values(), ids=LIMITS)
def test_a_limit_is_reached_and_not_passed(most: int, build: Build) -> None:
    """Exactly at a limit of Azure an entity is taken, one over it is not.

    https://learn.microsoft.com/rest/api/storageservices/understanding-the-table-service-data-model
    """
    check(build(most))
    with pytest.raises(ValueError, match=r"at most|longer than|no property name"):
        check(build(most + 1))


@pytest.mark.parametrize("mark", ["/", "\\", "#", "?", "\x00", "\x1f", "\x7f", "\x9f", "\ud83d"])
@pytest.mark.parametrize("name", ["PartitionKey", "RowKey"])
def test_a_forbidden_character_in_a_key_is_refused(name: str, mark: str) -> None:
    """A key that was not made by `key` does not slip through."""
    with pytest.raises(ValueError, match=name):
        check({**KEYS, name: f"a{mark}b"})


@pytest.mark.parametrize("name", ["a-b", "a.b", "1a", "", "a b", "a\n", "ä"])
def test_a_property_needs_a_proper_name(name: str) -> None:
    """Names are those of C#: the emulator would take hyphens and dots."""
    with pytest.raises(ValueError, match="no property name"):
        check({**KEYS, name: 1})


def test_an_instant_before_1601_is_refused() -> None:
    """The service knows none: the emulator would take it."""
    check({**KEYS, "at": EARLIEST})
    with pytest.raises(ValueError, match="at is before 1601-01-01"):
        check({**KEYS, "at": EARLIEST - timedelta(microseconds=1)})


@pytest.mark.parametrize("value", [2**63, -(2**63) - 1])
async def test_an_integer_beyond_64_bits_is_refused(table: Table, value: int) -> None:
    """What does not fit into Edm.Int64 is an error, not another number."""
    with pytest.raises((TypeError, ValueError)):
        await table.put({**KEYS, "n": value})


@given(st.dictionaries(st.from_regex(r"[a-z]{1,8}", fullmatch=True), st.text(max_size=20), max_size=20))
def test_small_entities_are_fine(properties: dict[str, str]) -> None:
    """The check refuses nothing that Azure takes: any text is a value."""
    check(KEYS | properties)
