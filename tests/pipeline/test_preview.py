"""Trying out settings: a card says what it would say, and nothing is saved."""

from typing import Any

import pytest

from shared.cards import card_of
from shared.errors import SourceError
from shared.pipeline.evaluate import evaluate
from shared.pipeline.preview import Refused, preview
from tests.pipeline.bench import CARD, OTHER_CARD, Bench
from tests.pipeline.memory import entities

SAGE = card_of(CARD)
assert SAGE is not None


@pytest.fixture
def bench(empty_bench: Bench) -> Bench:
    """Give a bench that has no workspace yet."""
    return empty_bench


async def _tried(bench: Bench, change: dict[str, Any], most: int = 20) -> dict[str, Any]:
    found = await bench.store.workspaces.get("shop")
    assert found
    assert SAGE is not None
    return await preview(bench.services, found[0], SAGE, change, most)


def _everything(bench: Bench) -> list[Any]:
    tables = (bench.store.readings._readings, bench.store.readings._rows, bench.store.workspaces._table)
    return [entities(table) for table in tables]


CHANGES: list[dict[str, Any]] = [
    {"cards": {CARD: {"threshold": "1"}}},
    {"cards": {CARD: {"scope": "b2b"}}},
    {"field_map": {"key_precedence": {"dtc": ["account_reference"]}}},
    {"field_map": {"shared_key_limit": 1}},
    {"cards": {CARD: {"window_days": 9}}, "grace_minutes": 30},
]


@pytest.mark.parametrize("change", CHANGES, ids=str)
async def test_a_preview_says_what_saving_would_bring(bench: Bench, change: dict[str, Any]) -> None:
    """Value, status, breakdown and rows are those of the evaluation after saving; saved is nothing."""
    await bench.filled()
    before, stored = await bench.reading(), _everything(bench)
    rows = {row["id"]: row for row in await bench.rows()}
    tried = await _tried(bench, change)
    assert _everything(bench) == stored
    await bench.workspace(**change)
    await evaluate(bench.services, "shop")
    after = await bench.reading()
    for name in ("value", "compared", "status", "breakdown", "figures", "threshold", "row_count"):
        assert (tried["now"][name], tried["then"][name]) == (before[name], after[name])
    later = {row["id"]: row for row in await bench.rows()}
    found = tried["rows"]
    assert [row["id"] for row in found["appear"]["first"]] == [each for each in later if each not in rows]
    assert [row["id"] for row in found["go"]["first"]] == [each for each in rows if each not in later]


async def test_rows_that_change_say_in_what(bench: Bench) -> None:
    """A row that stays and is looked for by another key is shown before and after; counts are of all."""
    await bench.filled()
    change = {"field_map": {"key_precedence": {"dtc": ["account_reference"]}}}
    found = (await _tried(bench, change, most=1))["rows"]
    counts = {name: found[name]["count"] for name in found}
    assert max(len(each["first"]) for each in found.values()) == 1
    assert sum(counts.values()) >= 2


async def test_nothing_changed_changes_nothing(bench: Bench) -> None:
    """An empty change gives the same twice, without a row that comes, goes or differs."""
    await bench.filled()
    tried = await _tried(bench, {})
    assert tried["now"] == tried["then"]
    assert {each["count"] for each in tried["rows"].values()} == {0}


@pytest.mark.parametrize(
    ("change", "path", "says"),
    [
        ({"connections": []}, "connections", "cannot be tried out"),
        ({"cards": {OTHER_CARD: {}}}, f"cards.{OTHER_CARD}", "not the card"),
        ({"cards": {CARD: {"threshold": -1}}}, f"cards.{CARD}.threshold", "greater than"),
        ({"cards": {CARD: {"enabled": False}}}, f"cards.{CARD}.enabled", "is off"),
        ({"cards": 7}, "cards", "valid dictionary"),
        ({"field_map": {"vat_field": "tax id"}}, "field_map.vat_field", "read anew"),
        ({"field_map": {"default_entity": "nowhere"}}, "", "not listed"),
        ({"field_map": {"key_precedence": {"dtc": ["shoe size"]}}}, "field_map.key_precedence.dtc.0", "vat"),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)
async def test_what_cannot_be_tried_out_is_named(
    bench: Bench, change: dict[str, Any], path: str, says: str
) -> None:
    """Each fault has its path, as with saving; what only new records could show is not shown wrongly."""
    await bench.filled()
    with pytest.raises(Refused) as refused:
        await _tried(bench, change)
    assert path in [fault.path for fault in refused.value.faults]
    assert any(says in fault.message for fault in refused.value.faults)


async def test_without_trusted_inputs_both_are_held(bench: Bench) -> None:
    """A preview of half-read data would be no finding either (decision 15)."""
    await bench.filled()
    bench.orders.trouble[0] = SourceError("out")
    bench.clock.advance(minutes=15)
    await bench.round()
    tried = await _tried(bench, {"grace_minutes": 1})
    assert {tried[when]["status"] for when in ("now", "then")} == {"held"}
    assert tried["then"]["waiting_for"]
