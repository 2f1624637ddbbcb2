"""Partition and row keys: any text fits into them, and no two texts are confused."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.store.tables import Table, key

ODD = st.sampled_from(
    ["#1001", "a/b", "a\\b", "what?", "a|b", "a", "b", "|", "=", "=7C", "7C", "\x00", "\x85", ""]
)
ANY_TEXT = st.text(st.characters(), max_size=12)
PART = st.one_of(ODD, ANY_TEXT, st.builds(str.__add__, ODD, ANY_TEXT))
PARTS = st.lists(PART, min_size=1, max_size=4)
FORBIDDEN = re.compile(r"[/\\#?\x00-\x1f\x7f-\x9f]")


@given(PARTS, PARTS)
def test_different_parts_give_different_keys(one: list[str], other: list[str]) -> None:
    """A key says which parts it was made of: two lists of parts share a key only if they are the same."""
    assert (key(*one) == key(*other)) == (one == other)


@given(PARTS)
def test_a_key_has_no_character_that_azure_forbids(parts: list[str]) -> None:
    """Azure forbids slashes, `#`, `?` and control characters in keys, and UTF-8 has no halves of characters.

    https://learn.microsoft.com/rest/api/storageservices/understanding-the-table-service-data-model
    """
    made = key(*parts)
    assert FORBIDDEN.search(made) is None
    assert made == made.encode().decode()


@given(PARTS)
def test_parts_are_kept_apart_by_bars_only(parts: list[str]) -> None:
    """There is one bar fewer than parts, so that a range of row keys can stop at a part's end."""
    assert key(*parts).count("|") == len(parts) - 1


@pytest.mark.parametrize(
    "text",
    [
        "#1001",
        "a/b\\c?",
        "x|y",
        "50%",
        "it's",
        "ÄÖ 漢字 🙂",
        "tab\there",
        "\x7f\x9f",
        "half \ud83d",
        " ",
        "+&",
    ],
)
async def test_any_text_finds_its_entity(table: Table, text: str) -> None:
    """What is written under a key is found under it, alone and in a transaction, in the order of keys."""
    partition = key("shop", text)
    await table.put({"PartitionKey": partition, "RowKey": key(text), "value": "alone"})
    await table.put_all([{"PartitionKey": partition, "RowKey": key(text, "2"), "value": "together"}])
    found = [await table.get(partition, key(text)), await table.get(partition, key(text, "2"))]
    assert [each["value"] for each in found if each] == ["alone", "together"]
    assert [each["value"] async for each in table.between(partition)] == ["alone", "together"]
